"""`republish` on a real Kafka and a real MongoDB: an emptied topic becomes what it was, to the byte."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

import pytest
from pymongo.errors import OperationFailure

from contracts.members import AreaRegistered
from services.chassis.audit import Where, verify
from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database
from services.chassis.mongo_read_models import MongoReadModels
from services.chassis.projection import Change, Record, shard
from services.chassis.relay import RelayRefused, completing
from services.chassis.republish import Republish
from tests.local_stack import LocalStack
from tests.system.bus import Bus, ProjectionOn
from tests.system.consuming import consuming, positions, until_caught_up
from tests.system.relay_stack import LEASE, Site, leads, new_site, running
from tests.system.tampering import emptied

pytestmark = pytest.mark.system

Said = list[tuple[int | None, int, bytes | str | None, object, object]]


@pytest.fixture
async def site(local_stack: LocalStack, kafka_bootstrap: Bootstrap, fresh_database: Database) -> Site:
    """A service that has said something in several rounds."""
    new = await new_site(local_stack, kafka_bootstrap, fresh_database)
    async with running(new.relay()) as at_work:
        for commits in (1, 5, 12, 3, 20):
            await new.write(commits)
            await at_work.until(lambda state: state.position == new.events)
    return new


async def everything(site: Site) -> Said:
    """Partition, position, key, headers and timestamp of every record."""
    return [(m.partition(), e.position, m.key(), m.headers(), m.timestamp()) for m, e in await site.records()]


async def test_an_emptied_topic_becomes_what_it_was(site: Site):
    before = await everything(site)
    await emptied(site)
    with pytest.raises(RelayRefused, match="topic_behind_rounds"):
        await site.relay().run(asyncio.Event())
    told: list[tuple[int, int]] = []
    run = Republish(
        site.service, site.database, site.bootstrap, lease_seconds=LEASE, tell=lambda *a: told.append(a)
    )
    assert await run.run() == site.events
    assert told[-1] == (site.events, site.events)
    assert await everything(site) == before
    await site.write(5)
    await site.finish()


async def test_an_interrupted_run_is_refused_by_the_relay_and_completed_by_the_next_run(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(completing, "EVENTS", 1)
    before = await everything(site)
    await emptied(site)
    again = partial(Republish, site.service, site.database, site.bootstrap, lease_seconds=LEASE)

    class Interrupted(Exception):
        pass

    def interrupt(position: int, _final: int) -> None:
        if position >= 10:
            raise Interrupted

    with pytest.raises(Interrupted):
        await again(tell=interrupt).run()
    with pytest.raises(RelayRefused, match="topic_behind_rounds"):
        await site.relay().run(asyncio.Event())
    assert 0 < await again().run() < site.events
    assert await everything(site) == before
    assert await again().run() == 0
    await site.finish()


async def test_it_waits_for_no_relay_that_is_at_work(site: Site):
    async with running(site.relay()) as at_work:
        await at_work.until(leads)
        with pytest.raises(RelayRefused, match="relay_at_work"):
            await Republish(site.service, site.database, site.bootstrap, lease_seconds=LEASE).run()


async def test_consumers_keep_their_checkpoints_through_a_republish_and_miss_and_double_nothing(site: Site):
    def told(event: AreaRegistered, record: Record) -> list[Change]:
        return [shard(record, "told", event.area, event.on)]

    work = ProjectionOn("areas", {AreaRegistered: told}, topic=site.topic)
    bus = Bus(site.admin, site.topic)
    async with running(site.relay()), site.writing(), consuming(site.database, bus, work) as consumer:
        told_anything = 0
        while not told_anything:
            with suppress(OperationFailure):  # there is no snapshot yet of a collection that was just made
                told_anything = await shown(site)
            await asyncio.sleep(0.05)
    async with running(site.relay()) as at_work:
        await at_work.until(lambda state: leads(state) and state.position == site.events)
    async with consuming(site.database, bus, work) as consumer:
        await until_caught_up(consumer)
    kept = await positions(site.database, work)
    await emptied(site)
    async with site.writing():  # the service goes on; only its relay is off
        assert await Republish(site.service, site.database, site.bootstrap, lease_seconds=LEASE).run() == max(
            kept.values()
        )
        async with consuming(site.database, bus, work) as consumer:
            await until_caught_up(consumer)
            assert await positions(site.database, work) == kept, "all of it were repeats"
            async with running(site.relay()) as at_work:
                await at_work.until(lambda state: leads(state) and state.position > max(kept.values()))
    await site.finish()
    async with consuming(site.database, bus, work) as consumer:
        await until_caught_up(consumer)
    assert await shown(site) == site.events
    assert max((await positions(site.database, work)).values()) == site.events
    where = Where(site.service, site.stack.settings.mongo, site.database.name, site.bootstrap)
    report = await verify(where)
    assert (report.whole, report.records, report.repeats) == (True, site.events, 0)


async def shown(site: Site) -> int:
    async with MongoReadModels(site.database, "areas").snapshot() as reading:
        return sum((await reading.sums(["told"])).values())
