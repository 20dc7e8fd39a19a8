"""A collection as motor has it: reads from what a majority has, writes to the primary, a transaction's inside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from bson import decode
from bson.raw_bson import RawBSONDocument
from pymongo import DeleteOne, IndexModel, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteConcernError

from tests.mongo_in_memory.cursor import MemoryCursor
from tests.mongo_in_memory.language import Document, matches, ordered, updated
from tests.mongo_in_memory.server import AWARE, Documents, Key, copied, duplicate, stored
from tests.own_wire import Fate

if TYPE_CHECKING:
    from tests.mongo_in_memory.driver import MemoryDatabase, MemorySession

Query = Mapping[str, Any]


class MemoryCollection:
    """See motor's AsyncIOMotorCollection. `session` in a transaction makes an operation part of it."""

    codec_options = AWARE

    def __init__(self, database: MemoryDatabase, name: str) -> None:
        self._database = database
        self._server = database.client.server
        self.name = name

    # --- reads ---

    def find(
        self,
        query: Query | None = None,
        projection: Query | None = None,
        *,
        session: MemorySession | None = None,
        sort: Sequence[tuple[str, int]] = (),
        **_: object,
    ) -> MemoryCursor:
        """A cursor over what was there when it was first asked."""
        return MemoryCursor(self._read, query or {}, projection, session, sort)

    async def find_one(self, query: Query | None = None, *more: Any, **options: Any) -> Document | None:
        """The first one."""
        return next(iter(await self.find(query, *more, **options).limit(1).to_list(None)), None)

    def find_raw_batches(self, *more: Any, **options: Any) -> AsyncIterator[bytes]:
        """The same in BSON, in batches."""
        size, limit = options.pop("batch_size"), options.pop("limit")
        return self.find(*more, **options).limit(limit).raw_batches(size)

    async def count_documents(self, query: Query, *, limit: int = 0, **_: object) -> int:
        """How many there are."""
        return len(await self.find(query).limit(limit).to_list(None))

    async def _read(
        self, query: Query, session: MemorySession | None, sort: Sequence[tuple[str, int]]
    ) -> list[Document]:
        async def read(_: Fate) -> list[Document]:
            return ordered(self._found(query, self._seen(session)).values(), sort)

        return await self._database.carry(read)

    def watch(self, *_: object, **__: object) -> Any:
        """A change stream whose `try_next` returns after the next write, or after a quarter of a second."""
        return _Watching(self)

    # --- writes ---

    async def insert_one(self, document: Document, *, session: MemorySession | None = None) -> None:
        """Raises DuplicateKeyError."""
        await self._one(session, lambda: self._insert(document, session))

    async def insert_many(self, documents: Sequence[Document | RawBSONDocument], *, ordered: bool) -> None:
        """Raises BulkWriteError."""
        assert not ordered
        plain = [decode(d.raw, AWARE) if isinstance(d, RawBSONDocument) else d for d in documents]
        await self._bulk([partial(self._insert, d, None) for d in plain], None)

    async def bulk_write(
        self, operations: Sequence[Any], *, ordered: bool, session: MemorySession | None = None
    ) -> Any:
        """Raises BulkWriteError."""
        assert not ordered
        for one in operations:
            stored({"": getattr(one, "_doc", None)})  # the driver encodes before it sends
        return await self._bulk([partial(self._operation, one, session) for one in operations], session)

    async def update_one(
        self, query: Query, update: Any, *, upsert: bool = False, session: Any = None
    ) -> Any:
        """One, or a new one."""
        return await self._one(session, lambda: self._update(query, update, session, upsert=upsert))

    async def update_many(self, query: Query, update: Any, *, session: Any = None) -> Any:
        """All that meet the query."""
        return await self._one(session, lambda: self._update(query, update, session, many=True))

    async def replace_one(self, query: Query, document: Document, *, upsert: bool) -> Any:
        """One, or a new one."""
        return await self._one(None, lambda: self._operation(ReplaceOne(query, document, upsert), None))

    async def find_one_and_update(
        self, query: Query, update: Any, *, return_document: bool = False, **_: object
    ) -> Document | None:
        """The document after it (`return_document`), or before."""

        def change() -> tuple[int, Document | None]:
            found = self._found(query, self._server.primary)
            for key, before in list(found.items())[:1]:
                after = updated(before, update, self._server.now, query={}, new=False)
                self._put(key, copied(after), None)
                return 1, copied(after if return_document else before)
            return 0, None

        result: Document | None = (await self._one(None, change)).answer
        return result

    async def delete_one(self, query: Query) -> Any:
        """One."""
        return await self._one(None, lambda: self._delete(query, None, 1))

    async def delete_many(self, query: Query, *, session: MemorySession | None = None) -> Any:
        """All that meet the query."""
        return await self._one(session, lambda: self._delete(query, session, None))

    async def create_indexes(self, indexes: Sequence[IndexModel]) -> None:
        """Only the unique ones mean anything here."""

        async def create(_: Fate) -> None:
            for index in indexes:
                if index.document.get("unique"):
                    [path] = index.document["key"]
                    self._server.unique.setdefault(self.name, set()).add(path)

        await self._database.carry(create)

    # --- how ---

    async def _one(self, session: MemorySession | None, change: Callable[[], Any]) -> Any:
        async def write(_: Fate) -> Any:
            await self._free(session)
            done = _Done(change())
            await self._settled(session)
            return done

        return await self._database.carry(write)

    async def _bulk(self, changes: Sequence[Callable[[], Any]], session: MemorySession | None) -> Any:
        async def write(fate: Fate) -> Any:
            await self._free(session)
            errors: list[Document] = []
            counted = matched = 0
            here = changes if fate != "cut short" else changes[: len(changes) // 2]
            for index, change in enumerate(here):
                try:
                    matched += _Done(change()).matched_count
                    counted += 1
                except DuplicateKeyError as error:
                    errors.append({"index": index, **(error.details or {})})
            details: Document = {"writeErrors": errors, "writeConcernErrors": [], "nInserted": counted}
            try:
                await self._settled(session)
            except WriteConcernError as error:  # a bulk write answers so, and a single one raises
                details["writeConcernErrors"] = [{"code": error.code}]
                raise BulkWriteError(details) from error
            if errors or len(here) < len(changes):
                raise BulkWriteError(details)
            return _Done((matched, None))

        return await self._database.carry(write)

    async def _free(self, session: MemorySession | None) -> None:
        if session is None or not session.in_transaction:
            locked = [key for one in self._server.open.values() for key in one.wants if key[0] == self.name]
            await self._server.until_free(locked)

    async def _settled(self, session: MemorySession | None) -> None:
        if session is None or not session.in_transaction:
            await self._server.until_majority()

    def _seen(self, session: MemorySession | None) -> Documents:
        if session is None or not session.in_transaction:
            return self._server.known
        session.begin()
        return self._server.view(session.key)

    def _written_to(self, session: MemorySession | None) -> Documents:
        return self._seen(session) if session and session.in_transaction else self._server.primary

    def _found(self, query: Query, seen: Documents) -> dict[Key, Document]:
        now = self._server.now
        return {key: d for key, d in seen.items() if key[0] == self.name and matches(d, query, now)}

    def _put(self, key: Key, document: Document | None, session: MemorySession | None) -> None:
        if session is None or not session.in_transaction:
            self._server.write(key, document)
        else:
            session.begin()
            self._server.write_in(session.key, key, document)

    def _insert(self, document: Document, session: MemorySession | None) -> tuple[int, None]:
        key = self._key(document)
        if key in self._written_to(session):
            raise duplicate({"_id": 1})
        self._put(key, copied(document), session)
        return 1, None

    def _operation(self, one: Any, session: MemorySession | None) -> Any:
        match one:
            case UpdateOne():
                return self._update(one._filter, one._doc, session, upsert=bool(one._upsert))
            case ReplaceOne():
                found = self._found(one._filter, self._written_to(session))
                if not found and not one._upsert:
                    return 0, None
                identity = next(iter(found.values()), one._filter)["_id"]
                document = {"_id": identity, **one._doc}
                self._put(self._key(document), copied(document), session)
                return len(found), None
            case DeleteOne():
                return self._delete(one._filter, session, 1)
        raise NotImplementedError(type(one).__name__)

    def _update(
        self, query: Query, update: Any, session: Any, *, upsert: bool = False, many: bool = False
    ) -> tuple[int, Any]:
        found = self._found(query, self._written_to(session))
        now = self._server.now
        for key, document in list(found.items())[: None if many else 1]:
            self._put(key, copied(updated(document, update, now, query=query, new=False)), session)
        if found or not upsert:
            return (len(found) if many else min(1, len(found))), None
        made = updated({}, update, now, query=query, new=True)
        assert "_id" in made, "an upsert without an _id"
        self._insert(made, session)
        return 0, made["_id"]

    def _delete(self, query: Query, session: MemorySession | None, most: int | None) -> tuple[int, None]:
        keys = list(self._found(query, self._written_to(session)))[:most]
        for key in keys:
            self._put(key, None, session)
        return len(keys), None

    def _key(self, document: Document) -> Key:
        return self.name, stored({"_id": document["_id"]})


class _Done:
    """What the driver tells of a write."""

    def __init__(self, done: tuple[int, Any]) -> None:
        self.matched_count = self.deleted_count = done[0]
        self.answer = self.upserted_id = done[1]


class _Watching:
    def __init__(self, collection: MemoryCollection) -> None:
        self._collection = collection

    async def try_next(self) -> None:
        async def ring(_: Fate) -> None:
            try:
                async with asyncio.timeout(0.25):
                    await self._collection._server.inserted.wait()
            except TimeoutError:
                return

        await self._collection._database.carry(ring)

    async def close(self) -> None:
        return
