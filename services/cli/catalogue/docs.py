"""`chumchon catalogue docs`: the page on which the department finds what does not agree and what it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.catalogue.asked import YearOption, loaded

ROOT = Path(__file__).parents[3]
"""The repository: the command writes beside the data that it reads."""

app = typer.Typer()


@app.command()
def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when it is stale.")] = False,
    year: YearOption = 2565,
    root: Annotated[Path, typer.Option(help="The repository's root.")] = ROOT,
) -> None:
    """เอกสาร · write docs/catalogue-fy2565.md from the data."""
    from services.cli.catalogue.page import page

    path = root / f"docs/catalogue-fy{year}.md"
    made = page(loaded(year))
    if path.exists() and path.read_text("utf-8") == made:
        print("เอกสารตรงกับข้อมูล · The page matches the data.")
        return
    if check:
        typer.echo(
            f"{path.name} ไม่ตรงกับข้อมูล ให้สั่ง chumchon catalogue docs\n"
            f"{path.name} does not match the data: run `chumchon catalogue docs`.",
            err=True,
        )
        raise typer.Exit(1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(made, "utf-8")
    print(f"written   {path}")
