"""Live pages: when the view moves, every place that is looked at is rendered once and its listeners get the changes.

A place's listeners share one rendering. Bursts are coalesced: at most one round in `pause` seconds, and rendering takes
no more than a quarter of the time. A listener holds nothing but what it saw last, so a slow one costs no memory.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from services.chassis.doorbell import Doorbell, until_stopped
from services.reporting.pages import Place, Rendered

_LOG = structlog.get_logger(__name__)

RETRY = b"retry: 2000\n"
BEAT = b"event: beat\ndata:\n\n"
"""An event and not a comment: the page's script sees it and knows that the line is alive."""


class TooManyListeners(Exception):
    """The bound on open event streams is reached: HTTP 503, try again later."""


@dataclass
class _Shown:
    """A place that somebody looks at: what it shows, and the event that its next change sets."""

    shown: Rendered | None = None
    listeners: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    rendering: asyncio.Lock = field(default_factory=asyncio.Lock)


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
    """Seconds between two rounds of rendering, at least: five rounds a second."""
    beat: float = 15.0
    """Seconds of silence after which a heartbeat is sent."""
    calm: float = 60.0
    """Seconds after which a round is made without a ring: a day ends, a ring may be lost."""

    def __post_init__(self) -> None:
        self._places: dict[Place, _Shown] = {}
        self._stopped = False
        self.listeners = 0
        self.renderings = 0

    @property
    def stopped(self) -> bool:
        """Whether `run` has ended: no stream goes on."""
        return self._stopped

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then every stream is ended, so that a server need not wait for its readers."""
        clock = asyncio.get_running_loop().time
        try:
            async for _ in until_stopped(self.doorbell, stop, at_least_every=self.calm):
                began = clock()
                for place, shown in list(self._places.items()):
                    if shown.listeners:
                        await self._refresh(place, shown)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), max(self.pause, 3 * (clock() - began)))
        finally:
            self._stopped = True
            for shown in self._places.values():
                shown.changed.set()

    def listen(self, place: Place, seen: str = "") -> Listener:
        """The event stream of a place for somebody who has version `seen`; raises TooManyListeners at once."""
        if self.listeners >= self.most:
            raise TooManyListeners
        self.listeners += 1
        shown = self._places.setdefault(place, _Shown())
        shown.listeners += 1
        return Listener(self, place, shown, seen)

    async def _refresh(self, place: Place, shown: _Shown, *, first: bool = False) -> None:
        """Render a place and wake its listeners, where it changed. An error is logged and tried again at the next ring."""
        async with shown.rendering:
            if first and shown.shown:
                return  # whoever came a moment earlier has rendered it
            try:
                self.renderings += 1
                rendered = await self.render(place)
            except Exception:  # noqa: BLE001 - the page stays as it is, and its age, which ticks on, says so
                _LOG.exception("live-page-not-rendered", area=place.area)
                return
            before, shown.shown = shown.shown, rendered or shown.shown
            if rendered and (before is None or before.version != rendered.version):
                shown.changed.set()
                shown.changed = asyncio.Event()

    async def _after(self, version: str, place: Place, shown: _Shown) -> Rendered | None:
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

    def _leave(self, place: Place, shown: _Shown) -> None:
        self.listeners -= 1
        shown.listeners -= 1
        if not shown.listeners and self._places.get(place) is shown:
            del self._places[place]


class Listener(AsyncIterator[bytes]):
    """One event stream, as bytes to send. It counts from `listen` on; whoever made it must `leave` it."""

    def __init__(self, live: Live, place: Place, shown: _Shown, seen: str) -> None:
        self._live, self._place, self._shown = live, place, shown
        self._seen = seen
        self._had: Mapping[str, str] = {}
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
        changed = {name: html for name, html in newer.sections.items() if self._had.get(name) != html}
        self._had, self._seen = newer.sections, newer.version
        text = json.dumps(changed, ensure_ascii=False)
        return f"id: {newer.version}\nevent: board\ndata: {text}\n\n".encode()

    def leave(self) -> None:
        """Give the place back; a second time does nothing."""
        if not self._left:
            self._left = True
            self._live._leave(self._place, self._shown)
