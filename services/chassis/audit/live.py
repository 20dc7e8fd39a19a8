"""The live read models beside a replay: held at one vector of positions, then compared document by document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from services.chassis.audit.read_model_digest import hashed
from services.chassis.audit.until import Until
from services.chassis.checkpoints import Checkpoints
from services.chassis.mongo import Database, Document
from services.chassis.projection import Projection
from services.chassis.versions import PROJECTIONS

AT_ONCE = 5_000
ROWS = 100


@dataclass(slots=True)
class Held:
    """What a live projection was at one moment: the hash of each document, put into a database of ours."""

    projection: str
    version: str
    until: Until
    database: Database
    collections: tuple[str, ...]
    parked: int = 0
    """Streams that wait in dead letters: their documents lack facts."""


@dataclass(slots=True)
class Compared:
    """What was compared; the first differences are named."""

    projection: str
    live_version: str
    version: str
    parked: int = 0
    documents: int = 0
    differences: int = 0
    rows: list[dict[str, str]] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        """Document by document."""
        return not self.differences

    def row(self) -> dict[str, Any]:
        """For programs."""
        return {name: getattr(self, name) for name in self.__slots__} | {"equal": self.equal}


async def hold(live: Database, scratch: Database, projection: str) -> Held | None:
    """Hash the live documents of a projection in one snapshot, with their checkpoints; None before its first start.

    MongoDB keeps a snapshot for five minutes, which is enough for some ten million documents. `scratch` is the caller's.
    """
    async with await live.client.start_session(snapshot=True) as session:
        document = await live[PROJECTIONS].find_one({"_id": projection}, session=session)
        if document is None:
            return None
        version = str(document["live"])
        checkpoints = await Checkpoints(live, projection, version).all(session)
        vector: dict[str, dict[int, int]] = {}
        for (topic, partition), checkpoint in checkpoints.items():
            vector.setdefault(topic, {})[partition] = checkpoint.position
        prefix = f"{projection}.{version}."
        names = [name for name in await live.list_collection_names() if name.startswith(prefix)]
        for name in names:
            waiting: list[Document] = []
            async for identity, digest in hashed(live, name, session):
                waiting.append({"_id": identity, "sha256": digest})
                if len(waiting) == AT_ONCE:
                    await scratch[_held(projection, name.removeprefix(prefix))].insert_many(waiting)
                    waiting = []
            if waiting:
                await scratch[_held(projection, name.removeprefix(prefix))].insert_many(waiting)
    parked = sum(len(checkpoint.parked) for checkpoint in checkpoints.values())
    kept = tuple(sorted(name.removeprefix(prefix) for name in names))
    return Held(projection, version, Until(vector=vector), scratch, kept, parked)


async def compare(held: Held, projection: Projection, replayed: Database) -> Compared:
    """The held documents beside those of a replay to the same vector."""
    result = Compared(projection.name, held.version, projection.version, held.parked)
    prefix = f"{projection.name}.{projection.version}."
    names = {n.removeprefix(prefix) for n in await replayed.list_collection_names() if n.startswith(prefix)}
    for name in sorted(names | set(held.collections)):
        ours = hashed(replayed, prefix + name)
        theirs = _told(held.database, _held(projection.name, name))
        async for identity, live, again in _merged(theirs, ours):
            result.documents += 1
            if live != again:
                result.differences += 1
                if len(result.rows) < ROWS:
                    what = "only live" if again is None else "only replayed" if live is None else "other"
                    result.rows.append({"collection": name, "_id": identity, "difference": what})
    return result


async def _merged(
    left: AsyncIterator[tuple[str, bytes]], right: AsyncIterator[tuple[str, bytes]]
) -> AsyncIterator[tuple[str, bytes | None, bytes | None]]:
    """Both in the order of `_id`, MongoDB's: by the bytes of UTF-8."""
    a, b = await _next(left), await _next(right)
    while a[0] or b[0]:
        one, other = a[0].encode(), b[0].encode()
        if a[0] and (not b[0] or one < other):
            yield a[0], a[1], None
            a = await _next(left)
        elif b[0] and (not a[0] or other < one):
            yield b[0], None, b[1]
            b = await _next(right)
        else:
            yield a[0], a[1], b[1]
            a, b = await _next(left), await _next(right)


async def _next(side: AsyncIterator[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The next one, or two empty ones. (Python 3.11's `anext` with a default breaks on a generator that waits.)"""
    try:
        return await anext(side)
    except StopAsyncIteration:
        return "", b""


async def _told(database: Database, collection: str) -> AsyncIterator[tuple[str, bytes]]:
    async for document in database[collection].find({}, batch_size=AT_ONCE).sort("_id", 1):
        yield document["_id"], bytes(document["sha256"])


def _held(projection: str, collection: str) -> str:
    return f"held.{projection}.{collection}"
