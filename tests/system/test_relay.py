"""The relay on a real Kafka and a real MongoDB: whatever dies or sleeps, every event is in the topic once, in order."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from datetime import UTC, datetime
from functools import partial

import pytest
from aiokafka import AIOKafkaProducer

from contracts.topics import Topic
from deploy.topics import ensure
from services.chassis.bootstrap import Bootstrap
from services.chassis.commits import commit_id
from services.chassis.mongo import Database
from services.chassis.relay import STEPS, RelayRefused, RelayState
from services.chassis.relay.partition import partition_of
from tests.local_stack import LocalStack
from tests.system.relay_stack import LEASE, Site, leads, new_site, running, with_principal

pytestmark = pytest.mark.system


@pytest.fixture
async def site(local_stack: LocalStack, kafka_bootstrap: Bootstrap, fresh_database: Database) -> Site:
    return await new_site(local_stack, kafka_bootstrap, fresh_database)


def further_than(position: int, state: RelayState) -> bool:
    return state.position > position


async def died(child: subprocess.Popen[str]) -> None:
    """The child has killed itself at its step."""
    assert await asyncio.to_thread(child.wait, 20) == -signal.SIGKILL


async def asleep(child: subprocess.Popen[str]) -> None:
    """The child has stopped itself."""
    async with asyncio.timeout(30):
        while not (
            state := os.waitid(os.P_PID, child.pid, os.WSTOPPED | os.WEXITED | os.WNOHANG | os.WNOWAIT)
        ):
            await asyncio.sleep(0.02)
    assert state.si_code == os.CLD_STOPPED


@pytest.mark.parametrize("step", STEPS)
async def test_after_a_kill_at_any_step_the_next_relay_sends_each_event_once(site: Site, step: str):
    await site.write(30)
    with site.child(stop_at=step) as child:
        await died(child)
    await site.write(5)
    await site.finish()


async def test_a_takeover_that_is_killed_again_and_again_is_taken_over(site: Site):
    await site.write(30)
    for step in ("round-inserted", "transaction-begun", "sent-before-commit", "transaction-committed"):
        with site.child(stop_at=f"relay.{step}") as child:
            await died(child)
        await site.write(3)
    await site.finish()


async def test_two_relays_at_once_under_load_share_no_event(site: Site):
    async with running(site.relay()) as one, running(site.relay()) as other, site.writing():
        await one.until(lambda state: state.position > 100 or other.relay.state().position > 100)
        first, second = (one, other) if leads(one.relay.state()) else (other, one)
        assert not leads(second.relay.state())
        assert second.relay.state().role == "standby"
        # The first loses its lease to nobody, and its epoch with it: it must notice and step down.
        await site.database.leases.update_one(
            {"_id": site.service},
            {"$inc": {"epoch": 1}, "$set": {"holder": "", "until": datetime(1970, 1, 1, tzinfo=UTC)}},
        )
        epoch = first.relay.state().epoch
        await asyncio.sleep(2 * LEASE)
        await one.until(
            lambda _: (
                max(one.relay.state().epoch, other.relay.state().epoch) > epoch
                and (leads(one.relay.state()) != leads(other.relay.state()))
            )
        )
        assert {one.relay.state().role, other.relay.state().role} == {"leader", "standby"}
    await site.finish()


async def test_a_relay_that_sleeps_at_any_step_wakes_beside_its_successor_and_doubles_nothing(site: Site):
    with site.child(naps=STEPS) as sleeper:
        for _ in STEPS:
            await site.write(5)
            await asleep(sleeper)
            async with running(site.relay()) as successor:
                await successor.until(leads)
                await site.write(3)
                await successor.until(lambda state: state.position == site.events)
                os.kill(sleeper.pid, signal.SIGCONT)
                await site.write(3)
                await asyncio.sleep(LEASE / 2)
                await site.write(3)
                await successor.until(lambda state: state.position == site.events)
        assert sleeper.poll() is None
    await site.finish()


async def test_a_relay_put_to_sleep_under_load_wakes_beside_its_successor_and_doubles_nothing(site: Site):
    with site.child() as sleeper:
        async with site.writing():
            for _ in range(2):
                await asyncio.sleep(site.dice.uniform(1.0, 1.6))
                os.kill(sleeper.pid, signal.SIGSTOP)
                async with running(site.relay()) as successor:
                    await successor.until(leads)
                    reached = successor.relay.state().position
                    await successor.until(partial(further_than, reached + 20))
                    os.kill(sleeper.pid, signal.SIGCONT)
                    await asyncio.sleep(site.dice.uniform(0.1, 0.4))
        assert sleeper.poll() is None
    await site.finish()


async def test_a_round_that_an_older_relay_writes_late_is_sent_by_the_one_in_office(site: Site):
    await site.write(3)
    async with running(site.relay()) as at_work:
        await at_work.until(lambda state: state.position == site.events)
        last = await site.database.rounds.find_one(sort=[("_id", -1)])
        assert last is not None
        late = site.commit(events=1)
        await site.database.rounds.insert_one(
            {
                **last,
                "_id": last["_id"] + last["count"],
                "count": 1,
                "commits": [commit_id(late.stream, late.version)],
                "last": {**last["last"], str(partition_of(late.stream)): last["_id"] + last["count"]},
            }
        )
        await site.insert([late])
        await site.write(5)
        await at_work.until(lambda state: state.position == site.events)
    await site.finish()


async def test_a_relay_whose_producer_is_fenced_begins_a_new_term(site: Site):
    await site.write(3)
    async with running(site.relay()) as at_work:
        await at_work.until(lambda state: state.position == site.events)
        async with AIOKafkaProducer(
            **site.bootstrap.aiokafka(), transactional_id=f"chumchon.{site.service}.relay"
        ):
            await site.write(3)
            state = await at_work.until(lambda state: state.position == site.events)
        assert state.epoch >= 2
    await site.finish()


async def test_aborted_records_and_markers_at_the_end_hide_no_committed_event(site: Site):
    await site.write(40)
    await site.finish()
    async with AIOKafkaProducer(**site.admin.aiokafka(), transactional_id="a stranger") as stranger:
        for _ in range(3):
            await stranger.begin_transaction()
            for partition in range(12):
                for _ in range(partition * 4):
                    await stranger.send(site.topic, b"never", partition=partition)
            await stranger.flush()
            await stranger.abort_transaction()
    await site.write(10)
    await site.finish()


async def test_a_topic_beyond_the_rounds_is_refused_with_the_reason(site: Site):
    await site.write(10)
    await site.finish()
    await site.database.rounds.delete_many({})
    with pytest.raises(RelayRefused, match="topic_beyond_rounds"):
        await site.relay().run(asyncio.Event())


async def test_an_emptied_topic_is_refused_and_named_as_a_case_for_republish(site: Site):
    for _ in range(3):
        await site.write(10)
        await site.finish()
    name = "other" + site.service
    await with_principal(site.stack, name)
    other = Site(name, site.database, site.stack.settings.bus(name), site.admin, site.stack)
    relay = other.relay()
    stop = asyncio.Event()
    refused = asyncio.create_task(relay.run(stop))
    await asyncio.sleep(1)
    assert "there is no topic" in relay.state().last_error  # waited for: deploy creates it
    await ensure(site.admin, (Topic(other.service),))
    with pytest.raises(RelayRefused, match="topic_behind_rounds"):
        await asyncio.wait_for(refused, 20)
    assert relay.state().role == "refused"


async def test_the_doorbell_wakes_a_quiet_relay_at_once(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("services.chassis.relay.outbox_bell.POLL", 30.0)
    stop = asyncio.Event()
    relay = site.relay()
    task = asyncio.create_task(relay.run(stop))
    for commits in (1, 2, 3):
        await asyncio.sleep(0.7)
        await site.write(commits)
        async with asyncio.timeout(3):
            while relay.state().position < site.events:
                await asyncio.sleep(0.005)
    stop.set()
    await site.write(1)
    await asyncio.wait_for(task, 5)
    monkeypatch.undo()
    await site.finish()
