"""A cursor: asked once, when the first document is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, Self

from tests.mongo_in_memory.language import Document
from tests.mongo_in_memory.server import copied, stored

Read = Callable[[Mapping[str, Any], Any, Sequence[tuple[str, int]]], Awaitable[list[Document]]]


class MemoryCursor:
    """See motor's AsyncIOMotorCursor."""

    def __init__(
        self,
        read: Read,
        query: Mapping[str, Any],
        projection: Mapping[str, Any] | None,
        session: Any,
        sort: Sequence[tuple[str, int]],
    ) -> None:
        self._read = read
        self._query = query
        self._projection = projection
        self._session = session
        self._sort = sort
        self._limit = 0

    def sort(self, by: str | Sequence[tuple[str, int]], direction: int = 1) -> Self:
        """By one field or several."""
        self._sort = [(by, direction)] if isinstance(by, str) else by
        return self

    def limit(self, most: int) -> Self:
        """0 is without a limit."""
        self._limit = most
        return self

    async def to_list(self, length: int | None) -> list[Document]:
        """All of them."""
        assert length is None
        found = await self._read(self._query, self._session, self._sort)
        return [projected(copied(one), self._projection) for one in found[: self._limit or None]]

    async def __aiter__(self) -> AsyncIterator[Document]:
        for document in await self.to_list(None):
            yield document

    async def raw_batches(self, size: int) -> AsyncIterator[bytes]:
        """In BSON, so many documents a batch."""
        documents = await self.to_list(None)
        for start in range(0, len(documents), size):
            yield b"".join(stored(one) for one in documents[start : start + size])


def projected(document: Document, projection: Mapping[str, Any] | None) -> Document:
    """Fields with 1 only (and `_id`), or all but those with 0; a path goes into an array's documents."""
    if not projection:
        return document
    if any(projection.values()):
        return {name: value for name, value in document.items() if name == "_id" or projection.get(name)}
    for path in projection:
        _without(document, path.split("."))
    return document


def _without(found: Any, path: Sequence[str]) -> None:
    if isinstance(found, list):
        for one in found:
            _without(one, path)
    elif isinstance(found, dict):
        if len(path) == 1:
            found.pop(path[0], None)
        elif path[0] in found:
            _without(found[path[0]], path[1:])
