"""What a service has heard of the areas: unknown, open, abolished; and how long it takes an open one for open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from services.chassis.known_areas import KnownAreas
from services.chassis.projection import Change
from services.chassis.read_models import InMemoryReadModels, InMemorySnapshot

DAY = date(2021, 11, 26)


def heard(models: InMemoryReadModels, **fields: Any) -> None:
    """Something of tambon 510101."""
    key = {"kind": "area", "subject": "510101", "source": "t/0", "stream": "s"}
    models.apply([Change("facets", key, set={"name_th": "ในเมือง", "valid_to": None, **fields})])


async def code(areas: KnownAreas, on: date = DAY) -> str:
    refused = await areas.refusal("510101", on)
    return refused.code if refused else "open"


async def test_an_area_is_unknown_until_it_is_heard_of_and_then_open_at_once():
    models = InMemoryReadModels()
    areas = KnownAreas(models)
    assert await code(areas) == "unknown-area"
    heard(models)
    assert await code(areas) == "open"


async def test_an_abolished_area_is_closed_from_its_day_on():
    models = InMemoryReadModels()
    heard(models, valid_to="2021-11-26")
    areas = KnownAreas(models)
    assert await code(areas) == "area-abolished"
    assert await code(areas, date(2021, 11, 25)) == "open"
    assert await code(areas) == "area-abolished"


async def test_what_lies_in_an_abolished_area_is_closed_with_it():
    models = InMemoryReadModels()
    heard(models)
    key = {"kind": "area", "subject": "5101", "source": "t/0", "stream": "s"}
    models.apply([Change("facets", key, set={"name_th": "เมืองลำพูน", "valid_to": "2021-11-26"})])
    areas = KnownAreas(models)
    assert await code(areas, date(2021, 11, 25)) == "open"
    assert await code(areas) == "area-abolished"


async def test_an_open_area_is_taken_as_open_for_two_seconds_more():
    models, now = InMemoryReadModels(), [0.0]
    heard(models)
    areas = KnownAreas(models, clock=lambda: now[0])
    assert await code(areas) == "open"
    heard(models, valid_to="2021-11-26")
    now[0] = 1.9
    assert await code(areas) == "open"
    now[0] = 2.0
    assert await code(areas) == "area-abolished"


async def test_those_who_ask_together_share_a_snapshot_and_each_hears_of_its_own_area():
    models, opened = InMemoryReadModels(), [0]

    class Counted(InMemoryReadModels):
        @asynccontextmanager
        async def snapshot(self) -> AsyncIterator[InMemorySnapshot]:
            opened[0] += 1
            await asyncio.sleep(0)
            yield InMemorySnapshot(models)

    heard(models)
    areas = KnownAreas(Counted())
    asked = await asyncio.gather(areas.refusal("510101", DAY), areas.refusal("520101", DAY))
    assert [refused.code if refused else "open" for refused in asked] == ["open", "unknown-area"]
    assert opened == [1]
