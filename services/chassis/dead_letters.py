"""Dead letters: records that could not be read or that broke a projection, kept with their bytes until replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo import ReplaceOne

from services.chassis.checkpoints import Source
from services.chassis.mongo import Database, Document, Session

DEAD_LETTERS = "dead_letters"


@dataclass(frozen=True, slots=True)
class Letter:
    """One record put aside: where it stood, its very bytes, and why.

    `position` is None where the record has none that can be read: such a record is not on the chain and parks no
    stream. `reason` names places (a header, a field, a line of code) and never repeats what stood there.
    """

    source: Source
    offset: int
    position: int | None
    stream: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    timestamp: int
    reason: str
    follower: bool = False
    """It is here only because its stream was parked before."""
    id: str = ""
    at: datetime | None = None


class DeadLetters:
    """The dead letters of one version of a projection (or of a reaction)."""

    def __init__(self, database: Database, name: str, version: str) -> None:
        self._collection = database[DEAD_LETTERS]
        self.name = name
        self.version = version

    async def write(self, letters: Iterable[Letter], session: Session) -> None:
        """Put records aside, inside the session's transaction. Putting one aside twice is putting it aside once."""
        writes = [
            ReplaceOne({"_id": self.id_of(letter)}, self._document(letter), upsert=True) for letter in letters
        ]
        if writes:
            await self._collection.bulk_write(writes, ordered=False, session=session)

    async def delete(self, letters: Iterable[Letter], session: Session) -> None:
        """Take letters out, inside the session's transaction."""
        await self._collection.delete_many(
            {"_id": {"$in": [letter.id for letter in letters]}}, session=session
        )

    async def count(self) -> int:
        """How many lie here."""
        return await self._collection.count_documents(self._query())

    async def positions(self, session: Session) -> set[tuple[str, int, int]]:
        """Topic, partition and position of those that are on the chain, in the session's snapshot."""
        query = self._query() | {"position": {"$ne": None}}
        found = self._collection.find(query, {"topic": 1, "partition": 1, "position": 1}, session=session)
        return {(d["topic"], d["partition"], d["position"]) async for d in found}

    async def of(self, source: Source, stream: str, limit: int) -> list[Letter]:
        """The letters of a parked stream in the order in which they are to be applied, the first `limit`."""
        prefix = f"{self.name}.{self.version}/{source[0]}/{source[1]}"
        query = {
            "_id": {"$gte": prefix + "/", "$lt": prefix + "0"},
            "stream": stream,
            "position": {"$ne": None},
        }
        return [_letter(d) async for d in self._collection.find(query).sort("position", 1).limit(limit)]

    def id_of(self, letter: Letter) -> str:
        """`<projection>.<version>/<topic>/<partition>/<position>`; `@<offset>` where the position is unreadable."""
        place = f"@{letter.offset}" if letter.position is None else str(letter.position)
        return f"{self.name}.{self.version}/{letter.source[0]}/{letter.source[1]}/{place}"

    def _query(self) -> Document:
        """By `_id`, so that no other index is needed."""
        return {"_id": {"$gte": f"{self.name}.{self.version}/", "$lt": f"{self.name}.{self.version}0"}}

    def _document(self, letter: Letter) -> Document:
        return {
            "projection": self.name,
            "version": self.version,
            "topic": letter.source[0],
            "partition": letter.source[1],
            "position": letter.position,
            "offset": letter.offset,
            "stream": letter.stream,
            "key": letter.key,
            "value": letter.value,
            "headers": [[name, raw] for name, raw in letter.headers],
            "timestamp": letter.timestamp,
            "reason": letter.reason,
            "follower": letter.follower,
            "at": datetime.now(UTC),
        }


async def list_letters(
    database: Database, projection: str | None = None, *, limit: int = 1000
) -> list[Mapping[str, Any]]:
    """What lies in dead letters, without bytes and headers, in the order of the bus; for a table or for a program."""
    query = {} if projection is None else {"projection": projection}
    order = [("projection", 1), ("version", 1), ("topic", 1), ("partition", 1), ("offset", 1)]
    found = database[DEAD_LETTERS].find(query, {"key": 0, "value": 0, "headers": 0}).sort(order).limit(limit)
    return [document async for document in found]


async def put_aside(database: Database, stream: str) -> int:
    """How many records of a stream lie in the dead letters of a service; few lie there at all, so no index is kept."""
    return await database[DEAD_LETTERS].count_documents({"stream": stream})


async def show_letter(database: Database, identity: str) -> Mapping[str, Any] | None:
    """One letter with its bytes and headers; None if there is none of this `_id`."""
    return await database[DEAD_LETTERS].find_one({"_id": identity})


async def discard_letter(database: Database, identity: str) -> bool:
    """Throw away a letter that is not on the chain (no position: not one of our events). True if it was there.

    One on the chain is never thrown away: its stream would go on with a fact missing.
    """
    done = await database[DEAD_LETTERS].delete_one({"_id": identity, "position": None})
    return bool(done.deleted_count)


def _letter(document: Document) -> Letter:
    return Letter(
        source=(document["topic"], document["partition"]),
        offset=document["offset"],
        position=document["position"],
        stream=document["stream"],
        key=document["key"],
        value=document["value"],
        headers=[(name, raw) for name, raw in document["headers"]],
        timestamp=document["timestamp"],
        reason=document["reason"],
        follower=document["follower"],
        id=document["_id"],
        at=document["at"],
    )
