"""A consumer's own MongoDB session, written down, so that whoever follows after a kill -9 can end what it left open.

MongoDB keeps the open transaction of a process that is gone for a minute (`transactionLifetimeLimitSeconds`), and its
checkpoints with it: until then every successor meets a write conflict.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import PyMongoError

from services.chassis.mongo import Database, Document, Session
from services.chassis.transactions import in_transaction

SESSIONS = "consumer_sessions"


class OwnSession:
    """One session for all transactions of one consumer, one after the other."""

    def __init__(self, database: Database, name: str, version: str) -> None:
        self._database = database
        self._sessions = database[SESSIONS]
        self._of = {"projection": name, "version": version}
        self._session: Session | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """See `transactions.transaction`."""
        if self._session is None:
            self._session = await self._database.client.start_session(causal_consistency=False)
            await self._write_down()
        async with in_transaction(self._session):
            yield self._session

    async def end_others(self) -> int:
        """End the transactions of the other consumers of this version that were written down; how many there were.

        Those of the dead end for good. One that is alive finds its transaction aborted, and tries again.
        """
        mine = None if self._session is None else _identity(self._session)
        others = [d["_id"] async for d in self._sessions.find(self._of | {"_id": {"$ne": mine}})]
        if others:
            await self._database.client.admin.command("killSessions", [{"id": one} for one in others])
            await self._sessions.delete_many({"_id": {"$in": others}})
        if mine is not None:
            await self._write_down()  # somebody may have done the same to us
        return len(others)

    async def close(self) -> None:
        """Give the session back."""
        if self._session is not None:
            session, self._session = self._session, None
            with suppress(PyMongoError):
                await self._sessions.delete_one({"_id": _identity(session)})
            await session.end_session()

    async def _write_down(self) -> None:
        assert self._session is not None
        document: Document = self._of | {"at": datetime.now(UTC)}
        await self._sessions.replace_one({"_id": _identity(self._session)}, document, upsert=True)


def _identity(session: Any) -> Any:
    """The session's id on the server; motor's stubs take the property for a method."""
    return session.session_id["id"]
