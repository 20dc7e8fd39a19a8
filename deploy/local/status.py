"""How every part of the local stack is at this moment; it only looks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from deploy.local import process
from deploy.local.parts import PARTS, Part
from deploy.local.ports import HOST
from services.chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part. `state`: ready, starting (runs, not ready), crashed (it should run), stopped, foreign (somebody
    else has its port), missing (the topics, or a Kafka or MongoDB of your own that does not answer). `ours` is False for a Kafka or MongoDB that the settings name. `since` is ISO, UTC."""

    name: str
    state: str
    ours: bool
    address: str = ""
    pid: int | None = None
    since: str | None = None


async def status(settings: Settings) -> list[PartStatus]:
    """All parts in the order of their dependence; three seconds at most where nothing answers."""
    return list(await asyncio.gather(*(_status(part, settings) for part in PARTS)))


async def _status(part: Part, settings: Settings) -> PartStatus:
    ours, address = part.ours(settings), part.address(settings)
    if not ours or part.prepare is None:
        well = await part.ready(settings)
        return PartStatus(part.name, "ready" if well else "missing", ours, address)
    record = process.running(settings.home, part.name)
    if record:
        state = "ready" if await part.ready(settings) else "starting"
        return PartStatus(part.name, state, ours, address, record.pid, record.since)
    if await _somebody_listens(settings.ports[part.ports[0]]):
        return PartStatus(part.name, "foreign", ours, address)
    crashed = process.recorded(settings.home, part.name) is not None
    return PartStatus(part.name, "crashed" if crashed else "stopped", ours, address)


async def _somebody_listens(port: int) -> bool:
    try:
        async with asyncio.timeout(1.0):
            _, writer = await asyncio.open_connection(HOST, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
