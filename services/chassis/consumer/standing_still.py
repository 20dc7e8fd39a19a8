"""A halted view stands still: the alarm is written down and told, and nothing of it runs until a person lets it go on."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from services.chassis.consumer.failures import ConsumerDied, told
from services.chassis.consumer.halted_views import HaltedViews
from services.chassis.consumer.halts import Halted
from services.chassis.consumer.skips import SkippedRecords, Skips
from services.chassis.consumer.state import Standing
from services.chassis.consumer.trouble import delays, passing
from services.chassis.mongo import Database
from services.chassis.versions import Versions

LOOK_EVERY = 1.0
"""Seconds. So soon it goes on when it is let go."""


async def stand_still(
    database: Database, standing: Standing, known: Skips, halted: Halted, stop: asyncio.Event
) -> None:
    """Until the halt is ended, or `stop` is set. Returns at once where the record was left out since `known` was read.

    Waits for a MongoDB that is away. Raises ConsumerDied for a bug of ours.
    """
    log = structlog.get_logger().bind(consumer=standing.name, version=standing.version)
    halt, kept = halted.halt, halted.kept
    views, waits = HaltedViews(database), delays(0.1)
    standing.halts(halt)
    log.error("view halted", **halt.document(), remedy=halt.remedy)
    while not stop.is_set():
        try:
            if not kept:
                skips = await SkippedRecords(database).all()
                place = (*halt.source, halt.offset)
                if skips.places.get(place) != known.places.get(place):
                    break
                await views.write(standing.name, standing.version, halt)
                kept = True
            while not stop.is_set() and await views.find(standing.name, standing.version) is not None:
                await _sleep(stop, LOOK_EVERY)
            break
        except Exception as error:
            if not passing(error):
                raise ConsumerDied(f"{standing.name}: {told(error)}") from error
            await _sleep(stop, next(waits))
    if not stop.is_set():
        standing.halts(None)
        log.info("view goes on")


async def demand_not_halted(database: Database, name: str, version: str) -> None:
    """Raise Halted where this version of a view stands still; the driver's error."""
    if (halt := await HaltedViews(database).find(name, version)) is not None:
        raise Halted(halt, kept=True)


async def is_rebuilt(database: Database, name: str, version: str) -> bool:
    """Whether a version that has no checkpoints is the live one all the same: they were taken away to build it again.

    Waits for a MongoDB that is away. Raises ConsumerDied for a bug of ours.
    """
    waits = delays(0.2, 5.0)
    while True:
        try:
            return await Versions(database, name).live() == version
        except Exception as error:
            if not passing(error):
                raise ConsumerDied(f"{name}: {told(error)}") from error
            await asyncio.sleep(next(waits))


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
