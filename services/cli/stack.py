"""`chumchon up`, `down` and `status`: the local stack, for people and (with --json) for programs."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from deploy.local.status import PartStatus
    from services.chassis.settings import Settings

app = typer.Typer()
Result = TypeVar("Result")
Only = Annotated[
    str | None, typer.Option(help="Only these parts, separated by commas: kafka,mongo,topics,issuer,…")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: JSON on standard output, nothing else.")]
WORDS = {
    "ready": "[green]● พร้อม · ready[/]",
    "starting": "[yellow]◐ กำลังเริ่ม · starting[/]",
    "crashed": "[red]✗ หยุดไปเอง · crashed[/]",
    "foreign": "[red]✗ พอร์ตถูกใช้โดยโปรแกรมอื่น · port taken by another program[/]",
    "missing": "[dim]○ ยังไม่มี · missing[/]",
    "stopped": "[dim]○ หยุดอยู่ · stopped[/]",
}


@app.command()
def up(only: Only = None, as_json: AsJson = False) -> None:
    """เริ่มระบบ · Start the local stack, or repair it; what runs already is left alone."""
    settings = _settings(as_json)
    from deploy.local import stack
    from deploy.local.status import status as status_of

    def say(name: str, phrase: str) -> None:
        typer.echo(f"{name:<10} {phrase}", err=as_json)

    _run(stack.up(settings, _parts(only), say), as_json)
    if as_json:
        _print_json(settings, asyncio.run(status_of(settings)))


@app.command()
def down(only: Only = None, as_json: AsJson = False) -> None:
    """หยุดระบบ · Stop what `up` started, and nothing else. The data stay."""
    settings = _settings(as_json)
    from deploy.local import stack

    def say(name: str, phrase: str) -> None:
        typer.echo(f"{name:<10} {phrase}", err=as_json)

    ended = _run(stack.down(settings, _parts(only), say), as_json)
    if as_json:
        typer.echo(json.dumps({"stopped": ended}))
    elif not ended:
        typer.echo("ไม่มีอะไรทำงานอยู่ · nothing was running")


@app.command()
def status(as_json: AsJson = False) -> None:
    """ดูสถานะ · Show how every part of the local stack is."""
    settings = _settings(as_json)
    from deploy.local.status import status as status_of

    rows = _run(status_of(settings), as_json)
    if as_json:
        _print_json(settings, rows)
    else:
        _print_table(settings, rows)


def _settings(as_json: bool) -> Settings:
    import logging

    from services.chassis.settings import Settings

    logging.getLogger("aiokafka").setLevel(
        logging.CRITICAL
    )  # it says "unable to connect" at each look while we wait
    if sys.platform == "win32":
        _fail(
            "no_system",
            en="The local stack needs Linux or macOS. On Windows use WSL 2, or docker compose up.",
            th="ระบบนี้ต้องใช้ Linux หรือ macOS บน Windows ให้ใช้ WSL 2 หรือ docker compose up",
            as_json=as_json,
        )
    try:
        return Settings.from_env()
    except ValueError as error:
        _fail("bad_setting", en=str(error), th=f"ค่าที่ตั้งไม่ถูกต้อง: {error}", as_json=as_json)


def _parts(only: str | None) -> list[str] | None:
    return None if only is None else [name.strip() for name in only.split(",") if name.strip()]


def _run(work: Coroutine[Any, Any, Result], as_json: bool) -> Result:
    from deploy.local.trouble import StackError

    try:
        return asyncio.run(work)
    except StackError as error:
        _fail(error.code, en=error.en, th=error.th, as_json=as_json)
    except ValueError as error:  # a part that does not exist
        _fail("unknown_part", en=str(error), th=f"ไม่มีส่วนที่ระบุ: {error}", as_json=as_json)


def _fail(code: str, *, en: str, th: str, as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"error": {"code": code, "th": th, "en": en}}, ensure_ascii=False))
    else:
        typer.echo(f"\n✗ {code}\n{th}\n{en}", err=True)
    raise typer.Exit(1)


def _print_json(settings: Settings, rows: Sequence[PartStatus]) -> None:
    from dataclasses import asdict

    ready = all(row.state == "ready" for row in rows)
    typer.echo(
        json.dumps(
            {"home": str(settings.home), "ready": ready, "parts": [asdict(row) for row in rows]}, indent=2
        )
    )


def _print_table(settings: Settings, rows: Sequence[PartStatus]) -> None:
    from datetime import datetime

    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"ชุมชน · Chumchon · {settings.home}", title_justify="left")
    for heading in ("ส่วน · part", "สถานะ · state", "ที่อยู่ · address", "pid", "ตั้งแต่ · since"):
        table.add_column(heading)
    for row in rows:
        whose = "" if row.ours else " (ของท่านเอง · your own)"
        since = datetime.fromisoformat(row.since).astimezone().strftime("%d %b %H:%M") if row.since else ""
        table.add_row(row.name, WORDS[row.state] + whose, row.address, str(row.pid or ""), since)
    Console().print(table)
