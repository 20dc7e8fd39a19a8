"""The commit log in MongoDB, and the fake that specs use; one contract suite binds both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from uuid import UUID

from bson import decode as bson_decode
from bson.raw_bson import RawBSONDocument
from pymongo import ASCENDING, IndexModel, WriteConcern
from pymongo.errors import BulkWriteError, PyMongoError

from services.chassis.batching import Batched
from services.chassis.commits import Commit, Written, from_document
from services.chassis.mongo import MAJORITY, Collection, Database, Document, Session

DUPLICATE_KEY = 11000
INSERTED = Written("inserted")
PROOFS = "proofs"
PROOF = WriteConcern(w="majority", j=True, wtimeout=5_000)
"""A primary that has lost its majority would let a proof wait for ever."""

OUTBOX_INDEX = IndexModel(
    [("recorded_at", ASCENDING), ("_id.stream", ASCENDING), ("_id.version", ASCENDING)],
    name="outbox",
    partialFilterExpression={"pending": True},
)
COMMAND_INDEX = IndexModel([("command_id", ASCENDING)], name="command", unique=True)
STREAM_INDEX = IndexModel([("_id.stream", ASCENDING), ("_id.version", ASCENDING)], name="stream")


_Asked = tuple[str, int, UUID | None]
"""Stream, after which version, and command, if there is one."""


class MongoCommitStore:
    """See `CommitStore`. `prepare` makes the indexes; call it before the first append."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._commits: Collection = database.get_collection("commits", read_concern=MAJORITY)
        self._proofs: Collection = database.get_collection(PROOFS, write_concern=PROOF)
        self._streams: Batched[tuple[str, int], list[Commit]] = Batched(self._read, list)
        self._latest: Batched[_Asked, tuple[Commit | None, list[Commit]]] = Batched(
            self._proved, lambda: (None, [])
        )

    async def prepare(self) -> None:
        """Make the indexes: one commit a command, a stream in order, and what waits to be sent."""
        await self._commits.create_indexes([COMMAND_INDEX, STREAM_INDEX, OUTBOX_INDEX])

    async def append(self, documents: Sequence[bytes]) -> list[Written]:
        """See `CommitStore.append`."""
        try:
            await self._commits.insert_many([RawBSONDocument(raw) for raw in documents], ordered=False)
        except BulkWriteError as error:
            return _sorted_out(error.details or {}, len(documents))
        except PyMongoError as error:
            return [Written("unknown", type(error).__name__)] * len(documents)
        return [INSERTED] * len(documents)

    async def read(self, stream: str, after: int = 0) -> list[Commit]:
        """See `CommitStore.read`."""
        return await self._streams.get((stream, after))

    async def read_many(self, streams: Sequence[str]) -> dict[str, list[Commit]]:
        """See `CommitStore.read_many`."""
        found = await self._read([(stream, 0) for stream in streams])
        return {stream: commits for (stream, _), commits in found.items()}

    async def _read(
        self, asked: Sequence[tuple[str, int]], session: Session | None = None
    ) -> dict[tuple[str, int], list[Commit]]:
        """Several streams at once; a stream that was asked for twice, from two versions on, is read from the lower."""
        since: dict[str, int] = {}
        for stream, after in asked:
            since[stream] = min(after, since.get(stream, after))
        whole = [stream for stream, after in since.items() if not after]
        wanted: list[Document] = [{"_id.stream": {"$in": whole}}] if whole else []
        wanted += [
            {"_id.stream": name, "_id.version": {"$gt": after}} for name, after in since.items() if after
        ]
        found = self._commits.find({"$or": wanted} if len(wanted) > 1 else wanted[0], session=session)
        read: dict[str, list[Commit]] = {}
        for document in await found.sort([("_id.stream", 1), ("_id.version", 1)]).to_list(None):
            read.setdefault(document["_id"]["stream"], []).append(from_document(document))
        return {
            (name, after): [one for one in read.get(name, ()) if one.version > after] for name, after in asked
        }

    async def latest(
        self, stream: str, after: int, command_id: UUID | None = None
    ) -> tuple[Commit | None, list[Commit]]:
        """See `CommitStore.latest`."""
        return await self._latest.get((stream, after, command_id))

    async def _proved(self, asked: Sequence[_Asked]) -> dict[_Asked, tuple[Commit | None, list[Commit]]]:
        """What a primary had acknowledged stands in its successor's log before whatever that one writes: a write that a
        majority has proves the primary, and the session ties the reads to it. Streams first: an earlier try may arrive
        between the two reads, and who sees its commit in the stream must see that it is his own."""
        commands = [str(command_id) for _, _, command_id in asked if command_id]
        async with await self._database.client.start_session(causal_consistency=True) as session:
            await self._proofs.update_one({"_id": 0}, {"$inc": {"n": 1}}, upsert=True, session=session)
            read = await self._read([(stream, after) for stream, after, _ in asked], session)
            found = self._commits.find({"command_id": {"$in": commands}}, session=session)
            made = {commit.command_id: commit for commit in map(from_document, await found.to_list(None))}
        return {one: (made.get(one[2]) if one[2] else None, read[one[0], one[1]]) for one in asked}

    async def waiting(self) -> int:
        """How many commits wait to be sent, counted up to 100,000."""
        return await self._commits.count_documents({"pending": True}, limit=100_000, hint="outbox")


