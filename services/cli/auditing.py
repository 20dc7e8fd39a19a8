"""What the audit's commands do: figures of a board with their vector, and a replay with all that is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from typing import Any

from services.chassis.audit import Replay, Until, Where, compare, hold, replayed
from services.chassis.mongo import connect, database
from services.chassis.projection import Projection
from services.chassis.read_models import ReadModels
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.reporting.views import BOARD, board
from services.reporting.views import figures as figures_of

Bar = Callable[[str], Callable[[int, int], None]]


def where(settings: Settings, service: str) -> Where:
    """The log and the database of a service."""
    return Where(service, settings.mongo, f"{settings.database_prefix}_{service}", settings.bus(service))


def projections(service: str, only: list[str]) -> tuple[Projection, ...]:
    """Those of a service, or some of them by name. Raises ValueError."""
    spec: Service = import_module(f"services.{service}.app").SERVICE
    known = {one.name: one for one in spec.projections}
    if unknown := [name for name in only if name not in known]:
        raise ValueError(f"{', '.join(unknown)}: {service} has {', '.join(known) or 'none'}")
    return tuple(known[name] for name in only or known)


async def board_figures(models: ReadModels, area: str, on: date) -> dict[str, Any] | None:
    """The figures of an area's board and the vector they are made from, of one snapshot; None for an unknown area."""
    shown = await board(models, area, on)
    if shown is None:
        return None
    seen = {topic: {str(p): n for p, n in ps.items()} for topic, ps in shown.vector.positions.items()}
    return {"area": area, "on": on.isoformat(), "seen": seen, "figures": figures_of(shown)}


async def figures_at(at: Where, until: Until, area: str, on: date) -> dict[str, int] | None:
    """The figures of an area's board, from the log alone, at a vector or as of a moment; None for an unknown area.

    Raises CouldNotLook, and ValueError where the log itself is not whole.
    """
    async with replayed(at, [BOARD], until) as replay:
        if not replay.whole:
            raise ValueError(f"the log is not whole: {dict(replay.findings.counts)}, {replay.put_aside}")
        found = await board_figures(replay.models(BOARD.name), area, on)
    return None if found is None else found["figures"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one replay. `until` None: up to where the live read models are, and compare with them.

    `saved` are the figures of a report, to be compared with.
    """

    service: str
    projections: tuple[Projection, ...]
    until: Until | None
    area: str | None
    on: date
    saved: Mapping[str, int] | None = None


async def report(settings: Settings, asked: Asked, jobs: int, bar: Bar) -> dict[str, Any]:
    """Do it and tell everything. `as_it_was` is False where the log is not whole, or live or saved figures differ."""
    at = where(settings, asked.service)
    told: dict[str, Any] = {
        "service": asked.service,
        "replayed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "projections": {one.name: one.version for one in asked.projections},
    }
    if asked.until is None:
        rows = [await _beside_live(at, one, asked, jobs, bar) for one in asked.projections]
        return told | _joined(rows)
    async with replayed(at, asked.projections, asked.until, jobs=jobs, tell=bar("replay")) as replay:
        return told | await _told(replay, asked)


async def _beside_live(
    at: Where, projection: Projection, asked: Asked, jobs: int, bar: Bar
) -> dict[str, Any]:
    """One projection at its own vector: live projections stand at different ones."""
    client = connect(at.mongo)
    live = database(client, at.database)
    scratch = f"{at.database}_held_{projection.version}_{datetime.now(UTC):%H%M%S%f}"
    try:
        held = await hold(live, database(client, scratch), projection.name)
        until = Until(vector={}) if held is None else held.until
        tell = bar(projection.name)
        async with replayed(at, [projection], until, jobs=jobs, tell=tell) as replay:
            row = await _told(replay, asked)
            row["vector"] = {projection.name: row["vector"]}
            if held is not None and not len(replay.findings):
                result = await compare(held, projection, replay.database)
                row["compared"] = [result.row()]
                row["as_it_was"] = row["as_it_was"] and result.equal
            return row
    finally:
        await client.drop_database(scratch)
        client.close()


def _joined(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Several replays told as one: numbers add up, lists and tables go together, true is what is true of all."""
    whole: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            before = whole.get(name)
            if before is None:
                whole[name] = value
            elif isinstance(value, bool):
                whole[name] = before and value
            elif isinstance(value, int | list):
                whole[name] = before + value
            elif isinstance(value, dict):
                whole[name] = before | value
    return whole


async def _told(replay: Replay, asked: Asked) -> dict[str, Any]:
    told = replay.row() | {"as_it_was": replay.whole}
    shown = [one.name for one in replay.projections]
    if asked.area is not None and BOARD.name in shown and not len(replay.findings):
        found = await board_figures(replay.models(BOARD.name), asked.area, asked.on)
        told |= {"area": asked.area, "on": asked.on.isoformat(), "figures": found and found["figures"]}
        if asked.saved is not None:
            again = (found and found["figures"]) or {}
            names = sorted(asked.saved.keys() | again.keys())
            differ = {
                n: [asked.saved.get(n), again.get(n)] for n in names if asked.saved.get(n) != again.get(n)
            }
            told |= {"saved": dict(asked.saved), "saved_differs": differ}
            told["as_it_was"] = told["as_it_was"] and not differ
    return told
