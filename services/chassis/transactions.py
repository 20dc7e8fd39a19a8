"""A MongoDB transaction: snapshot reads, journaled majority write; committed at the end of the block or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymongo import WriteConcern

from services.chassis.mongo import SNAPSHOT, Database, Session

COMMIT_MS = 20_000


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[Session]:
    """Give the session to everything inside. An exception aborts; the driver's error at the commit is raised.

    An `UnknownTransactionCommitResult` may still have committed: whoever tries again must compare and set something.
    """
    async with (
        await database.client.start_session(causal_consistency=False) as session,
        in_transaction(session),
    ):
        yield session


@asynccontextmanager
async def in_transaction(session: Session) -> AsyncIterator[None]:
    """The same in a session of one's own."""
    async with session.start_transaction(
        read_concern=SNAPSHOT, write_concern=WriteConcern(w="majority", j=True), max_commit_time_ms=COMMIT_MS
    ):
        yield
