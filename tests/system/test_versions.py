"""A new version of a projection on the real bus: built beside the old, equal to it, swapped in one step, nothing lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from contracts.members import MembershipRegistered
from services.chassis.mongo import Database
from services.chassis.mongo_read_models import MongoReadModels
from services.chassis.versions import Versions
from tests.system.bus import HANDLERS, Bus, ProjectionOn, left, registered
from tests.system.consuming import bus, consuming, expected, held, until_caught_up

__all__ = ["bus"]
pytestmark = pytest.mark.system


def on(bus: Bus, version: str, handlers: Any = HANDLERS) -> ProjectionOn:
    return ProjectionOn("members", handlers, topic=bus.topic, named=version)


async def live(database: Database) -> str | None:
    return await Versions(database, "members").live()


async def test_live_equals_a_rebuild_from_offset_zero_and_takes_over_in_one_step(
    bus: Bus, fresh_database: Database
):
    old, new = on(bus, "v1"), on(bus, "v2")
    records = []
    async with consuming(fresh_database, bus, old) as first:
        for part in range(6):  # live: many small batches, with repeats of whole streams' ends between them
            records += await bus.say([registered(n) for n in range(part * 50, part * 50 + 50)])
            records += await bus.say([left(n) for n in range(part * 50, part * 50 + 20)], transactional=True)
        await until_caught_up(first)
        assert await live(fresh_database) == "v1"
        async with consuming(fresh_database, bus, new, max_records=70) as second:
            await until_caught_up(second)
            async with asyncio.timeout(10):
                while not second.state().live:
                    await asyncio.sleep(0.05)
            assert await live(fresh_database) == "v2"
            assert (
                await held(fresh_database, new) == await held(fresh_database, old) == expected(old, records)
            )
            async with MongoReadModels(fresh_database, "members").snapshot() as reading:
                assert sum((await reading.sums(["members"])).values()) == 180
                assert await Versions(fresh_database, "members").drop_retired() == [], (
                    "somebody may still read it"
                )
            assert await Versions(fresh_database, "members", grace=timedelta()).drop_retired() == ["v1"]
            async with asyncio.timeout(10):  # its consumer notices at its next batch, and rests
                records += await bus.say([registered(n) for n in range(300, 340)])
                while not first.state().retired:
                    await asyncio.sleep(0.05)
            await until_caught_up(second)
    assert await held(fresh_database, new) == expected(new, records)
    names = await fresh_database.list_collection_names()
    assert [name for name in names if name.startswith("members.v1.")] == []


async def test_a_version_that_is_behind_or_broken_does_not_take_over(bus: Bus, fresh_database: Database):
    def broken(event: Any, record: Any) -> list[Any]:
        raise ValueError

    await bus.say([registered(n) for n in range(30)])
    async with consuming(fresh_database, bus, on(bus, "v1")) as first:
        await until_caught_up(first)
    versions = Versions(fresh_database, "members")
    assert not await versions.swap("v2"), "it is not even there"
    bad = on(bus, "v2", {**HANDLERS, MembershipRegistered: broken})
    async with consuming(fresh_database, bus, bad) as second:
        await until_caught_up(second)
        await asyncio.sleep(0.3)
        assert not second.state().live
    assert await live(fresh_database) == "v1"


async def test_a_version_that_comes_back_before_it_was_dropped_goes_on_where_it_was(
    bus: Bus, fresh_database: Database
):
    records = await bus.say([registered(n) for n in range(30)])
    for version in ("v1", "v2", "v1"):
        async with consuming(fresh_database, bus, on(bus, version)) as consumer:
            await until_caught_up(consumer)
            async with asyncio.timeout(10):
                while not consumer.state().live:
                    await asyncio.sleep(0.05)
        records += await bus.say([left(int(version[1]) * 10)])
    assert await live(fresh_database) == "v1"
    assert await Versions(fresh_database, "members", grace=timedelta()).drop_retired() == ["v2"]
    async with consuming(fresh_database, bus, on(bus, "v1")) as consumer:
        await until_caught_up(consumer)
    assert await held(fresh_database, on(bus, "v1")) == expected(on(bus, "v1"), records)


async def test_a_rebuild_takes_over_under_load_and_a_query_never_sees_less_than_before(
    bus: Bus, fresh_database: Database
):
    old, new = on(bus, "v1"), on(bus, "v2")
    records = await bus.say([registered(n) for n in range(2_000)])
    stop, shown = asyncio.Event(), [0]

    async def write() -> None:
        n = 2_000
        while not stop.is_set():
            records.extend(await bus.say([registered(n + k) for k in range(20)], transactional=True))
            n += 20

    async def look() -> None:
        models = MongoReadModels(fresh_database, "members")
        while not stop.is_set():
            async with models.snapshot() as reading:
                shown.append(sum((await reading.sums(["members"])).values()))
            await asyncio.sleep(0.01)

    async with consuming(fresh_database, bus, old) as first:
        await until_caught_up(first)
        async with asyncio.TaskGroup() as load:
            load.create_task(write())
            load.create_task(look())
            try:
                async with (
                    consuming(fresh_database, bus, new, max_records=200) as second,
                    asyncio.timeout(60),
                ):
                    while not second.state().live:
                        await asyncio.sleep(0.05)
                    before = len(records)
                    while len(records) < before + 60:  # both go on, the old one as if nothing had happened
                        await asyncio.sleep(0.05)
                    stop.set()
                    await until_caught_up(second)
            finally:
                stop.set()
        await until_caught_up(first)
    async with consuming(fresh_database, bus, new) as second:
        await until_caught_up(second)
    assert await live(fresh_database) == "v2"
    assert await held(fresh_database, new) == await held(fresh_database, old) == expected(new, records)
    assert shown == sorted(shown), "the new version has what the old one had, in the very step"
