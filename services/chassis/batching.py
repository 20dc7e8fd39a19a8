"""Many callers' look-ups in one: what waits while one is under way goes together in the next.

The driver's cost of a small read is mostly its own (a thread, a round trip); side by side callers share it this way. A
look-up never joins a read that had begun before it was asked, so it sees whatever was acknowledged before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Batched(Generic[K, V]):
    """Asks `ask` for many keys at once; it answers with what it found. A key that is not in the answer is `missing`."""

    def __init__(
        self,
        ask: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]],
        missing: Callable[[], V],
        *,
        most: int = 200,
    ) -> None:
        self._ask = ask
        self._missing = missing
        self._most = most
        self._waiting: dict[K, asyncio.Future[V]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V:
        """The answer for one key. Raises what `ask` raised for its batch; a cancelled caller harms nobody."""
        answer = self._waiting.get(key)
        if answer is None:
            answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await asyncio.shield(answer)

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                keys = list(self._waiting)[: self._most]
                batch = {key: self._waiting.pop(key) for key in keys}
                try:
                    found = await self._ask(keys)
                except Exception as error:  # noqa: BLE001 - each caller raises it for itself
                    for answer in batch.values():
                        answer.set_exception(error)
                        answer.exception()  # looked at: its callers may all be gone
                else:
                    for key, answer in batch.items():
                        answer.set_result(found[key] if key in found else self._missing())
        finally:
            self._asking = None
