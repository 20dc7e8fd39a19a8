"""What the catalogue's commands are asked: the year, and how a wrong question is answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from services.reporting.catalogue import Catalogue, Fault

WRONG_QUESTION, FAULTS = 2, 1
"""Exit codes, as of the other commands: what was asked makes no sense; what was found is wrong."""

YearOption = Annotated[int, typer.Option(help="ปีงบประมาณ พ.ศ. · fiscal year, B.E.")]
JsonOption = Annotated[bool, typer.Option("--json", help="สำหรับโปรแกรม · for programs")]


def refuse(th: str, en: str) -> NoReturn:
    """Say in both languages what is wrong with the question, and end with exit code 2."""
    typer.echo(f"{th}\n{en}", err=True)
    raise typer.Exit(WRONG_QUESTION)


def loaded(year: int) -> Catalogue:
    """The catalogue of a year; ends the command where there is none (2) or where it is faulty (1)."""
    from services.reporting.catalogue import Faulty
    from services.reporting.plan.promised import NoCatalogue, catalogue_of

    try:
        return catalogue_of(year)
    except NoCatalogue:
        no_such_year(year)
    except Faulty as error:
        tell_faults(error.faults)
        raise typer.Exit(FAULTS) from None


def no_such_year(year: int) -> NoReturn:
    """Refuse a year that no folder is there for."""
    from services.reporting.catalogue.files import years

    known = ", ".join(map(str, years()))
    refuse(
        f"ไม่มีแผนของปีงบประมาณ พ.ศ. {year} มีเฉพาะปี {known}",
        f"There is no catalogue of the fiscal year {year} (B.E.); there is one of {known}.",
    )


def tell_faults(faults: Iterable[Fault]) -> None:
    """A line a fault, on standard error."""
    for fault in faults:
        typer.echo(str(fault), err=True)


def console() -> Console:
    """For people; wide enough for Thai where nobody looks at it (a file, a pipe)."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else 150, highlight=False)


def table(title: str, *headings: str, numbers: tuple[str, ...] = ()) -> Table:
    """An empty table; the columns named in `numbers` are set to the right."""
    from rich.table import Table

    made = Table(title=title, title_justify="left")
    for heading in headings:
        made.add_column(heading, justify="right" if heading in numbers else "left", overflow="fold")
    return made


def show_json(answer: Any) -> None:
    """One line of JSON on standard output."""
    typer.echo(json.dumps(answer, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return str(value)
