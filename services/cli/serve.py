"""`chumchon serve`: one service in one process."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help="members, funds, otop or reporting")],
    roles: Annotated[
        str, typer.Option(help="which of api, relay, views, comma-separated")
    ] = "api,relay,views",
    port: Annotated[int | None, typer.Option(help="instead of the service's own port")] = None,
) -> None:
    """Run a service until it is told to stop; exits with 1 and a reason when a part of it dies."""
    import os

    os.environ.setdefault("FASTSTREAM_SUPERVISOR_DISABLED", "1")  # read when FastStream is imported
    import asyncio
    from importlib import import_module

    import structlog
    import uvloop

    from contracts.topics import SERVICES
    from services.chassis import logs
    from services.chassis.garbage import collect_less_often
    from services.chassis.kafka_connections import mend
    from services.chassis.running import ROLES, run
    from services.chassis.settings import Settings

    wanted = [role.strip() for role in roles.split(",") if role.strip()]
    if service not in SERVICES:
        raise typer.BadParameter(f"{service}: one of {', '.join(SERVICES)}")
    chosen = tuple(role for role in ROLES if role in wanted)
    if not chosen or len(chosen) != len(set(wanted)):
        raise typer.BadParameter(f"roles are {', '.join(ROLES)}")
    settings = Settings.from_env()
    logs.configure(service, settings.log_level)
    spec = import_module(f"services.{service}.app").SERVICE
    collect_less_often()
    mend()
    log = structlog.get_logger("services.cli.serve")
    log.info("starting", roles=list(chosen))
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(spec, settings, chosen, port=port))
    except Exception as error:
        log.exception("down", reason=_reason(error))
        raise typer.Exit(1) from None
    log.info("stopped")


def _reason(error: BaseException) -> str:
    """What took the service down first; in words only where they are our own, since others may quote a value."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    kind = type(error)
    return str(error) if kind.__module__.startswith("services.") else kind.__qualname__
