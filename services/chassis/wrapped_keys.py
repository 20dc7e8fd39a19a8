"""Where the wrapped keys of owners are kept: in MongoDB, and the fake that specs use; one contract suite binds both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pymongo import ReturnDocument
from pymongo.errors import BulkWriteError

from services.chassis.batching import Batched
from services.chassis.mongo import MAJORITY, Database


class WrappedKeys(Protocol):
    """Where wrapped keys are kept: one per owner, and gone for good when deleted."""

    async def get(self, owner: str) -> bytes | None:
        """The wrapped key, or None. Read concern majority."""
        ...

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """Keep this key unless there is one; the one that is kept now. Durable on return."""
        ...

    async def get_many(self, owners: Sequence[str]) -> Mapping[str, bytes]:
        """The wrapped keys of those who have one. Read concern majority."""
        ...

    async def add_many(self, wanted: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """`add` for several owners: what is kept now of each."""
        ...

    async def delete(self, owner: str) -> None:
        """Destroy it. Durable on return; no error where there is none."""
        ...


class MongoWrappedKeys:
    """Wrapped keys in the collection `keys`."""

    def __init__(self, database: Database) -> None:
        self._keys = database.get_collection("keys", read_concern=MAJORITY)
        self._reads: Batched[str, bytes | None] = Batched(self._get, lambda: None)
        self._adds: Batched[tuple[str, bytes], bytes | None] = Batched(self._add, lambda: None)

    async def get(self, owner: str) -> bytes | None:
        """See `WrappedKeys.get`."""
        return await self._reads.get(owner)

    async def _get(self, owners: Sequence[str]) -> dict[str, bytes | None]:
        return {**await self.get_many(owners)}

    async def get_many(self, owners: Sequence[str]) -> dict[str, bytes]:
        """See `WrappedKeys.get_many`."""
        found = await self._keys.find({"_id": {"$in": list(owners)}}).to_list(None)
        return {document["_id"]: bytes(document["wrapped"]) for document in found}

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """See `WrappedKeys.add`."""
        kept = await self._adds.get((owner, wrapped))
        if kept is None:  # two made it in the same moment, and no majority has the other's yet
            document = await self._keys.find_one_and_update(
                {"_id": owner},
                {"$setOnInsert": {"wrapped": wrapped}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
            return bytes(document["wrapped"])
        return kept

    async def add_many(self, wanted: Mapping[str, bytes]) -> dict[str, bytes]:
        """See `WrappedKeys.add_many`."""
        kept = await self._insert(list(wanted.items()))
        return {owner: kept.get(owner) or await self.add(owner, wrapped) for owner, wrapped in wanted.items()}

    async def _add(self, wanted: Sequence[tuple[str, bytes]]) -> dict[tuple[str, bytes], bytes | None]:
        first = dict(reversed(wanted))
        kept = await self._insert(list(first.items()))
        return {(owner, wrapped): kept.get(owner) for owner, wrapped in wanted}

    async def _insert(self, wanted: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
        """What is kept now of each owner. What a majority has acknowledged needs no second look; who had one already is read."""
        documents = [{"_id": owner, "wrapped": wrapped} for owner, wrapped in wanted]
        try:
            await self._keys.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            details = error.details or {}
            if details.get("writeConcernErrors") or any(
                one["code"] != 11000 for one in details["writeErrors"]
            ):
                raise
            taken = {wanted[one["index"]][0] for one in details["writeErrors"]}
            there = await self.get_many(list(taken))
            return {owner: wrapped for owner, wrapped in wanted if owner not in taken} | there
        return dict(wanted)

    async def delete(self, owner: str) -> None:
        """See `WrappedKeys.delete`."""
        await self._keys.delete_one({"_id": owner})


class InMemoryWrappedKeys(dict[str, bytes]):
    """The fake."""

    async def get(self, owner: str) -> bytes | None:  # type: ignore[override]  # the port's, not dict's
        """See `WrappedKeys.get`."""
        return dict.get(self, owner)

    async def add(self, owner: str, wrapped: bytes) -> bytes:
        """See `WrappedKeys.add`."""
        return self.setdefault(owner, wrapped)

    async def get_many(self, owners: Sequence[str]) -> dict[str, bytes]:
        """See `WrappedKeys.get_many`."""
        found = {owner: await self.get(owner) for owner in owners}
        return {owner: wrapped for owner, wrapped in found.items() if wrapped is not None}

    async def add_many(self, wanted: Mapping[str, bytes]) -> dict[str, bytes]:
        """See `WrappedKeys.add_many`."""
        return {owner: await self.add(owner, wrapped) for owner, wrapped in wanted.items()}

    async def delete(self, owner: str) -> None:
        """See `WrappedKeys.delete`."""
        self.pop(owner, None)
