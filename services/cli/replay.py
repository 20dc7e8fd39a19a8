"""`chumchon figures` and `chumchon replay`: the board's figures with the vector they were made from; the log, folded anew."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from services.cli.auditing import Asked

app = typer.Typer()

Area = Annotated[str, typer.Option(help='The area of the figures, as 51; "" is the nation.')]
On = Annotated[str, typer.Option(help="The business date of the figures, as 2021-11-26 or ๒๖ พ.ย. ๒๕๖๔.")]


@app.command()
def figures(area: Area = "", on: On = "") -> None:
    """บันทึกตัวเลข · The board's figures now, with the position vector that they were made from, as JSON to keep."""
    from services.chassis.days import today
    from services.chassis.mongo import connect, database
    from services.chassis.mongo_read_models import MongoReadModels
    from services.chassis.settings import Settings
    from services.cli.auditing import board_figures, where
    from services.reporting.views import BOARD

    at, day = where(Settings.from_env(), "reporting"), _day(on) or today()

    async def told() -> dict[str, Any] | None:
        client = connect(at.mongo)
        try:
            live = MongoReadModels(database(client, at.database), BOARD.name)
            return await board_figures(live, area, day)
        finally:
            client.close()

    found = asyncio.run(told())
    if found is None:
        typer.echo(f"ไม่รู้จักพื้นที่ · no such area: {area}", err=True)
        raise typer.Exit(1)
    print(json.dumps(found, ensure_ascii=False, indent=1))


@app.command()
def replay(
    as_of: Annotated[
        str, typer.Option(help="what was published up to the end of this day in Bangkok, or this time")
    ] = "",
    at: Annotated[
        Path | None, typer.Option(help="a position vector, or a file that `chumchon figures` made")
    ] = None,
    compare_live: Annotated[
        bool,
        typer.Option("--compare-live", help="up to where the live read models are, and compare with them"),
    ] = False,
    service: Annotated[str, typer.Option(help="whose projections")] = "reporting",
    projection: Annotated[list[str] | None, typer.Option(help="only this one; again for several")] = None,
    area: Annotated[str | None, typer.Option(help="The area of the figures, as 51.")] = None,
    on: On = "",
    report: Annotated[Path | None, typer.Option(help="where the report goes, as JSON")] = None,
    jobs: Annotated[
        int, typer.Option(min=0, max=12, help="processes that share the partitions; 0: as many as pay")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """เล่นซ้ำบันทึก · Fold the log from Kafka anew, beside the live system. Exit 0: as it was, 1: faults or differences, 2: could not look."""
    from services.chassis.audit import CouldNotLook
    from services.chassis.settings import Settings
    from services.cli import auditing
    from services.cli.audit_tables import COULD_NOT_LOOK, FAULTS, bars

    if [bool(as_of), at is not None, compare_live].count(True) != 1:
        raise typer.BadParameter("one of --as-of, --at and --compare-live")
    settings = Settings.from_env()
    try:
        asked = _asked(service, projection or [], as_of, at, area, _day(on))
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    try:
        with bars() as bar:
            told = asyncio.run(auditing.report(settings, asked, jobs, bar))
    except CouldNotLook as reason:
        typer.echo(f"เล่นซ้ำไม่ได้ · could not look: {reason}", err=True)
        raise typer.Exit(COULD_NOT_LOOK) from None
    path = report or settings.home / "replays" / f"{service}-{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    path.write_text(text, "utf-8")
    if as_json:
        print(text)
    else:
        _show(told, path)
    if not told["as_it_was"]:
        raise typer.Exit(FAULTS)


def _asked(
    service: str, only: list[str], as_of: str, at: Path | None, area: str | None, on: date | None
) -> Asked:
    """Raises ValueError for what cannot be read."""
    from contracts.topics import SERVICES
    from services.chassis.audit import Until, read_vector
    from services.chassis.days import BANGKOK, today
    from services.cli.auditing import Asked, projections

    if service not in SERVICES:
        raise ValueError(f"{service}: one of {', '.join(SERVICES)}")
    chosen = projections(service, only)
    if as_of:
        moment = _moment(as_of)
        until = Until.published(moment)
        day = moment.astimezone(BANGKOK).date() if isinstance(moment, datetime) else moment
        return Asked(service, chosen, until, area, on or day)
    if at is None:
        return Asked(service, chosen, None, area, on or today())
    saved = json.loads(at.read_text("utf-8"))
    if "seen" not in saved:
        return Asked(service, chosen, Until(vector=read_vector(saved)), area, on or today())
    day = on or date.fromisoformat(saved["on"])
    same = area in (None, saved["area"]) and day.isoformat() == saved["on"]
    kept = {str(name): int(n) for name, n in saved["figures"].items()} if same else None
    code = saved["area"] if area is None else area
    return Asked(service, chosen, Until(vector=read_vector(saved["seen"])), code, day, kept)


def _moment(text: str) -> date | datetime:
    """A day however officers write it, or an ISO time (Bangkok's, unless it says its zone). Raises ValueError."""
    from services.chassis.days import BANGKOK

    if "T" in text or ":" in text:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=BANGKOK)
    day = _day(text)
    assert day is not None
    return day


def _day(text: str) -> date | None:
    """None where nothing is said; typer's BadParameter where it cannot be read."""
    from services.chassis.thai import Unreadable, read_date

    try:
        return read_date(text) if text else None
    except Unreadable as wrong:
        raise typer.BadParameter(str(wrong)) from None


def _show(told: dict[str, Any], path: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    from services.chassis.audit import Finding, Kind
    from services.cli.audit_tables import show_findings

    console = Console()
    rows = [
        {k: v for k, v in row.items() if k not in ("th", "en", "kind")} | {"kind": Kind(row["kind"])}
        for row in told["findings"]
    ]
    show_findings(console, [Finding(**row) for row in rows])
    if told.get("read_models"):
        table = Table("read model", "documents", "sha256")
        for name, one in told["read_models"].items():
            table.add_row(name, f"{one['documents']:,}", one["sha256"])
        console.print(table)
    if told.get("figures"):
        table = Table(f"{told['area'] or 'ประเทศไทย · nation'}  {told['on']}", "n", "saved")
        for name, n in told["figures"].items():
            was = told.get("saved", {}).get(name)
            table.add_row(name, f"{n:,}", "" if was is None else f"{was:,}")
        console.print(table)
    for name, (was, now) in told.get("saved_differs", {}).items():
        console.print(f"[red]{name}: saved {was}, replayed {now}")
    for one in told.get("compared", ()):
        verdict = "เหมือนกัน · equal" if one["equal"] else f"ต่างกัน · {one['differences']:,} differ"
        console.print(
            f"{one['projection']}: {one['documents']:,} documents beside live {one['live_version']}: {verdict}"
        )
    if told["open_topics"]:
        names = ", ".join(told["open_topics"])
        console.print(f"ยังไม่สิ้นสุด · not final yet, nothing was published later in: {names}")
    if any(told["put_aside"].values()):
        console.print(f"[red]ระเบียนที่พักไว้ · put aside: {told['put_aside']}")
    verdict = "[green]ตรงตามบันทึก · as it was" if told["as_it_was"] else "[red]ไม่ตรง · faults or differences"
    console.print(f"{verdict}[/], {told['events']:,} events, {told['repeats']:,} repeats; {path}")
