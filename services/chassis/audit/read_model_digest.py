"""Read models as one hash each, and two of them beside each other, document by document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from services.chassis.mongo import Database, Document, Session


@dataclass(frozen=True, slots=True)
class Digest:
    """How many documents a collection has, and sha256 over all of them in the order of their `_id`."""

    documents: int
    sha256: str

    def row(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


async def digests(
    database: Database, projection: str, version: str, session: Session | None = None
) -> dict[str, Digest]:
    """Collection → digest, of every collection of a version of a projection."""
    prefix = f"{projection}.{version}."
    found: dict[str, Digest] = {}
    for name in sorted(await database.list_collection_names()):
        if name.startswith(prefix):
            count, whole = 0, hashlib.sha256()
            async for _, digest in hashed(database, name, session):
                count += 1
                whole.update(digest)
            found[name.removeprefix(prefix)] = Digest(count, whole.hexdigest())
    return found


async def hashed(
    database: Database, collection: str, session: Session | None = None
) -> AsyncIterator[tuple[str, bytes]]:
    """(`_id`, sha256 of the document) in the order of `_id`."""
    async for document in database[collection].find({}, session=session, batch_size=5_000).sort("_id", 1):
        yield document["_id"], of_document(document)


def of_document(document: Document) -> bytes:
    """sha256 of a document, whatever the order of its fields."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).digest()
