"""What a query sees: counters and facets at one vector of positions. The port, and the fake that specs use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from services.chassis.projection import Change
from services.chassis.wanted import Wanted, holds

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Vector:
    """Up to where a view has read: topic → partition → position, and when the newest shown fact was published."""

    positions: Mapping[str, Mapping[int, int]]
    newest: datetime | None
    """`recorded_at` of the newest event applied, UTC; None before the first."""


class Snapshot(Protocol):
    """A view at one moment: all reads of one snapshot see the same vector."""

    async def sums(
        self,
        measures: Sequence[str],
        *,
        within: str = "",
        digits: int = 8,
        since: date | None = None,
        until: date | None = None,
        where: Mapping[str, str] | None = None,
    ) -> dict[tuple[str, str], int]:
        """(measure, area code cut to `digits`) → sum over dates from `since` to `until`, both included, of the
        counters under area `within`. `where` filters further dimensions of the counters. Zero sums may be absent."""
        ...

    async def facets(
        self,
        kind: str,
        *,
        where: Mapping[str, Any] | None = None,
        prefix: Mapping[str, str] | None = None,
        after: str = "",
        limit: int | None = None,
    ) -> list[Row]:
        """The facets of a kind, sorted by subject, with subject greater than `after`; `where` are equal fields (a tuple:
        equal to one of them), `prefix` fields that begin so ("subject" and any set field may stand in both)."""
        ...

    def listed(
        self,
        kind: str,
        *,
        where: Mapping[str, Wanted] | None = None,
        either: Mapping[str, Wanted] | None = None,
        order: tuple[str, ...] = ("subject",),
        after: tuple[str, ...] = (),
        limit: int | None = None,
    ) -> AsyncIterator[Row]:
        """The facets of a kind one by one, however many, sorted by the texts in `order`, from behind the place `after`: all
        of `where` holds, and one of `either` where there are any. `order` tells the facets apart, and every one has them."""
        ...

    @property
    def vector(self) -> Vector:
        """The positions that this snapshot saw."""
        ...


class ReadModels(Protocol):
    """The read models of one projection, in the version that is live."""

    def snapshot(self) -> AbstractAsyncContextManager[Snapshot]:
        """Open a snapshot; close it soon."""
        ...


@dataclass
class InMemoryReadModels:
    """The fake: applies changes to dictionaries and answers the same questions. One contract suite binds both."""

    documents: dict[str, dict[tuple[tuple[str, Any], ...], dict[str, Any]]] = field(default_factory=dict)
    positions: dict[str, dict[int, int]] = field(default_factory=dict)
    newest: datetime | None = None

    def apply(self, changes: Iterable[Change]) -> None:
        """Apply changes in order."""
        for change in changes:
            collection = self.documents.setdefault(change.collection, {})
            key = tuple(sorted(change.key.items()))
            if change.delete:
                collection.pop(key, None)
                continue
            document = collection.setdefault(key, dict(change.key))
            for name, n in change.inc.items():
                document[name] = document.get(name, 0) + n
            document.update(change.set)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[InMemorySnapshot]:
        """A snapshot; specs do not write while they read."""
        yield InMemorySnapshot(self)


@dataclass
class InMemorySnapshot:
    """See `Snapshot`."""

    models: InMemoryReadModels

    @property
    def vector(self) -> Vector:
        """See `Snapshot.vector`."""
        return Vector(self.models.positions, self.models.newest)

    async def sums(
        self,
        measures: Sequence[str],
        *,
        within: str = "",
        digits: int = 8,
        since: date | None = None,
        until: date | None = None,
        where: Mapping[str, str] | None = None,
    ) -> dict[tuple[str, str], int]:
        """See `Snapshot.sums`."""
        found: dict[tuple[str, str], int] = {}
        for row in self.models.documents.get("shards", {}).values():
            day = date.fromisoformat(row["date"])
            if row["measure"] not in measures or not row["area"].startswith(within):
                continue
            if (since and day < since) or (until and day > until):
                continue
            if any(row.get(name) != value for name, value in (where or {}).items()):
                continue
            key = (row["measure"], row["area"][:digits])
            found[key] = found.get(key, 0) + row["n"]
        return found

    async def facets(
        self,
        kind: str,
        *,
        where: Mapping[str, Any] | None = None,
        prefix: Mapping[str, str] | None = None,
        after: str = "",
        limit: int | None = None,
    ) -> list[Row]:
        """See `Snapshot.facets`."""
        rows: list[Row] = [
            row
            for row in self.models.documents.get("facets", {}).values()
            if row["kind"] == kind
            and row["subject"] > after
            and all(_is(row.get(name), value) for name, value in (where or {}).items())
            and all(str(row.get(name, "")).startswith(text) for name, text in (prefix or {}).items())
        ]
        rows.sort(key=lambda row: (row["subject"], row["source"], row["stream"]))
        return rows if limit is None else rows[:limit]

    async def listed(
        self,
        kind: str,
        *,
        where: Mapping[str, Wanted] | None = None,
        either: Mapping[str, Wanted] | None = None,
        order: tuple[str, ...] = ("subject",),
        after: tuple[str, ...] = (),
        limit: int | None = None,
    ) -> AsyncIterator[Row]:
        """See `Snapshot.listed`."""

        def place(row: Row) -> tuple[str, ...]:
            return tuple(row[name] for name in order)

        found = [
            row
            for row in self.models.documents.get("facets", {}).values()
            if row["kind"] == kind
            and all(holds(row.get(name), wanted) for name, wanted in (where or {}).items())
            and (not either or any(holds(row.get(name), wanted) for name, wanted in either.items()))
            and (not after or place(row) > after)
        ]
        for row in sorted(found, key=place)[:limit]:
            yield row


def _is(found: Any, wanted: Any) -> bool:
    return found in wanted if isinstance(wanted, tuple) else bool(found == wanted)
