"""What can be struck: one process each, with how it is started and how one sees that it is at work again."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from tests.chaos.births import Living
from tests.chaos.plan import Strike

BACK_SECONDS = 90.0
WATCH_SECONDS = 0.2


@dataclass
class Victim:
    """`start` makes the process; `back` says whether it answers. One strike at a time."""

    name: str
    start: Callable[[], Awaitable[Living]]
    back: Callable[[], Awaitable[bool]]
    living: Living = field(default_factory=lambda: Living(0, ""))
    struck: asyncio.Lock = field(default_factory=asyncio.Lock)
    own_ends: int = 0
    """How often it ended although nobody had struck it."""

    async def begin(self) -> None:
        """Start it; wait until it answers."""
        async with self.struck:
            self.living = await self.start()
            await self._until_back()

    async def suffer(self, strike: Strike, signalled: asyncio.Event) -> None:
        """Be struck, lie, come back. `signalled` is set when the blow has fallen."""
        async with self.struck:
            if strike.blow == "stop":
                self.living.signal(signal.SIGSTOP)
                signalled.set()
                await asyncio.sleep(strike.seconds)
                self.living.signal(signal.SIGCONT)
            else:
                self.living.signal(signal.SIGKILL)
                signalled.set()
                await self.living.gone()
                await asyncio.sleep(strike.seconds)
                self.living = await self.start()
            await self._until_back()

    async def watched(self) -> None:
        """Start it again whenever it ends by itself, as Kubernetes does; for ever."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not self.struck.locked() and not self.living.alive:
                async with self.struck:
                    self.own_ends += 1
                    await asyncio.sleep(0.5)
                    self.living = await self.start()

    async def _until_back(self) -> None:
        until = monotonic() + BACK_SECONDS
        while not await self.back():
            if not self.living.alive:  # what it needs was away when it started
                self.own_ends += 1
                await asyncio.sleep(0.5)
                self.living = await self.start()
            if monotonic() > until:
                raise TimeoutError(f"{self.name} did not come back in {BACK_SECONDS:g} s")
            await asyncio.sleep(0.1)
