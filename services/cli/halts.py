"""`chumchon halts`, `skip` and `resume`: which views stand still at which record, and the two ways back (docs/runbook.md)."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from services.cli.on_service import Name, on_service

app = typer.Typer()

By = Annotated[str, typer.Option(help="who decides this; a staff code, not a name")]
Why = Annotated[str, typer.Option(help="why; it is kept")]


@app.command()
def halts(
    service: Name, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """มุมมองที่หยุด · The views of a service that stand still, each with its record and what helps."""
    from services.chassis.consumer.halted_views import HaltedViews
    from services.chassis.consumer.halts import Halt

    rows = on_service(service, lambda _, database, __: HaltedViews(database).all())
    if as_json:
        told = [
            dict(row) | {"record": Halt.of(dict(row)).record, "remedy": Halt.of(dict(row)).remedy}
            for row in rows
        ]
        print(json.dumps(told, default=str, ensure_ascii=False))
        return
    for row in rows:
        halt = Halt.of(dict(row))
        typer.echo(f"{row['view']} {row['version']}: {halt.why.value}\n  {halt}\n  {halt.remedy}")
    if not rows:
        typer.echo("ไม่มีมุมมองที่หยุด · no view stands still")


@app.command()
def skip(
    service: Name,
    record: Annotated[str, typer.Argument(metavar="TOPIC/PARTITION/OFFSET", help="as the alarm names it")],
    by: By,
    why: Why,
) -> None:
    """ข้ามระเบียน · Leave one record out of every view of a service, for ever; a view that had applied it is built again."""
    from services.chassis.letting_go import NoSuchRecord, leave_out

    topic, _, rest = record.partition("/")
    partition, _, offset = rest.partition("/")
    if not (topic and partition.isdecimal() and offset.isdecimal()):
        raise typer.BadParameter(f"{record}: TOPIC/PARTITION/OFFSET")
    place = (topic, int(partition), int(offset))
    _demand(by, why)
    try:
        told = on_service(
            service,
            lambda spec, database, settings: leave_out(
                database, settings.bus(spec.name), place, by=by, why=why
            ),
        )
    except NoSuchRecord as reason:
        typer.echo(f"ไม่พบระเบียน · no such record: {reason}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"ข้ามแล้ว · left out: {record}")
    for phrase, names in (
        ("เดินต่อ · goes on", told.go_on),
        ("สร้างใหม่ · is built again", told.built_again),
        ("ย้อนกลับหนึ่งระเบียน · is set back to before it", told.set_back),
    ):
        for name in names:
            typer.echo(f"  {name}: {phrase}")
    for name in told.by_hand:
        typer.echo(
            f"  {name}: ทำงานตามระเบียนนั้นไปแล้ว ต้องแก้ด้วยมือ · acted on it; what it did is to be mended by hand",
            err=True,
        )


@app.command()
def resume(
    service: Name,
    view: Annotated[str, typer.Argument(metavar="VIEW", help="as `chumchon halts` names it")],
    by: By,
    why: Why,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="empty it first, and build it again")] = False,
) -> None:
    """เดินต่อ · Let a halted view go on with the topic as it is now; it halts again where that is still wrong."""
    from services.chassis.letting_go import resume as go_on

    _demand(by, why)
    try:
        done = on_service(
            service, lambda _, database, __: go_on(database, view, by=by, why=why, rebuild=rebuild)
        )
    except ValueError as reason:
        raise typer.BadParameter(str(reason)) from None
    if not done:
        typer.echo(f"ไม่ได้หยุดอยู่ · {view} does not stand still", err=True)
        raise typer.Exit(1)
    typer.echo(f"{view}: เดินต่อ · goes on")


def _demand(by: str, why: str) -> None:
    """Nobody and no reason are none."""
    if not by.strip() or not why.strip():
        raise typer.BadParameter("--by and --why must say something")
