"""`chumchon dead-letters` and `chumchon republish`: what an operator does to a service's log and to what was put aside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.on_service import Name, on_service

if TYPE_CHECKING:
    from services.chassis.consumer import Replayed
    from services.chassis.mongo import Database
    from services.chassis.service import Service
    from services.chassis.settings import Settings

app = typer.Typer()
letters = typer.Typer(help="ระเบียนที่พักไว้ · Records that were put aside, and the streams that wait for them.")
app.add_typer(letters, name="dead-letters")

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@letters.command("list")
def list_(service: Name, as_json: AsJson = False) -> None:
    """แสดงรายการ · What lies there, where it stood and why; no content."""
    from services.chassis.dead_letters import list_letters

    found = on_service(service, lambda _, database, __: list_letters(database))
    if as_json:
        print(json.dumps(found, default=str, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("stream", "position", "reason")
    table.add_column("id", overflow="fold")
    for row in found:
        table.add_row(str(row["stream"]), str(row["position"]), str(row["reason"]), str(row["_id"]))
    Console().print(table if found else "ไม่มีระเบียนที่พักไว้ · nothing was put aside")


@letters.command()
def show(service: Name, identity: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """แสดงหนึ่งรายการ · One letter with its headers and bytes, as JSON."""
    from services.chassis.dead_letters import show_letter

    found = on_service(service, lambda _, database, __: show_letter(database, identity))
    if found is None:
        typer.echo(f"ไม่พบ · there is no dead letter {identity}", err=True)
        raise typer.Exit(1)
    print(json.dumps(found, default=_readable, ensure_ascii=False, indent=1))


@letters.command()
def replay(service: Name, stream: Annotated[str, typer.Option(help="only this stream")] = "") -> None:
    """เล่นซ้ำ · Apply what was put aside with the code of now, in order; a stream that goes through is parked no more."""
    told = on_service(service, lambda spec, database, settings: _replay(spec, database, settings, stream))
    for name, result in told.items():
        typer.echo(
            f"{name}: applied {result.applied}, streams {result.streams}, still broken {len(result.still_broken)}"
        )


@letters.command()
def discard(service: Name, identity: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """ทิ้ง · Throw away a letter that never was one of our events (no position). One on the chain is never thrown away."""
    from services.chassis.dead_letters import discard_letter

    if not on_service(service, lambda _, database, __: discard_letter(database, identity)):
        typer.echo(
            "ไม่ได้ทิ้ง · not discarded: it is not there, or it stands on the chain (fix, then replay)", err=True
        )
        raise typer.Exit(1)


@app.command()
def republish(service: Name) -> None:
    """ส่งซ้ำทั้งหมด · Write a service's log into its emptied topic again: same positions, same partitions. Its relay must be off."""
    from services.chassis.relay import RelayRefused
    from services.chassis.republish import Republish

    async def run(spec: Service, database: Database, settings: Settings) -> int:
        def tell(position: int, final: int) -> None:
            typer.echo(f"\r{position:,} / {final:,}", err=True, nl=False)

        return await Republish(spec.name, database, settings.bus(spec.name), tell=tell).run()

    try:
        sent = on_service(service, run)
    except RelayRefused as refused:
        typer.echo(f"{refused.code}\n{refused.th}\n{refused.en}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"\nส่งแล้ว · sent: {sent:,}")


async def _replay(
    spec: Service, database: Database, settings: Settings, stream: str
) -> Mapping[str, Replayed]:
    import services.chassis.consumer as consumer
    from services.chassis.commit_store import MongoCommitStore
    from services.chassis.running import executor, running_parts
    from services.chassis.sealing import Secrets

    parts = running_parts(
        spec, settings, Secrets.load(settings.secrets), database, MongoCommitStore(database)
    )
    told: dict[str, Replayed] = {}
    for projection in spec.projections:
        told[projection.name] = await consumer.replay(database, projection, stream=stream)
    for reaction in spec.reactions:
        execute = executor(spec.name, parts.handler)
        told[reaction.name] = await consumer.replay(database, reaction, execute=execute, stream=stream)
    await parts.handler.drain()
    return told


def _readable(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
