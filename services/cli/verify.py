"""`chumchon verify`: is the log whole? In MongoDB, in Kafka, and the one beside the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from services.chassis.audit import Report
    from services.chassis.settings import Settings

app = typer.Typer()


_COUNTS: Mapping[str, Callable[[Report], int]] = {
    "รอบส่ง · rounds": lambda report: report.rounds,
    "รายการบันทึก · commits": lambda report: report.commits,
    "เหตุการณ์ · events": lambda report: report.events,
    "ใน Kafka · records": lambda report: report.records,
    "สายเหตุการณ์ · streams": lambda report: report.streams,
    "ส่งซ้ำ · repeats": lambda report: report.repeats,
    "ข้อผิดพลาด · faults": lambda report: len(report.findings),
}


class Side(StrEnum):
    """Where to look."""

    MONGO = "mongo"
    KAFKA = "kafka"
    BOTH = "both"


@app.command()
def verify(
    services: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVICE]…", help="all of them unless named")
    ] = None,
    source: Annotated[
        Side, typer.Option(help="where to look; both: and whether they are the same")
    ] = Side.BOTH,
    jobs: Annotated[
        int, typer.Option(min=0, max=12, help="processes that share the partitions; 0: as many as pay")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """ตรวจบันทึก · Check positions, chains and rounds of the whole log. Exit 0: whole, 1: faults, 2: could not look."""
    from contracts.topics import SERVICES
    from services.chassis.audit import CouldNotLook
    from services.chassis.settings import Settings
    from services.cli.audit_tables import COULD_NOT_LOOK, FAULTS

    for name in services or ():
        if name not in SERVICES:
            raise typer.BadParameter(f"{name}: one of {', '.join(SERVICES)}")
    try:
        reports = asyncio.run(_verified(Settings.from_env(), services or SERVICES, source, jobs))
    except CouldNotLook as reason:
        typer.echo(f"ตรวจไม่ได้ · could not look: {reason}", err=True)
        raise typer.Exit(COULD_NOT_LOOK) from None
    if as_json:
        print(json.dumps([report.row() for report in reports], ensure_ascii=False, indent=1))
    else:
        _show(reports)
    if not all(report.whole for report in reports):
        raise typer.Exit(FAULTS)


async def _verified(settings: Settings, services: Sequence[str], source: Side, jobs: int) -> list[Report]:
    from services.chassis.audit import verify as look
    from services.cli.audit_tables import bars
    from services.cli.auditing import where

    with bars() as bar:
        return [
            await look(where(settings, name), source.value, jobs=jobs, tell=bar(name)) for name in services
        ]


def _show(reports: Sequence[Report]) -> None:
    from rich.console import Console
    from rich.table import Table

    from services.cli.audit_tables import show_findings

    console = Console()
    # A column a service, so that numbers are never cut short.
    table = Table("", *(report.service for report in reports))
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("", *(_verdict(report) for report in reports), end_section=True)
    for label, count in _COUNTS.items():
        table.add_row(label, *(f"{count(report):,}" for report in reports))
    table.add_row("วินาที · seconds", *(f"{report.seconds:.1f}" for report in reports))
    console.print(table)
    for report in reports:
        show_findings(console, report.findings.rows)
        for n, text in _notes(report):
            if n:
                console.print(f"{report.service}: {n:,} {text}")


def _verdict(report: Report) -> str:
    return "[green]ครบถ้วน · whole" if report.whole else "[red]พบข้อผิดพลาด · faults"


def _notes(report: Report) -> list[tuple[int, str]]:
    """Numbers that are no faults, and that a reader would ask about."""
    return [
        (report.waiting, "รอส่ง · commits wait to be sent"),
        (report.under_way, "กำลังส่ง · events are under way to Kafka"),
        (report.only_in_kafka, "มีเฉพาะใน Kafka · events of missing commits are still in Kafka"),
        (report.not_compared, "ไม่ได้เปรียบเทียบ · events of rounds that could not be compared"),
    ]
