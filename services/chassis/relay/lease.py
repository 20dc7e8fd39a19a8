"""The lease: who is the relay of a service, by MongoDB's clock. It saves work; the fences are the rounds and Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.chassis.mongo import Database, Document, Session

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Lost(Exception):
    """Somebody else is the relay now, or we could not say for a lease's length that we still are."""


class Lease:
    """One document in `leases`: `{_id: <service>, holder, epoch, until}`. Winning adds 1 to `epoch`."""

    def __init__(self, database: Database, service: str, holder: str, *, seconds: float = 2.0) -> None:
        self._leases = database.get_collection("leases")
        self._service = service
        self._holder = holder
        self._seconds = seconds
        self._sure_until = 0.0
        self.epoch = 0

    @property
    def renewal(self) -> float:
        """Seconds between two renewals: a fifth of the lease."""
        return self._seconds / 5

    async def win(self) -> bool:
        """Take it if it is free or was ours; False while another holds it. Raises the driver's error."""
        begun = _now()
        won: Document | None = await self._leases.find_one_and_update(
            {
                "_id": self._service,
                "$expr": {"$or": [{"$lt": ["$until", "$$NOW"]}, {"$eq": ["$holder", self._holder]}]},
            },
            [{"$set": {"holder": self._holder, "epoch": {"$add": ["$epoch", 1]}, "until": self._end()}}],
            return_document=ReturnDocument.AFTER,
        )
        if won is None:
            return await self._made() and await self.win()
        self.epoch = won["epoch"]
        self._sure_until = begun + self._seconds
        return True

    async def _made(self) -> bool:
        """The first relay ever makes the document; an upsert may not hold the `$expr` of `win`. True if it was us."""
        try:
            made = await self._leases.update_one(
                {"_id": self._service},
                {"$setOnInsert": {"holder": "", "epoch": 0, "until": _LONG_AGO}},
                upsert=True,
            )
        except DuplicateKeyError:  # another made it in the same moment
            return False
        return made.upserted_id is not None

    async def confirm(self, session: Session | None = None) -> None:
        """Write our epoch again, with majority. Raises Lost, or the driver's error."""
        begun = _now()
        written = await self._leases.update_one(
            {"_id": self._service, "holder": self._holder, "epoch": self.epoch},
            [{"$set": {"until": self._end()}}],
            session=session,
        )
        if not written.matched_count:
            raise Lost("another relay has won the lease")
        self._sure_until = begun + self._seconds

    async def hold(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work and renew beside it from now on; give the lease back when it is done.

        Raises Lost, with the work cancelled, or what the work raises.
        """
        keeping = asyncio.create_task(self._keep())
        working = asyncio.create_task(work)
        try:
            await asyncio.wait({keeping, working}, return_when=asyncio.FIRST_COMPLETED)
            (working if working.done() else keeping).result()
        finally:
            keeping.cancel()
            working.cancel()
            await asyncio.gather(keeping, working, return_exceptions=True)
        await self._give_back()

    async def _keep(self) -> None:
        """Renew for ever. Raises Lost; trouble with MongoDB is waited out as long as the lease lasts."""
        while True:
            await asyncio.sleep(self.renewal)
            left = self._sure_until - _now()
            if left <= 0:
                raise Lost("the lease could not be renewed in time")
            try:
                async with asyncio.timeout(left):
                    await self.confirm()
            except (PyMongoError, TimeoutError):
                continue

    async def _give_back(self) -> None:
        """Let the next one in at once. Best effort: a lease that is not given back runs out by itself."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._leases.update_one(
                    {"_id": self._service, "holder": self._holder, "epoch": self.epoch},
                    {"$set": {"until": _LONG_AGO}},
                )
        except (PyMongoError, TimeoutError):
            return

    def _end(self) -> dict[str, list[object]]:
        return {"$add": ["$$NOW", round(self._seconds * 1000)]}


def _now() -> float:
    """The loop's clock, by which its sleeps and timeouts go too."""
    return asyncio.get_running_loop().time()
