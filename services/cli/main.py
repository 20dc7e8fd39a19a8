"""`chumchon`, the one command line. Each sibling file brings its own commands; one line here registers a file.

What a command needs it imports when it runs, so that `chumchon --help` is quick.
"""

from __future__ import annotations

import typer

from services.cli import (
    catalogue,
    demo,
    halts,
    operations,
    replay,
    schemas,
    serve,
    stack,
    subscriber,
    token,
    verify,
)

app = typer.Typer(
    name="chumchon",
    help="ชุมชน · Chumchon: event-driven services for the Community Development Department.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # a local variable may hold a token or a person
)
app.add_typer(stack.app)
app.add_typer(serve.app)
app.add_typer(demo.app)
app.add_typer(schemas.app)
app.add_typer(token.app)
app.add_typer(operations.app)
app.add_typer(halts.app)
app.add_typer(subscriber.app)
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(verify.app)
app.add_typer(replay.app)

if __name__ == "__main__":
    app()
