"""A record that is not of the log halts the views that meet it and nothing else; and each way back, on real Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from contracts.members import AreaRegistered
from services.chassis.bootstrap import Bootstrap
from services.chassis.consumer import Why
from services.chassis.consumer.halted_views import ENDED, HaltedViews
from services.chassis.letting_go import NoSuchRecord, leave_out, resume
from services.chassis.metrics import REGISTRY
from services.chassis.mongo import Database
from services.chassis.probes import consumer_check
from services.chassis.projection import Change, Order, Reaction, Record, facet, shard
from services.chassis.republish import Republish
from tests.local_stack import LocalStack
from tests.system.bus import HANDLERS, Bus, ProjectionOn, registered
from tests.system.consuming import bus as fresh_bus
from tests.system.consuming import consuming, expected, held, until_caught_up, until_halted
from tests.system.relay_stack import LEASE, Site, leads, new_site, running
from tests.system.tampering import Kept, append, emptied, records_of, rewritten, verified
from tests.system.test_reactions import NOTES, Note

pytestmark = pytest.mark.system
__all__ = ["fresh_bus"]
BY, WHY = "7c1d", "not of the log, verify says so"


@pytest.fixture
async def site(local_stack: LocalStack, kafka_bootstrap: Bootstrap, fresh_database: Database) -> Site:
    new = await new_site(local_stack, kafka_bootstrap, fresh_database)
    async with running(new.relay()) as at_work:
        await new.write(30)
        await at_work.until(lambda state: leads(state) and state.position == new.events)
    return new


def told(event: AreaRegistered, record: Record) -> list[Change]:
    envelope = record.envelope
    return [
        shard(record, "told", event.area, event.on),
        facet(record, "said", event.area, at=envelope.id, position=envelope.position),
    ]


def view(site: Site, name: str = "areas") -> ProjectionOn:
    return ProjectionOn(name, {AreaRegistered: told}, topic=site.topic)


def at(site: Site) -> Bus:
    return Bus(site.admin, site.topic)  # views of this service run as another here


async def count(site: Site, name: str = "areas") -> int:
    return sum([document["n"] async for document in site.database[f"{name}.v1.shards"].find()])


async def until_counted(site: Site, name: str = "areas", seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while await count(site, name) != site.events:
            await asyncio.sleep(0.1)


async def forge(site: Site, *, value: bytes | None = None) -> Kept:
    """Somebody copies the newest record to the next position that the log will give, behind it in its partition."""
    newest = max(await records_of(site), key=lambda one: int(one.said("ce_position")))
    copy = newest.telling(position=str(site.events + 1), previousposition=newest.said("ce_position"))
    forged = copy if value is None else replace(copy, value=value)
    await append(site, [forged])
    return forged


async def say_behind(site: Site, forged: Kept) -> None:
    """The service says something in the very partition, at the very position."""
    await site.insert([site.commit((forged.key or b"").decode(), 1)])
    await site.write(20)


@pytest.fixture
async def at_work(site: Site) -> AsyncIterator[None]:
    """The service's relay, at work before and after whatever somebody else writes."""
    async with running(site.relay()) as relay:
        await relay.until(leads)
        yield


async def place_of(site: Site, forged: Kept) -> tuple[str, int, int]:
    """Where `verify` says that it stands."""
    report = await verified(site)
    [offset] = {
        found.offset
        for found in report.findings.rows
        if found.partition == forged.partition
        and found.kind
        in ("record-inserted", "position-twice", "record-unreadable", "hash-wrong", "record-differs")
    }
    return site.topic, forged.partition, offset


