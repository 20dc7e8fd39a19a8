"""The doorbell: it rings when something was committed. It only wakes; what waits is read from the outbox."""

from __future__ import annotations

import asyncio
from typing import Any

from bson.timestamp import Timestamp
from pymongo.errors import PyMongoError

from services.chassis.mongo import Database, Document

POLL = 0.25
"""Seconds after which one who waits looks for himself, whatever the bell does."""

_INSERTS: list[Document] = [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}]


class OutboxBell:
    """A change stream on `commits`, open only while somebody waits: under load nobody listens, and it costs nothing."""

    def __init__(self, database: Database) -> None:
        self._commits = database.get_collection("commits")
        self._closing: set[asyncio.Task[None]] = set()

    async def wait(self, since: Timestamp | None) -> None:
        """Return when something was inserted after `since` (MongoDB's time of a moment before the outbox was read),
        or after a quarter of a second, or sooner or later for no reason at all."""
        begun = asyncio.get_running_loop().time()
        stream: Any = self._commits.watch(
            _INSERTS, start_at_operation_time=since, max_await_time_ms=round(POLL * 1000), batch_size=1
        )
        try:
            async with asyncio.timeout(2 * POLL):
                await stream.try_next()
        except (PyMongoError, TimeoutError):  # an election, a lost history: the clock stands in for the bell
            await asyncio.sleep(max(0.0, begun + POLL - asyncio.get_running_loop().time()))
        finally:
            # Not awaited: whoever was woken has better things to do.
            closing = asyncio.create_task(_close(stream))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


async def _close(stream: Any) -> None:
    try:
        await stream.close()
    except PyMongoError:
        return  # MongoDB drops what nobody asks for
