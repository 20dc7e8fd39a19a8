"""A commit store with a test's hand on it: it can be slow, hang, fail, hide commits, and it counts what it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from bson import decode as bson_decode

from services.chassis.commit_store import InMemoryCommitStore
from services.chassis.commits import Commit, Written

UNKNOWN_KEPT = (Written("unknown", "the reply was lost"), True)
UNKNOWN_LOST = (Written("unknown", "the request was lost"), False)


class WatchedStore:
    """Over an InMemoryCommitStore that several replicas may share. Every operation yields `yields` times.

    `append_raises`, `read_raises` and `latest_raises` are used up one an operation; None lets it pass.
    `late` is how many reads do not see commits whose outcome was unknown: no majority has heard of them yet, and it hears of
    them at the latest with the next write that it acknowledges.
    """

    def __init__(self, inner: InMemoryCommitStore | None = None, *, yields: int = 1) -> None:
        self.inner = InMemoryCommitStore() if inner is None else inner
        self.yields = yields
        self.groups: list[int] = []
        self.reads: list[tuple[str, int]] = []
        self.many: list[int] = []
        self.proofs: list[UUID | None] = []
        self.append_raises: list[Exception | None] = []
        self.read_raises: list[Exception | None] = []
        self.latest_raises: list[Exception | None] = []
        self.late = 0
        self.hidden: set[tuple[str, int]] = set()
        self.open_for_appends = asyncio.Event()
        self.open_for_appends.set()
        self.open_for_reads = asyncio.Event()
        self.open_for_reads.set()

    async def append(self, documents: Sequence[bytes]) -> list[Written]:
        """Slow, held back or raising; then the inner store's answer."""
        self.groups.append(len(documents))
        await self._slowly()
        await self.open_for_appends.wait()
        _raise_next(self.append_raises)
        before = set(self.inner.documents)
        written = await self.inner.append(documents)
        if any(result.outcome == "inserted" for result in written):
            self._heard()
        if self.late and any(result.outcome == "unknown" for result in written):
            inserted = [
                commit_key(raw)
                for raw, result in zip(documents, written, strict=True)
                if result.outcome == "unknown"
            ]
            self.hidden |= {key for key in inserted if key in self.inner.documents and key not in before}
        return written

    async def read(self, stream: str, after: int = 0) -> list[Commit]:
        """Slow, held back or raising; what was there when it was asked."""
        self.reads.append((stream, after))
        hidden = self._hidden_now()
        found = [
            commit
            for commit in await self.inner.read(stream, after)
            if (stream, commit.version) not in hidden
        ]
        await self._slowly()
        await self.open_for_reads.wait()
        _raise_next(self.read_raises)
        return found

    async def read_many(self, streams: Sequence[str]) -> dict[str, list[Commit]]:
        """Slow, held back or raising, all of them together."""
        self.many.append(len(streams))
        hidden = self._hidden_now()
        found = {
            stream: [one for one in await self.inner.read(stream) if (stream, one.version) not in hidden]
            for stream in streams
        }
        await self._slowly()
        await self.open_for_reads.wait()
        _raise_next(self.read_raises)
        return found

    async def latest(
        self, stream: str, after: int, command_id: UUID | None = None
    ) -> tuple[Commit | None, list[Commit]]:
        """Slow or raising; nothing is held back from it."""
        self.proofs.append(command_id)
        await self._slowly()
        _raise_next(self.latest_raises)
        self._heard()
        return await self.inner.latest(stream, after, command_id)

    def stored(self, stream: str) -> list[dict[str, Any]]:
        """The raw documents of a stream in order."""
        return [self.inner.documents[key] for key in sorted(self.inner.documents) if key[0] == stream]

    def _heard(self) -> None:
        """A write that a majority has acknowledged: it has what came before, too."""
        self.late = 0
        self.hidden.clear()

    def _hidden_now(self) -> set[tuple[str, int]]:
        if not self.late:
            self.hidden.clear()
        self.late = max(0, self.late - 1)
        return set(self.hidden)

    async def _slowly(self) -> None:
        for _ in range(self.yields):
            await asyncio.sleep(0)


def commit_key(raw: bytes) -> tuple[str, int]:
    """Stream and version of an encoded commit."""
    found = bson_decode(raw)["_id"]
    return found["stream"], found["version"]


def _raise_next(errors: list[Exception | None]) -> None:
    error = errors.pop(0) if errors else None
    if error is not None:
        raise error