def _sorted_out(details: Mapping[str, Any], count: int) -> list[Written]:
    """One outcome each: success is no write error *and* no write concern error."""
    errors = details.get("writeErrors", ())
    rest = INSERTED
    if details.get("writeConcernErrors"):
        rest = Written("unknown", "write concern")
    elif details.get("nInserted", 0) + len(errors) != count:  # the server stopped in the middle of the group
        rest = Written("unknown", "cut short")
    outcomes = [rest] * count
    for error in errors:
        outcomes[error["index"]] = _outcome(error)
    return outcomes


def _outcome(error: Mapping[str, Any]) -> Written:
    if error.get("code") != DUPLICATE_KEY:
        return Written("unknown", str(error.get("code")))
    return Written("command-taken" if "command_id" in error.get("keyPattern", {}) else "version-taken")


@dataclass
class InMemoryCommitStore:
    """The fake. `trouble` holds outcomes that the next documents get, each with whether they are kept all the same."""

    documents: dict[tuple[str, int], Document] = field(default_factory=dict)
    trouble: list[tuple[Written, bool]] = field(default_factory=list)

    async def prepare(self) -> None:
        """Nothing to make."""

    async def append(self, documents: Sequence[bytes]) -> list[Written]:
        """See `CommitStore.append`."""
        return [self._insert(bson_decode(raw)) for raw in documents]

    def _insert(self, document: Document) -> Written:
        key = (document["_id"]["stream"], document["_id"]["version"])
        trouble, kept = self.trouble.pop(0) if self.trouble else (INSERTED, True)
        if kept:
            if key in self.documents:
                return Written("version-taken")
            if any(other["command_id"] == document["command_id"] for other in self.documents.values()):
                return Written("command-taken")
            self.documents[key] = document
        return trouble

    async def read(self, stream: str, after: int = 0) -> list[Commit]:
        """See `CommitStore.read`."""
        found = sorted(key for key in self.documents if key[0] == stream and key[1] > after)
        return [_utc(self.documents[key]) for key in found]

    async def read_many(self, streams: Sequence[str]) -> dict[str, list[Commit]]:
        """See `CommitStore.read_many`."""
        return {stream: await self.read(stream) for stream in streams}

    async def latest(
        self, stream: str, after: int, command_id: UUID | None = None
    ) -> tuple[Commit | None, list[Commit]]:
        """See `CommitStore.latest`."""
        made = [one for one in self.documents.values() if one["command_id"] == str(command_id)]
        return _utc(made[0]) if made else None, await self.read(stream, after)


def _utc(document: Document) -> Commit:
    return from_document({**document, "recorded_at": document["recorded_at"].replace(tzinfo=UTC)})
