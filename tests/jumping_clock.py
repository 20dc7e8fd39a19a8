"""An event loop in which waiting takes no time: a deadline of ten seconds is over at once, and in the right order."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any


class _Jumping(selectors.DefaultSelector):
    """Where the loop would wait it jumps ahead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """What is ready; the clock moves by the time that waiting would have taken."""
        ready = super().select(0)
        if not ready and timeout:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """Its clock starts at 0 and moves only by jumps; for what does no input or output."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds on the jumping clock."""
        return self._jumping.now

    def end(self) -> None:
        """Cancel whatever still runs, and close."""
        while rest := asyncio.all_tasks(self):
            for task in rest:
                task.cancel()
            self.run_until_complete(asyncio.wait(rest))
        self.close()
