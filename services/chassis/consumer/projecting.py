"""Projecting: a batch's records folded into changes, written to the collections of one version of the projection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pymongo import DeleteOne, ReplaceOne, UpdateOne

from contracts.event import Event
from services.chassis.consumer.folding import Fold, Folded
from services.chassis.mongo import Database, Session
from services.chassis.projection import Change, Projection, Record


@dataclass(frozen=True, slots=True)
class Projecting:
    """A projection as the consumer runs it."""

    database: Database
    projection: Projection
    batch: int = 10_000

    @property
    def name(self) -> str:
        """See `Trade`."""
        return self.projection.name

    @property
    def version(self) -> str:
        """See `Trade`."""
        return self.projection.version

    @property
    def topics(self) -> tuple[str, ...]:
        """See `Trade`."""
        return self.projection.topics

    def begin(self) -> Folding:
        """See `Trade`."""
        return Folding(self.database, self.projection)


class Folding:
    """See `Work`."""

    def __init__(self, database: Database, projection: Projection) -> None:
        self._database = database
        self._handlers = projection.handlers
        self._prefix = f"{projection.name}.{projection.version}."
        self._fold = Fold()

    def hears(self, cls: type[Event]) -> bool:
        """See `Taker`."""
        return cls in self._handlers

    def make(self, record: Record) -> list[Change]:
        """The changes of one record."""
        event = record.event
        return list(self._handlers[type(event)](event, record))

    def take(self, record: Record, offset: int, made: list[Change]) -> None:  # noqa: ARG002 - reactions need both
        """Fold them into the batch's."""
        self._fold.add(made)

    async def perform(self) -> None:
        """Nothing: a projection acts on its read models only."""

    async def write(self, session: Session) -> None:
        """One unordered bulk write a collection, each document in it once."""
        writes: dict[str, list[UpdateOne | ReplaceOne[dict[str, Any]] | DeleteOne]] = {}
        for collection, identity, folded in self._fold.folded():
            writes.setdefault(collection, []).append(operation(identity, folded))
        for collection, operations in writes.items():
            await self._database[self._prefix + collection].bulk_write(
                operations, ordered=False, session=session
            )


def operation(identity: str, folded: Folded) -> UpdateOne | ReplaceOne[dict[str, Any]] | DeleteOne:
    """The one write of a document that has the same effect as its changes one by one."""
    if folded.gone:
        return DeleteOne({"_id": identity})
    if folded.fresh:
        return ReplaceOne({"_id": identity}, folded.document(), upsert=True)
    update: dict[str, Any] = {"$setOnInsert": folded.key}
    if folded.inc:
        update["$inc"] = folded.inc
    if folded.set:
        update["$set"] = folded.set
    return UpdateOne({"_id": identity}, update, upsert=True)
