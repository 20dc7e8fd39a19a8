"""Live pages: when the view moves, every place that is looked at is rendered once and its listeners get the changes.

A place's listeners share one rendering. Bursts are coalesced: a place is rendered at most once in `pause` seconds, and
rendering takes no more than a quarter of the time. The place with the most readers who have waited longest comes first, so
that a hundred places with one reader each do not hold up the one with hundreds. A listener holds nothing but what it saw
last, so a slow one costs no memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from services.chassis.doorbell import Doorbell, until_stopped
from services.reporting.pages import Place, Rendered
from services.reporting.watched import Watched

_LOG = structlog.get_logger(__name__)

RETRY = b"retry: 2000\n"
BEAT = b"event: beat\ndata:\n\n"
"""An event and not a comment: the page's script sees it and knows that the line is alive."""


class TooManyListeners(Exception):
    """The bound on open event streams is reached: HTTP 503, try again later."""


Render = Callable[[Place], Awaitable[Rendered | None]]
"""Render a place now; None where the place does not exist (any more)."""


@dataclass
class Live:
    """The board's event streams. `run` is a task of the service, `listen` one stream."""

    doorbell: Doorbell
    render: Render
    most: int = 1000
    """Open streams of this process."""
    pause: float = 0.2
    """Seconds between two renderings of a place, at least: five a second."""
    beat: float = 15.0
    """Seconds of silence after which a heartbeat is sent."""
    calm: float = 60.0
    """Seconds after which all are rendered without a ring: a day ends, a ring may be lost."""

    def __post_init__(self) -> None:
        self._places: dict[Place, Watched] = {}
        self._stopped = False
        self._moved = asyncio.Event()
        self.listeners = 0

    @property
    def stopped(self) -> bool:
        """Whether `run` has ended: no stream goes on."""
        return self._stopped

    @property
    def full(self) -> bool:
        """Whether the bound on open streams is reached."""
        return self.listeners >= self.most

    def watched(self, place: Place) -> bool:
        """Whether somebody looks at it already."""
        return place in self._places

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then every stream is ended, so that a server need not wait for its readers."""
        ringing = asyncio.create_task(self._ask_all(stop))
        clock = asyncio.get_running_loop().time
        try:
            while not stop.is_set():
                place, wait = self._next(clock())
                if place is None:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._moved.wait(), wait)
                    self._moved.clear()
                    continue
                began = clock()
                await self._refresh(place, self._places[place])
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 3 * (clock() - began))
            await ringing
        finally:
            ringing.cancel()
            self._stopped = True
            for shown in self._places.values():
                shown.changed.set()

    async def _ask_all(self, stop: asyncio.Event) -> None:
        """Note each ring, also while something is being rendered."""
        async for _ in until_stopped(self.doorbell, stop, at_least_every=self.calm):
            for shown in self._places.values():
                shown.asked = True
            self._moved.set()
        self._moved.set()

    def _next(self, now: float) -> tuple[Place | None, float | None]:
        """The place to render now; else for how long there is none, None: until a ring."""
        asked = [(place, shown) for place, shown in self._places.items() if shown.asked and shown.listeners]
        ripe = [(shown.listeners * min(now - shown.began, 3600.0), n) for n, (_, shown) in enumerate(asked)
                if now - shown.began >= self.pause]  # fmt: skip
        if ripe:
            return asked[max(ripe)[1]][0], None
        return None, min((self.pause - (now - shown.began) for _, shown in asked), default=None)

    def listen(self, place: Place, seen: str = "") -> Listener:
        """The event stream of a place for somebody who has version `seen`; raises TooManyListeners at once."""
        if self.full:
            raise TooManyListeners
        self.listeners += 1
        shown = self._places.setdefault(place, Watched())
        shown.listeners += 1
        return Listener(self, place, shown, seen)

    async def _refresh(self, place: Place, shown: Watched, *, first: bool = False) -> None:
        """Render a place and wake its listeners, where it changed. An error is logged and tried again at the next ring."""
        async with shown.rendering:
            if first and shown.shown:
                return  # whoever came a moment earlier has rendered it
            shown.asked, shown.began = False, asyncio.get_running_loop().time()
            try:
                rendered = await self.render(place)
            except Exception:  # noqa: BLE001 - the page stays as it is, and its age, which ticks on, says so
                _LOG.exception("live-page-not-rendered", area=place.area)
                return
            before, shown.shown = shown.shown, rendered or shown.shown
            if rendered and (before is None or before.version != rendered.version):
                shown.told.clear()
                shown.changed.set()
                shown.changed = asyncio.Event()

    async def _after(self, version: str, place: Place, shown: Watched) -> Rendered | None:
        """What a place shows after `version`; None after `beat` seconds without a change."""
        if shown.shown is None:
            await self._refresh(place, shown, first=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.beat):
                while not self._stopped:
                    if shown.shown and shown.shown.version != version:
                        return shown.shown
                    await shown.changed.wait()
        return None

    def _leave(self, place: Place, shown: Watched) -> None:
        self.listeners -= 1
        shown.listeners -= 1
        if not shown.listeners and self._places.get(place) is shown:
            del self._places[place]


class Listener(AsyncIterator[bytes]):
    """One event stream, as bytes to send. It counts from `listen` on; whoever made it must `leave` it."""

    def __init__(self, live: Live, place: Place, shown: Watched, seen: str) -> None:
        self._live, self._place, self._shown = live, place, shown
        self._seen = seen
        self._had: Rendered | None = None
        self._greeted = self._left = False

    async def __anext__(self) -> bytes:
        """The next event: at once a greeting, then every change, and a heartbeat where there is none."""
        if not self._greeted:
            self._greeted = True
            return RETRY + BEAT
        if self._live.stopped:
            raise StopAsyncIteration
        newer = await self._live._after(self._seen, self._place, self._shown)
        if newer is None:
            return BEAT
        had, self._had, self._seen = self._had, newer, newer.version
        return self._shown.event(had, newer)

    def leave(self) -> None:
        """Give the place back; a second time does nothing."""
        if not self._left:
            self._left = True
            self._live._leave(self._place, self._shown)