async def test_a_forged_record_halts_its_view_also_after_a_restart_and_a_skip_builds_it_again(
    site: Site, at_work: None
):
    """A copy at the next position is on the board at once; it shows when the service itself speaks there."""
    async with consuming(site.database, at(site), view(site)) as consumer:
        await until_caught_up(consumer)
        forged = await forge(site)
        async with asyncio.timeout(20):
            while await count(site) != site.events + 1:
                await asyncio.sleep(0.05)
        await say_behind(site, forged)
        halt = await until_halted(consumer)
        assert (halt.why, halt.position) == (Why.POSITION_TWICE, int(forged.said("ce_position")))
        assert (halt.source, len(halt.event_id)) == ((site.topic, forged.partition), 36)
        labels = {"service": "test", "projection": "areas"}
        assert REGISTRY.get_sample_value("chumchon_view_halted", labels) == 1
        assert (await consumer_check(consumer)())[0] is False
        ok, detail = await consumer_check(consumer, alone=False)()
        assert ok, "an API in the same process goes on being asked"
        assert halt.record in detail
        assert "chumchon skip" in detail
    async with consuming(site.database, at(site), view(site)) as consumer:
        assert await until_halted(consumer) == halt, "the same word after a restart"
        place = await place_of(site, forged)
        assert f"{place[0]}/{place[1]}/{place[2]}" != halt.record, "the real one came second"
        done = await leave_out(site.database, site.bootstrap, place, by=BY, why=WHY, pause=0.5)
        assert done.built_again == ["areas"]
        await until_counted(site)
        state = await until_caught_up(consumer)
        assert (state.halted, state.ready, state.dead_letters) == (None, True, 0)
        assert REGISTRY.get_sample_value("chumchon_view_halted", labels) == 0
    kept = await site.database[ENDED].find_one({"view": "areas"})
    assert kept is not None
    assert (kept["by"], kept["reason"], kept["how"]) == (
        BY,
        WHY,
        f"skip {place[0]}/{place[1]}/{place[2]}",
    )
    async with consuming(site.database, at(site), view(site, "later")) as consumer:
        await until_caught_up(consumer)
    assert await count(site, "later") == site.events, "a view that is built later leaves it out too"


async def test_a_record_whose_hash_is_wrong_is_never_applied_and_a_skip_lets_the_view_go_on(
    site: Site, at_work: None
):
    async with consuming(site.database, at(site), view(site)) as consumer:
        await until_caught_up(consumer)
        forged = await forge(site, value=b'{"area":"5104","on":"2021-10-01","name_th":"x","name_en":"x"}')
        halt = await until_halted(consumer)
        assert halt.why is Why.HASH_WRONG
        assert await count(site) == site.events
        place = await place_of(site, forged)
        assert halt.record == f"{place[0]}/{place[1]}/{place[2]}", "verify and the alarm name the same"
        await say_behind(site, forged)
        done = await leave_out(site.database, site.bootstrap, place, by=BY, why=WHY, pause=0.5)
        assert (done.go_on, done.built_again) == (["areas"], [])
        await until_counted(site)


async def test_a_halted_view_leaves_the_others_running(site: Site, at_work: None, fresh_bus: Bus):
    spared = ProjectionOn("members", HANDLERS, topic=fresh_bus.topic)
    async with (
        consuming(site.database, at(site), view(site)) as consumer,
        consuming(site.database, fresh_bus, spared) as second,
    ):
        await until_caught_up(consumer)
        await forge(site, value=b"{}")
        await until_halted(consumer)
        records = await fresh_bus.say([registered(n) for n in range(50)])
        state = await until_caught_up(second)
        assert (state.ready, await held(site.database, spared)) == (True, expected(spared, records))


async def test_a_stray_record_stops_neither_views_nor_the_next_relay(site: Site):
    """No headers, or what nobody can read: at the end of every partition, and then inside."""
    strays = [Kept(partition, b"k", b"v", [], 0) for partition in range(12)]
    await append(site, strays)
    async with running(site.relay()) as relay:
        await relay.until(leads)
        await site.write(40)
        await relay.until(lambda state: state.position == site.events)
        async with consuming(site.database, at(site), view(site)) as consumer:
            await until_counted(site)
            state = await until_caught_up(consumer)
            assert (state.halted, state.dead_letters) == (None, 12)


async def test_a_damaged_copy_that_takes_a_position_halts_the_view_when_the_real_one_comes(
    site: Site, at_work: None
):
    """Or the real one would be a repeat of something that lies in dead letters, and lost to the view."""
    async with consuming(site.database, at(site), view(site)) as consumer:
        await until_caught_up(consumer)
        newest = max(await records_of(site), key=lambda one: int(one.said("ce_position")))
        copy = newest.telling(position=str(site.events + 1), previousposition=newest.said("ce_position"))
        forged = replace(copy, headers=[one for one in copy.headers if one[0] != "ce_actor"])
        await append(site, [forged])
        async with asyncio.timeout(20):
            while not consumer.state().dead_letters:
                await asyncio.sleep(0.05)
        await say_behind(site, forged)
        assert (await until_halted(consumer)).why is Why.POSITION_TWICE
        place = await place_of(site, forged)
        await leave_out(site.database, site.bootstrap, place, by=BY, why=WHY, pause=0.5)
        await until_counted(site)
        assert (await until_caught_up(consumer)).dead_letters == 0


