"""A service's own view of the area register, learnt from the events of `members`."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from contracts.areas import parents, within
from contracts.members import AreaAbolished, AreaRegistered, AreaRenamed
from services.chassis.batching import Batched
from services.chassis.decider import Refused
from services.chassis.http import Part
from services.chassis.projection import Change, Projection, Record, facet
from services.chassis.read_models import ReadModels, Row

MOST = 100_000
"""Areas remembered; the country has some 83,000."""


def _registered(event: AreaRegistered, record: Record) -> Iterator[Change]:
    yield facet(
        record, "area", event.area, name_th=event.name_th, name_en=event.name_en, valid_to=None, successor=""
    )


def _renamed(event: AreaRenamed, record: Record) -> Iterator[Change]:
    yield facet(record, "area", event.area, name_th=event.name_th, name_en=event.name_en)


def _ended(event: AreaAbolished, record: Record) -> Iterator[Change]:
    yield facet(record, "area", event.area, valid_to=event.on.isoformat(), successor=event.successor)


def known_areas(service: str) -> Projection:
    """The projection `<service>.areas`."""
    return Projection(
        f"{service}.areas", {AreaRegistered: _registered, AreaRenamed: _renamed, AreaAbolished: _ended}
    )


NAMES_SECONDS = 60.0
"""How long the names that people choose from are taken as they were."""


@dataclass(frozen=True, slots=True)
class Named:
    """An area and what it is called."""

    code: str
    th: str
    en: str

    def has(self, words: Sequence[str]) -> bool:
        """Whether every word is the beginning of its code or a part of a name."""
        return all(
            self.code.startswith(word) or word in self.th or word in self.en.casefold() for word in words
        )

    def begins(self, words: Sequence[str]) -> bool:
        """Whether a name begins with the first of them."""
        return self.th.startswith(words[0]) or self.en.casefold().startswith(words[0])


class KnownAreas:
    """Whether something can happen in an area, as far as this service has heard.

    An area that was open is taken as open for `fresh_seconds` more: the view is behind the register by about as much, and
    asking it for every command cost more than the command. Callers who ask at the same time share one snapshot.
    """

    def __init__(
        self, view: ReadModels, *, fresh_seconds: float = 2.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._view = view
        self._fresh_seconds = fresh_seconds
        self._clock = clock
        self._open: dict[str, float] = {}
        self._names: dict[str, Named] = {}
        self._named_until = float("-inf")
        self._heard: Batched[str, list[Row]] = Batched(self._look, list)

    async def refusal(self, code: str, on: date) -> Refused | None:
        """Why nothing can happen in this area on this day; None if it can. Raises the driver's error."""
        if self._open.get(code, 0.0) > self._clock():
            return None
        heard = await self._heard.get(code)
        if not any(row["subject"] == code for row in heard):
            return Refused(
                "unknown-area",
                f"ไม่พบพื้นที่รหัส {code} ในทะเบียน",
                f"No area {code} is in the register.",
                kind="invalid",
            )
        ended = [row for row in heard if row.get("valid_to") is not None]
        for row in ended:  # what lies in an abolished area is no more either
            if on >= date.fromisoformat(row["valid_to"]):
                return _abolished(row["subject"])
        if not ended:
            if len(self._open) >= MOST:
                self._open.clear()
            self._open[code] = self._clock() + self._fresh_seconds
        return None

    async def find(self, text: str, scopes: Sequence[str], most: int) -> list[Named]:
        """Open areas in these scopes whose code begins so or whose name has the text, the widest and the best match first."""
        words = [word for word in text.strip().casefold().split() if word not in ("›", ">")]
        if not words:
            return []
        found = [
            one
            for one in await self._all()
            if any(within(one.code, scope) for scope in scopes) and one.has(words)
        ]
        return sorted(found, key=lambda one: (not one.begins(words), len(one.code), one.code))[:most]

    async def named(self, code: str) -> Named | None:
        """The area of a code, as it is called now; None where it was not heard of."""
        await self._all()
        return self._names.get(code)

    async def _all(self) -> Collection[Named]:
        """Every open area; looked up again after a while."""
        if self._named_until < self._clock():
            async with self._view.snapshot() as snapshot:
                rows = await snapshot.facets("area")
            self._names = {
                row["subject"]: Named(row["subject"], row["name_th"], row["name_en"])
                for row in rows
                if row.get("valid_to") is None
            }
            self._named_until = self._clock() + NAMES_SECONDS
        return self._names.values()

    async def _look(self, codes: Sequence[str]) -> Mapping[str, list[Row]]:
        """What was heard of each of these areas and of those that it lies in, from the outermost in."""
        around = {code: (*parents(code)[1:], code) for code in codes}
        wanted = sorted({one for several in around.values() for one in several})
        async with self._view.snapshot() as snapshot:
            rows = await snapshot.facets("area", where={"subject": tuple(wanted)})
        of: dict[str, list[Row]] = {}
        for row in rows:
            of.setdefault(row["subject"], []).append(row)
        return {code: [row for one in several for row in of.get(one, ())] for code, several in around.items()}


class Located(Protocol):
    """What happens somewhere, on a day."""

    @property
    def area(self) -> str:
        """Where."""

    @property
    def on(self) -> date:
        """When."""


async def in_open_area(what: Located, areas: Part[KnownAreas]) -> Refused | None:
    """A look-up of commands that make something: its area must be open on that day."""
    return await areas.refusal(what.area, what.on)


def _abolished(code: str) -> Refused:
    return Refused("area-abolished", f"พื้นที่ {code} ถูกยกเลิกแล้ว", f"Area {code} was abolished.", kind="invalid")
