"""`chumchon catalogue …`: what the department promised for a fiscal year, and whether the data of it are right."""

from __future__ import annotations

import typer

from services.cli.catalogue import budget, checking, docs, due, kpis

app = typer.Typer(
    help="แผน ตัวชี้วัด และกำหนดรายงาน · plan, KPIs and due reports of a fiscal year.", no_args_is_help=True
)
for part in (checking, kpis, budget, due, docs):
    app.add_typer(part.app)


@app.callback()
def catalogue() -> None:
    """แผน ตัวชี้วัด และกำหนดรายงาน · plan, KPIs and due reports of a fiscal year."""
