"""A doorbell: something has changed in a collection. It only wakes; what changed is read by whoever is woken."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Protocol

import structlog
from pymongo.errors import PyMongoError

from services.chassis.mongo import Collection

PAUSE_SECONDS = 0.25


class Doorbell(Protocol):
    """Rings once at once, then whenever something moved; rings may be more or fewer than changes, never none after one."""

    def moved(self) -> AsyncIterator[None]:
        """Iterate to wait. Every iterator hears every ring."""
        ...


class MongoDoorbell:
    """A change stream on a collection; while it is broken it rings every quarter of a second instead."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def moved(self) -> AsyncIterator[None]:
        """See `Doorbell.moved`."""
        while True:
            try:
                async with self._collection.watch(
                    [{"$project": {"_id": 1}}], max_await_time_ms=1_000
                ) as changes:
                    yield
                    while changes.alive:
                        if await changes.try_next() is not None:
                            yield
            except PyMongoError as error:
                structlog.get_logger().warning("doorbell-broken", reason=type(error).__name__)
            yield
            await asyncio.sleep(PAUSE_SECONDS)


class HandBell:
    """A doorbell that a spec, or one process for itself, rings by hand."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake every listener."""
        for listener in self._listeners:
            listener.set()

    async def moved(self) -> AsyncIterator[None]:
        """See `Doorbell.moved`."""
        event = asyncio.Event()
        event.set()
        self._listeners.add(event)
        try:
            while True:
                await event.wait()
                event.clear()
                yield
        finally:
            self._listeners.discard(event)


async def until_stopped(
    bell: Doorbell, stop: asyncio.Event, *, at_least_every: float = 5.0
) -> AsyncIterator[None]:
    """The rings of a bell, and one every few seconds in any case, until `stop` is set."""
    rung = asyncio.Event()

    async def listen() -> None:
        async for _ in bell.moved():
            rung.set()

    async def wait_for_stop() -> None:
        await stop.wait()
        rung.set()

    tasks = [asyncio.create_task(listen()), asyncio.create_task(wait_for_stop())]
    try:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), at_least_every)
            rung.clear()
            if not stop.is_set():
                yield
    finally:
        for task in tasks:
            task.cancel()
