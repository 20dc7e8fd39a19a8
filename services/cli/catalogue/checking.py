"""`chumchon catalogue check`: every sum re-derived, every citation looked up, what does not add up listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.catalogue.asked import (
    FAULTS,
    JsonOption,
    YearOption,
    console,
    no_such_year,
    show_json,
    table,
    tell_faults,
)

if TYPE_CHECKING:
    from services.reporting.catalogue import Catalogue
    from services.reporting.catalogue.checks.check import Checked

app = typer.Typer()


@app.command()
def check(
    year: YearOption = 2565,
    sources: Annotated[
        Path | None, typer.Option(help="โฟลเดอร์เอกสารต้นทาง · the folder of the source documents")
    ] = None,
    only: Annotated[str, typer.Option(help="เฉพาะไฟล์ที่ชื่อมีคำนี้ · only files with this in their name")] = "",
    as_json: JsonOption = False,
) -> None:
    """ตรวจข้อมูล · re-derive every sum, and with --sources look every citation up. Fails when anything is wrong."""
    from services.reporting.catalogue import Catalogue, Faulty, load
    from services.reporting.catalogue.checks.check import Checked
    from services.reporting.catalogue.checks.check import check as checked
    from services.reporting.catalogue.files import source_lines, years

    if year not in years():
        no_such_year(year)
    catalogue = Catalogue(year)
    try:
        catalogue = load(year, only=only)
        found = checked(catalogue, source_lines(sources) if sources else None)
    except Faulty as error:
        found = Checked((), error.faults)
    faults = [fault for fault in found.faults if only in fault.file]
    if as_json:
        show_json(_told(catalogue, found) | {"faults": [asdict(one) for one in faults]})
    else:
        tell_faults(faults)
        if catalogue.levels:
            _show(catalogue, found)
        typer.echo(f"{len(found.outcomes)} sums · {len(faults)} faults")
    if faults:
        raise typer.Exit(FAULTS)


def rows_by_file(catalogue: Catalogue) -> Mapping[str, Counter[str]]:
    """How many rows of each kind every file has, in the order of the files' names."""
    counts: dict[str, Counter[str]] = {}
    for section, row in catalogue.rows():
        counts.setdefault(row.place.file, Counter())[section] += 1
    return dict(sorted(counts.items()))


def _known(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [
        {"mismatch": row.id, "check": one.check, "printed": one.printed, "derived": one.derived, "en": row.en}
        for row in catalogue.mismatches.values()
        for one in row.fails
    ]


def _told(catalogue: Catalogue, found: Checked) -> dict[str, Any]:
    by_file = rows_by_file(catalogue)
    return {
        "year": catalogue.fiscal_year,
        "rows": Counter(section for section, _ in catalogue.rows()),
        "files": by_file,
        "checks": len(found.outcomes),
        "outcomes": [
            {"check": one.check, "printed": one.printed, "derived": one.derived, "agrees": one.agrees}
            for one in found.outcomes
        ],
        "mismatches": _known(catalogue),
    }


def _show(catalogue: Catalogue, found: Checked) -> None:
    out = console()
    rows = table("แถวในแต่ละไฟล์ · rows by file", "file", "rows", "kinds", numbers=("rows",))
    for file, counts in rows_by_file(catalogue).items():
        rows.add_row(file, f"{counts.total():,}", " · ".join(f"{kind} {n}" for kind, n in counts.items()))
    rows.add_section()
    whole = Counter(section for section, _ in catalogue.rows())
    rows.add_row("รวม · all", f"{whole.total():,}", " · ".join(f"{kind} {n}" for kind, n in whole.items()))
    out.print(rows)

    numbers = ("derived", "agree", "known mismatch")
    sums = table("ผลรวมที่คำนวณใหม่ · sums re-derived", "kind", *numbers, numbers=numbers)
    kinds = sorted({_kind(one.check) for one in found.outcomes})
    for kind in kinds:
        ours = [one for one in found.outcomes if _kind(one.check) == kind]
        agree = sum(one.agrees for one in ours)
        sums.add_row(kind, f"{len(ours):,}", f"{agree:,}", f"{len(ours) - agree:,}")
    out.print(sums)
    _show_mismatches(_known(catalogue), len(catalogue.mismatches))


def _show_mismatches(known: Sequence[dict[str, Any]], listed: int) -> None:
    title = f"ตัวเลขที่ไม่ตรงกันซึ่งทราบแล้ว · known mismatches of sums ({listed} mismatches of all kinds)"
    headings = ("mismatch", "check", "printed", "derived", "what")
    made = table(title, *headings, numbers=("printed", "derived"))
    for one in known:
        made.add_row(one["mismatch"], one["check"], f"{one['printed']:,}", f"{one['derived']:,}", one["en"])
    console().print(made)


def _kind(check: str) -> str:
    return check.partition(":")[0]
