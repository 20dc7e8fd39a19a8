"""Records that a person has left out: who, when, why; a view steps over them, in every rebuild too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pymongo.errors import DuplicateKeyError

from services.chassis.checkpoints import Source
from services.chassis.consumer.reading import Raw, fingerprint
from services.chassis.mongo import Database, Document

SKIPPED = "skipped_records"

Place = tuple[str, int, int]
"""Topic, partition and offset: one record, readable or not."""


@dataclass(frozen=True, slots=True)
class Skip:
    """One record to be left out, known by its place and its very bytes: in a topic that was written again another record has
    the offset. `position` is 0 where it has none that can be read."""

    place: Place
    bytes: str
    position: int
    previousposition: int
    event_id: str
    by: str
    why: str
    at: datetime

    @property
    def source(self) -> Source:
        """Its partition."""
        return self.place[:2]


@dataclass(frozen=True, slots=True)
class Skips:
    """All that are left out in one service."""

    places: Mapping[Place, tuple[Skip, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, skips: Iterable[Skip]) -> Skips:
        """By place."""
        places: dict[Place, tuple[Skip, ...]] = {}
        for skip in skips:
            places[skip.place] = (*places.get(skip.place, ()), skip)
        return cls(places)

    def find(self, raw: Raw) -> Skip | None:
        """This very record, if it is left out."""
        here = self.places.get((raw.topic, raw.partition, raw.offset), ())
        return next((skip for skip in here if skip.bytes == fingerprint(raw)), None)

    def __len__(self) -> int:
        return sum(map(len, self.places.values()))


NONE = Skips()


class SkippedRecords:
    """Where they are kept, one collection a service."""

    def __init__(self, database: Database) -> None:
        self._collection = database[SKIPPED]

    async def all(self) -> Skips:
        """Every one; few, for they are written by hand."""
        return Skips.of([_skip(document) async for document in self._collection.find()])

    async def add(self, skip: Skip) -> bool:
        """Write one down; False if this very record was left out before, and then nothing changes."""
        topic, partition, offset = skip.place
        document: Document = {
            "_id": f"{topic}/{partition}/{offset} {skip.bytes}",
            "topic": topic,
            "partition": partition,
            "offset": offset,
            "bytes": skip.bytes,
            "position": skip.position,
            "previousposition": skip.previousposition,
            "event_id": skip.event_id,
            "by": skip.by,
            "why": skip.why,
            "at": skip.at,
        }
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True


def _skip(document: Document) -> Skip:
    return Skip(
        place=(document["topic"], document["partition"], document["offset"]),
        bytes=document["bytes"],
        position=document["position"],
        previousposition=document["previousposition"],
        event_id=document["event_id"],
        by=document["by"],
        why=document["why"],
        at=document["at"].astimezone(UTC),
    )
