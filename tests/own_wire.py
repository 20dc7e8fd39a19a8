"""The wire of one process of a specification: whatever it does to MongoDB or Kafka goes through it and may go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

T = TypeVar("T")
Fate = Literal["request lost", "reply lost", "cut short"] | None


class OwnWire:
    """A process is killed at its wire: from then on nothing that it does has any effect.

    `fates` are used up one an operation: "request lost" never arrives, "reply lost" arrives and has its effect; both look
    alike to the process. "cut short" is for an operation in several parts, of which only the first is done.
    """

    def __init__(self) -> None:
        self.fates: list[Fate] = []
        self.dead = False
        self.operations = 0
        self._dies_at: int | None = None
        self._never: list[
            asyncio.Future[None]
        ] = []  # held here: asyncio itself would let who waits be collected
        self._sleeps_at: int | None = None
        self._awake = asyncio.Event()
        self._awake.set()

    def kill(self, after: int = 0) -> None:
        """Die at the n-th half operation from now: an odd one is between an effect and its reply."""
        self._dies_at = self.operations + after
        self._die_now()

    def sleep(self, after: int = 0) -> None:
        """SIGSTOP at the n-th half operation from now: nothing more is said until it wakes."""
        self._sleeps_at = self.operations + after
        self._sleep_now()

    def wake(self) -> None:
        """SIGCONT."""
        self._sleeps_at = None
        self._awake.set()

    @property
    def asleep(self) -> bool:
        """Whether it was put to sleep."""
        return not self._awake.is_set()

    async def carry(
        self,
        work: Callable[[Fate], Awaitable[T]],
        lost: Callable[[], Exception],
    ) -> T:
        """Do the work there, and bring its result or its error back. Whoever does not wait for it changes nothing: what
        was asked is done."""
        doing = asyncio.create_task(self._whole(work, lost))
        doing.add_done_callback(_looked_at)
        return await asyncio.shield(doing)

    async def _whole(self, work: Callable[[Fate], Awaitable[T]], lost: Callable[[], Exception]) -> T:
        await self._half(lost)
        fate = self.fates.pop(0) if self.fates else None
        if fate == "request lost":
            raise lost()
        try:
            result = await work(fate)
        finally:
            await self._half(lost)
        if fate == "reply lost":
            raise lost()
        return result

    async def _half(self, lost: Callable[[], Exception]) -> None:
        if self.dead:
            raise lost()
        self.operations += 1
        self._sleep_now()
        if self._die_now():  # its other tasks must not get any further either
            self._never.append(asyncio.get_running_loop().create_future())
            await self._never[-1]
        await asyncio.sleep(0.001)
        await self._awake.wait()

    def _die_now(self) -> bool:
        if self._dies_at is not None and self.operations >= self._dies_at:
            self.dead = True
        return self.dead

    def _sleep_now(self) -> None:
        if self._sleeps_at is not None and self.operations >= self._sleeps_at:
            self._awake.clear()


def _looked_at(done: asyncio.Task[T]) -> None:
    if not done.cancelled():
        done.exception()  # nobody may be waiting for it any more
