"""Checkpoints: up to which position each partition has been applied. In MongoDB, the only truth about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from services.chassis.mongo import Database, Document, Session

CHECKPOINTS = "checkpoints"

Source = tuple[str, int]
"""Topic and partition."""


class Stale(Exception):
    """A checkpoint was moved by somebody else meanwhile: nothing was written. Read again and decide anew."""


class Retired(Exception):
    """The checkpoints of this version are gone: it was replaced and dropped, or the database was emptied."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One partition of one version. `position` 0 and `offset` -1 before the first record.

    `offset` is the Kafka offset of the last record that was dealt with, `newest` the greatest `recorded_at` (UTC),
    `parked` the streams whose records wait in dead letters. `last` is what stands at `position` (`reading.mark`): another
    event that claims the same position is not a repeat; empty where that is not known. `left_out` is the position of a record
    that a person left out behind `position`, 0 where there is none. `revision` counts the writes: it is
    what is compared.
    """

    source: Source
    position: int = 0
    offset: int = -1
    newest: datetime | None = None
    parked: frozenset[str] = frozenset()
    revision: int = 0
    last: str = ""
    left_out: int = 0


class Checkpoints:
    """The checkpoints of one version of a projection (or of a reaction)."""

    def __init__(self, database: Database, name: str, version: str) -> None:
        self._collection = database[CHECKPOINTS]
        self.name = name
        self.version = version

    async def create(self, starts: Mapping[Source, Checkpoint]) -> None:
        """Make those that are not there yet; those that are stay as they are."""
        for source, start in starts.items():
            document = self._document(source) | _fields(start) | {"revision": 0}
            try:
                await self._collection.update_one(
                    {"_id": document.pop("_id")}, {"$setOnInsert": document}, upsert=True
                )
            except DuplicateKeyError:  # another process made it in the same moment
                continue

    async def load(self, sources: Iterable[Source]) -> dict[Source, Checkpoint]:
        """Those of these partitions, by majority. Raises Retired if one is missing."""
        wanted = {self._id(source): source for source in sources}
        found = {
            wanted[document["_id"]]: _checkpoint(document)
            async for document in self._collection.find({"_id": {"$in": list(wanted)}})
        }
        if len(found) != len(wanted):
            raise Retired(f"{self.name} {self.version} has no checkpoint any more")
        return found

    async def all(self, session: Session | None = None) -> dict[Source, Checkpoint]:
        """Every checkpoint of this version."""
        prefix = f"{self.name}.{self.version}"
        found = self._collection.find({"_id": {"$gte": prefix + "/", "$lt": prefix + "0"}}, session=session)
        return {(document["topic"], document["partition"]): _checkpoint(document) async for document in found}

    async def advance(self, moves: Mapping[Checkpoint, Checkpoint], session: Session) -> None:
        """Compare and set, inside the session's transaction: old → new. Raises Stale if any old one is not the one
        that stands there; the caller's transaction must then be given up."""
        writes = [
            UpdateOne(
                {"_id": self._id(old.source), "revision": old.revision},
                {"$set": _fields(new), "$inc": {"revision": 1}},
            )
            for old, new in moves.items()
        ]
        done = await self._collection.bulk_write(writes, ordered=False, session=session)
        if done.matched_count != len(writes):
            raise Stale(
                f"{len(writes) - done.matched_count} checkpoints of {self.name} were moved by another"
            )

    def _id(self, source: Source) -> str:
        return f"{self.name}.{self.version}/{source[0]}/{source[1]}"

    def _document(self, source: Source) -> Document:
        return {
            "_id": self._id(source),
            "projection": self.name,
            "version": self.version,
            "topic": source[0],
            "partition": source[1],
        }


def _fields(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "position": checkpoint.position,
        "offset": checkpoint.offset,
        "newest": checkpoint.newest,
        "parked": sorted(checkpoint.parked),
        "last": checkpoint.last,
        "left_out": checkpoint.left_out,
    }


def _checkpoint(document: Document) -> Checkpoint:
    return Checkpoint(
        source=(document["topic"], document["partition"]),
        position=document["position"],
        offset=document["offset"],
        newest=document["newest"],
        parked=frozenset(document["parked"]),
        revision=document["revision"],
        last=document.get("last", ""),  # checkpoints of before did not remember it
        left_out=document.get("left_out", 0),
    )
