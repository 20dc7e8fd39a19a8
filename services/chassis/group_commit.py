"""Group commit: what waits while the writes under way are not answered goes together in the next."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from services.chassis.calls import Overloaded
from services.chassis.commits import CommitStore, Written
from services.chassis.metrics import COMMIT_GROUP

QUEUE = 4_096
QUEUE_BYTES = 64 * 1024 * 1024
GROUP_COMMITS = 1_000
GROUP_BYTES = 16 * 1024 * 1024
WRITES = 2
"""Under way at once: while MongoDB writes one group, the callers of the other decide. A third would only make both smaller."""

_Waiting = tuple[bytes, "asyncio.Future[Written]"]


class GroupCommit:
    """The only way into the store. A cancelled caller harms nobody: its document is written all the same."""

    def __init__(self, store: CommitStore, service: str, *, queue: int = QUEUE) -> None:
        self._store = store
        self._queue: deque[_Waiting] = deque()
        self._limit = queue
        self._bytes = 0
        self._writing: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._sizes = COMMIT_GROUP.labels(service)

    @property
    def waiting(self) -> int:
        """How many documents wait for the next write."""
        return len(self._queue)

    async def submit(self, document: bytes) -> Written:
        """Write one document with whatever else waits. Raises Overloaded, before anything was written."""
        if len(self._queue) >= self._limit or self._bytes >= QUEUE_BYTES:
            raise Overloaded("too many commits wait")
        outcome: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._queue.append((document, outcome))
        self._bytes += len(document)
        if len(self._writing) < WRITES:
            self._writing.add(asyncio.create_task(self._write_all(), name="group-commit"))
        return await outcome

    async def submit_all(self, documents: Sequence[bytes]) -> list[Written]:
        """`submit` for several. Raises Overloaded, before any was written."""
        if len(self._queue) + len(documents) > self._limit or self._bytes >= QUEUE_BYTES:
            raise Overloaded("too many commits wait")
        loop = asyncio.get_running_loop()
        outcomes: list[asyncio.Future[Written]] = [loop.create_future() for _ in documents]
        self._queue.extend(zip(documents, outcomes, strict=True))
        self._bytes += sum(map(len, documents))
        while documents and len(self._writing) < WRITES:
            self._writing.add(asyncio.create_task(self._write_all(), name="group-commit"))
        return list(await asyncio.gather(*outcomes))

    async def drain(self) -> None:
        """Wait until nothing waits; for a graceful stop, when no new caller comes."""
        while self._writing:
            await asyncio.wait(self._writing)

    async def _write_all(self) -> None:
        try:
            while self._queue:
                group = self._next_group()
                self._sizes.observe(len(group))
                written = await self._append([document for document, _ in group])
                for (_, outcome), result in zip(group, written, strict=True):
                    if not outcome.done():  # its caller may have been cancelled
                        outcome.set_result(result)
        finally:
            mine = asyncio.current_task()
            assert mine is not None
            self._writing.discard(mine)

    async def _append(self, documents: list[bytes]) -> list[Written]:
        self._under_way += 1
        try:
            written = await self._store.append(documents)
            if len(written) != len(documents):
                raise ValueError("the store answered for another number of documents")
        except Exception as error:  # noqa: BLE001 - whatever it was, the outcome of every document is unknown
            return [Written("unknown", type(error).__name__)] * len(documents)
        finally:
            self._under_way -= 1
        return written

    def _next_group(self) -> list[_Waiting]:
        """What waits, or half of it where both writes are free: else all callers would decide, and then all would wait."""
        most = min(GROUP_COMMITS, -(-len(self._queue) // (WRITES - self._under_way)))
        group = [self._queue.popleft()]
        size = len(group[0][0])
        while self._queue and len(group) < most and size + len(self._queue[0][0]) <= GROUP_BYTES:
            waiting = self._queue.popleft()
            size += len(waiting[0])
            group.append(waiting)
        self._bytes -= size
        return group
