"""Afterwards: wait until everything is sent, read by everybody, and nothing new comes of it."""

from __future__ import annotations

import asyncio

from contracts.topics import topic_of
from services.chassis.projection import Projection, Reaction
from tests.chaos.town import KINDS, SPECS, Town

QUIET_SECONDS = 180


async def quiet(town: Town) -> None:
    """Raises TimeoutError that says who still waits."""
    before: list[int] = []
    waiting = ""
    try:
        async with asyncio.timeout(QUIET_SECONDS):
            while True:
                waiting = await _waiting(town)
                now = [await town.kept(name).commits.count_documents({}) for name in KINDS["relay"]]
                if not waiting and now == before:
                    return
                before = now
                await asyncio.sleep(0.3)
    except TimeoutError:
        raise TimeoutError(f"not quiet after {QUIET_SECONDS} s: {waiting}") from None


async def _waiting(town: Town) -> str:
    """Who has not done all that there is; empty if nobody."""
    for teller in KINDS["relay"]:
        kept = town.kept(teller)
        if pending := await kept.commits.count_documents({"pending": True}):
            return f"{pending} commits of {teller} are not sent"
        rounds = await kept.rounds.find().sort("_id", -1).limit(1).to_list(1)
        ends = {int(number): at for number, at in (rounds[0]["last"] if rounds else {}).items() if at}
        for service in KINDS["views"]:
            works: list[Projection | Reaction] = [*SPECS[service].projections, *SPECS[service].reactions]
            for work in works:
                if topic_of(teller) not in work.topics:
                    continue
                found = town.kept(service).checkpoints.find(
                    {"projection": work.name, "topic": topic_of(teller)}
                )
                seen = {row["partition"]: row["position"] async for row in found}
                if late := [number for number, at in ends.items() if seen.get(number) != at]:
                    return f"{work.name} has not read {teller}'s partitions {late}"
    return ""
