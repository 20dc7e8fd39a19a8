"""Motor's face over the server: databases, sessions and collections, every call over the wire of its process."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any, Self, TypeVar

from bson.timestamp import Timestamp
from pymongo import WriteConcern
from pymongo.errors import AutoReconnect, InvalidOperation, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from tests.mongo_in_memory.collection import MemoryCollection
from tests.mongo_in_memory.server import AWARE, Server
from tests.own_wire import Fate, OwnWire

T = TypeVar("T")
_sessions = itertools.count(1)


def lost() -> AutoReconnect:
    """What the driver raises for a lost connection."""
    return AutoReconnect("the connection was lost")


def unknown_commit() -> OperationFailure:
    """What the driver raises where a commit was not answered."""
    return OperationFailure("no reply", 50, {"errorLabels": ["UnknownTransactionCommitResult"]})


class MemorySession:
    """See motor's AsyncIOMotorClientSession."""

    def __init__(self, client: MemoryClient) -> None:
        self.client = client
        self.session_id = {"id": b"session %d" % next(_sessions)}
        self.in_transaction = False
        self.begun = False

    @property
    def key(self) -> bytes:
        """Its id on the server."""
        return self.session_id["id"]

    @property
    def operation_time(self) -> Timestamp:
        """MongoDB's time."""
        return Timestamp(self.client.server.now, 1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end_session()

    async def end_session(self) -> None:
        """An open transaction is aborted; nobody waits for the answer."""
        if self.in_transaction:
            await self._abort()

    @asynccontextmanager
    async def start_transaction(self, **_: object) -> AsyncIterator[None]:
        """Commit at the end, abort after an error."""
        if self.in_transaction:
            raise InvalidOperation("Transaction already in progress")
        self.in_transaction, self.begun = True, False
        try:
            yield
        except BaseException:
            await self._abort()
            raise
        self.in_transaction = False
        if self.begun:
            await self.client.wire.carry(self._commit, unknown_commit)

    def begin(self) -> None:
        """The first operation opens the transaction on the server."""
        if not self.begun:
            self.client.server.begin(self.key)
            self.begun = True

    async def _commit(self, _: Fate) -> None:
        self.client.server.commit(self.key)
        try:
            await self.client.server.until_majority()
        except PyMongoError:
            raise unknown_commit() from None

    async def _abort(self) -> None:
        self.in_transaction = False
        if self.begun:
            with suppress(PyMongoError):  # the driver ignores it too
                await self.client.wire.carry(self._end, lost)

    async def _end(self, _: Fate) -> None:
        self.client.server.open.pop(self.key, None)


class MemoryClient:
    """See motor's AsyncIOMotorClient."""

    def __init__(self, server: Server, wire: OwnWire) -> None:
        self.server = server
        self.wire = wire
        self.admin = SimpleNamespace(command=self._command)

    async def start_session(self, **_: object) -> MemorySession:
        """No word to the server is needed."""
        return MemorySession(self)

    async def _command(self, name: str, sessions: list[dict[str, bytes]]) -> None:
        assert name == "killSessions", name

        async def kill(_: Fate) -> None:
            for session in sessions:
                self.server.open.pop(session["id"], None)

        await self.wire.carry(kill, lost)


class MemoryDatabase:
    """See motor's AsyncIOMotorDatabase."""

    codec_options = AWARE

    def __init__(self, client: MemoryClient, name: str) -> None:
        self.client = client
        self.name = name

    def __getitem__(self, name: str) -> MemoryCollection:
        return self.get_collection(name)

    def get_collection(
        self, name: str, read_concern: ReadConcern | None = None, write_concern: WriteConcern | None = None
    ) -> MemoryCollection:
        """Reads see what the primary knows that a majority has; writes wait for theirs."""
        assert read_concern is None or read_concern.level in ("majority", "snapshot")
        assert write_concern is None or write_concern.document["w"] == "majority"
        return MemoryCollection(self, name)

    async def list_collection_names(self) -> list[str]:
        """Of collections that hold something."""

        async def names(_: Fate) -> list[str]:
            return sorted({name for name, _ in self.client.server.primary})

        return await self.carry(names)

    async def drop_collection(self, name: str) -> None:
        """With all that is in it."""
        await self[name].delete_many({})

    async def carry(self, work: Callable[[Fate], Awaitable[T]]) -> T:
        """Over the wire of this process."""
        return await self.client.wire.carry(work, lost)


def connect(server: Server, wire: OwnWire | None = None, name: str = "memory") -> Any:
    """A database as a process sees it."""
    return MemoryDatabase(MemoryClient(server, wire or OwnWire()), name)
