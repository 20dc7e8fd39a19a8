"""Boards that were made, kept by the positions that they were made from: one rendering a place and change, whoever asks.

To look where the views stand is two small reads, shared by all who ask at the same moment; all else is done once.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from services.chassis.batching import Batched
from services.chassis.read_models import ReadModels, Vector
from services.reporting.api.clock import Clock
from services.reporting.pages import Place, Rendered, Shown, due_page, sections
from services.reporting.views import board, newest_duties

T = TypeVar("T")
MOST = 200
"""Places of each sort that are kept; a nation's board has some 7,400 tambons in it."""


class Kept(Generic[T]):
    """The newest answer for each of the last `most` keys, and at which positions it was asked for."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[str, asyncio.Task[T]]] = OrderedDict()

    async def get(self, key: Hashable, at: str, make: Callable[[], Awaitable[T]]) -> T:
        """What was made for the key at these positions, made now if need be. Raises what `make` raises, and forgets it."""
        then, made = self._kept.get(key, ("", None))
        if made is None or then != at or (made.done() and (made.cancelled() or made.exception())):
            made = asyncio.ensure_future(_awaited(make))
            self._kept[key] = (at, made)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return await asyncio.shield(made)  # a reader who leaves takes nobody's answer along


async def _awaited(make: Callable[[], Awaitable[T]]) -> T:
    return await make()


@dataclass(frozen=True, slots=True)
class Made:
    """The board of a place: what it is made of, and its sections."""

    shown: Shown
    rendered: Rendered


class Boards:
    """The boards of all places, as of today or another day. `models` and `owed` are the views `BOARD` and `DUTIES`."""

    def __init__(self, models: ReadModels, owed: ReadModels, clock: Clock) -> None:
        self._models, self._owed, self._clock = models, owed, clock
        self._at: Batched[str, str] = Batched(self._look, str)
        self._shown: Kept[Shown | None] = Kept()
        self._made: Kept[Made | None] = Kept()
        self._due: Kept[str | None] = Kept()
        self.renderings = 0
        """How many boards were rendered."""

    async def made(self, place: Place) -> Made | None:
        """The board of a place; None for an area that there is not."""
        at, day = await self._at.get(""), place.on or self._clock.today()

        async def make() -> Made | None:
            shown = await self._shown_at(place.area, day, at)
            if shown is None:
                return None
            self.renderings += 1
            return Made(shown, sections(shown, place, self._clock.now()))

        return await self._made.get((place, day), at, make)

    async def rendered(self, place: Place) -> Rendered | None:
        """Its sections alone: what `Live` sends."""
        made = await self.made(place)
        return None if made is None else made.rendered

    async def shown(self, area: str, on: date) -> Shown | None:
        """What the pages of an area are made of; None for an area that there is not."""
        return await self._shown_at(area, on, await self._at.get(""))

    async def due(self, place: Place) -> str | None:
        """The page of all that the place's own office owes."""
        at, day = await self._at.get(""), place.on or self._clock.today()

        async def make() -> str | None:
            shown = await self._shown_at(place.area, day, at)
            return None if shown is None else due_page(shown, place, self._clock.now())

        return await self._due.get((place, day), at, make)

    async def _shown_at(self, area: str, day: date, at: str) -> Shown | None:
        async def make() -> Shown | None:
            found = await board(self._models, area, day)
            if found is None:
                return None
            async with self._owed.snapshot() as snapshot:
                return Shown(found, await newest_duties(snapshot, area, day), snapshot.vector)

        return await self._shown.get((area, day), at, make)

    async def _look(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Where both views stand; `newest` too, since a view that was made anew may stand where the old one stood."""
        found: list[object] = []
        for models in (self._models, self._owed):
            async with models.snapshot() as snapshot:
                vector: Vector = snapshot.vector
                found.append([vector.positions, str(vector.newest)])
        return dict.fromkeys(keys, json.dumps(found, sort_keys=True))