async def test_a_hole_halts_the_view_and_a_topic_that_was_written_again_leads_back(site: Site):
    records = await records_of(site)
    partition = max(range(12), key=lambda n: sum(one.partition == n for one in records))
    withheld = [one for one in records if one.partition == partition][1]
    await rewritten(site, [one for one in records if one is not withheld])
    async with consuming(site.database, at(site), view(site)) as consumer:
        halt = await until_halted(consumer, 60)
        assert halt.why is Why.HOLE
        assert "nothing that follows position" in str(halt)
    [missing] = [one for one in (await verified(site)).findings.rows if one.kind == "record-missing"]
    assert missing.position == int(withheld.said("ce_position"))
    async with consuming(site.database, at(site), view(site)) as consumer:
        assert await until_halted(consumer) == halt
        await emptied(site)
        await Republish(site.service, site.database, site.bootstrap, lease_seconds=LEASE).run()
        assert await resume(site.database, "areas", by=BY, why=WHY)
        await until_counted(site, seconds=60)
    assert (await verified(site)).whole


async def test_a_view_that_goes_on_too_early_halts_again(site: Site, at_work: None):
    async with consuming(site.database, at(site), view(site)) as consumer:
        await until_caught_up(consumer)
        await forge(site, value=b"{}")
        first = await until_halted(consumer)
        async with asyncio.timeout(20):
            while not await HaltedViews(site.database).all():  # told first, then written down
                await asyncio.sleep(0.05)
        assert await resume(site.database, "areas", by=BY, why=WHY)
        async with asyncio.timeout(60):
            while (
                not await site.database[ENDED].count_documents({})
                or not await HaltedViews(site.database).all()
            ):
                await asyncio.sleep(0.05)
        assert await until_halted(consumer) == first
        assert not await resume(site.database, "another", by=BY, why=WHY)


async def test_what_is_no_record_is_not_left_out(site: Site):
    with pytest.raises(NoSuchRecord, match="has offsets"):
        await leave_out(site.database, site.bootstrap, (site.topic, 3, 10_000), by=BY, why=WHY, pause=0)
    assert await site.database["skipped_records"].count_documents({}) == 0


@dataclass(frozen=True)
class ReactionOn(Reaction):
    """A reaction that hears a test's own topic."""

    topic: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.topic,)


async def test_a_reaction_is_set_back_by_one_record_and_does_nothing_twice(site: Site, at_work: None):
    done: dict[UUID, str] = {}

    async def execute(order: Order, record: Record, command_id: UUID) -> None:
        done.setdefault(command_id, record.envelope.id)

    def react(event: AreaRegistered, record: Record) -> list[Order]:
        return [Order(NOTES, f"note:{record.envelope.id}", Note(membership_id="m", kind="k"))]

    reaction = ReactionOn("noting", {AreaRegistered: react}, topic=site.topic)
    async with consuming(site.database, at(site), reaction, execute=execute) as consumer:
        await until_caught_up(consumer)
        forged = await forge(site)
        async with asyncio.timeout(20):
            while int(forged.said("ce_position")) not in (await positions(site)).values():
                await asyncio.sleep(0.05)
        await say_behind(site, forged)
        assert (await until_halted(consumer)).why is Why.POSITION_TWICE
        told = await leave_out(
            site.database, site.bootstrap, await place_of(site, forged), by=BY, why=WHY, pause=0
        )
        assert told.set_back == ["noting"]
        async with asyncio.timeout(30):
            while len(done) != site.events:
                await asyncio.sleep(0.05)
    said = {recorded.envelope.id for commit in site.written for recorded in commit.events}
    assert set(done.values()) == said


async def positions(site: Site) -> dict[int, int]:
    query = {"projection": "noting"}
    return {row["partition"]: row["position"] async for row in site.database["checkpoints"].find(query)}
