"""`chumchon catalogue …`: what the department promised for a fiscal year, and whether the data of it are right."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="แผน ตัวชี้วัด และกำหนดรายงาน · plan, KPIs and due reports of a fiscal year.", no_args_is_help=True
)


@app.callback()
def catalogue() -> None:
    """แผน ตัวชี้วัด และกำหนดรายงาน · plan, KPIs and due reports of a fiscal year."""


@app.command()
def check(
    year: Annotated[int, typer.Option(help="ปีงบประมาณ พ.ศ. · fiscal year, B.E.")] = 2565,
    sources: Annotated[
        Path | None, typer.Option(help="โฟลเดอร์เอกสารต้นทาง · the folder of the source documents")
    ] = None,
    only: Annotated[str, typer.Option(help="เฉพาะไฟล์ที่ชื่อมีคำนี้ · only files with this in their name")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """ตรวจข้อมูล · re-derive every sum, and with --sources look every citation up. Fails when anything is wrong."""
    from services.reporting.catalogue import Faulty, load
    from services.reporting.catalogue.checks.check import Checked
    from services.reporting.catalogue.checks.check import check as checked
    from services.reporting.catalogue.files import source_lines

    rows: Counter[str] = Counter()
    try:
        loaded = load(year, only=only)
        rows.update(section for section, _ in loaded.rows())
        found = checked(loaded, source_lines(sources) if sources else None)
    except Faulty as error:
        found = Checked((), error.faults)
    faults = [fault for fault in found.faults if only in fault.file]
    if as_json:
        answer: dict[str, Any] = {
            "rows": rows,
            "checks": len(found.outcomes),
            "faults": [asdict(one) for one in faults],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for fault in faults:
            typer.echo(str(fault), err=True)
        counts = ", ".join(f"{section} {count}" for section, count in rows.items())
        typer.echo(f"{counts} · {len(found.outcomes)} sums · {len(faults)} faults")
    raise typer.Exit(bool(faults))
