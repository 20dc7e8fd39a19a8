"""The consumer on real Kafka and MongoDB: every event once in effect, whatever is killed, repeated, withheld or late."""

from __future__ import annotations

import asyncio
import os
import signal
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from services.chassis.checkpoints import Checkpoint, Checkpoints, Stale
from services.chassis.consumer import STEPS, Consumer, ConsumerDied, Why
from services.chassis.consumer.applying import Applying
from services.chassis.consumer.preparing import prepare
from services.chassis.consumer.trades import trade_of
from services.chassis.metrics import REGISTRY
from services.chassis.mongo import Database, connect, database
from services.chassis.mongo_read_models import MongoReadModels
from services.chassis.transactions import transaction
from tests.system.bus import HANDLERS, Bus, ProjectionOn, left, registered
from tests.system.consumer_child import start
from tests.system.consuming import bus, consuming, expected, held, positions, until_caught_up

__all__ = ["bus"]
pytestmark = pytest.mark.system


def projection_on(bus: Bus, **options: Any) -> ProjectionOn:
    return ProjectionOn("members", HANDLERS, topic=bus.topic, **options)


@pytest.mark.timeout(600)  # fourteen processes start in it
async def test_a_kill_between_any_two_steps_loses_and_doubles_nothing(bus: Bus, mongo_uri: str):
    projection = projection_on(bus)
    records = await bus.say([registered(n) for n in range(1500)])
    records += await bus.say([left(n) for n in range(0, 1500, 3)], transactional=True)
    wanted = expected(projection, records)

    async def killed_at(step: str) -> None:
        name = f"test_{step.replace('.', '_')}_{os.getpid()}"
        client = connect(mongo_uri)
        try:
            here = database(client, name)
            assert (
                await ended(start(mongo_uri, name, bus.bootstrap, bus.topic, f"{step}:3")) == -signal.SIGKILL
            )
            second = start(mongo_uri, name, bus.bootstrap, bus.topic)
            while second.is_alive() and await held(here, projection) != wanted:
                await asyncio.sleep(0.2)
            second.terminate()
            assert await ended(second) == 0, "SIGTERM ends it tidily"
            assert await held(here, projection) == wanted, step
        finally:
            await client.drop_database(name)
            client.close()

    await asyncio.gather(*map(killed_at, STEPS))


async def ended(process: ForkServerProcess) -> int | None:
    while process.is_alive():
        await asyncio.sleep(0.05)
    return process.exitcode


async def test_a_hole_in_the_topic_is_looked_for_twice_and_then_an_alarm(bus: Bus, fresh_database: Database):
    projection = projection_on(bus)
    records = [bus.next(registered(n)) for n in range(200)]
    withheld = records[100]
    await bus.send([record for record in records if record is not withheld])
    async with consuming(fresh_database, bus, projection) as consumer, asyncio.timeout(30):
        while (halt := consumer.state().halted) is None:
            await asyncio.sleep(0.05)
        assert (halt.why, halt.source) == (Why.HOLE, (bus.topic, withheld.partition))
    before = [r for r in records if r.partition != withheld.partition or r.position < withheld.position]
    assert await held(fresh_database, projection) == expected(projection, before)


async def test_a_reader_that_stepped_over_records_finds_them_again(bus: Bus, fresh_database: Database):
    projection = projection_on(bus)
    records = await bus.say([registered(n) for n in range(400)])
    trade = trade_of(fresh_database, projection)
    group = await prepare("test", fresh_database, bus.bootstrap, projection, trade)
    reader = AIOKafkaConsumer(**bus.bootstrap.aiokafka(), group_id=group, enable_auto_commit=False)
    await reader.start()
    reader.assign([TopicPartition(bus.topic, n) for n in range(12)])
    await reader.commit({TopicPartition(bus.topic, n): OffsetAndMetadata(5, "") for n in range(12)})
    await reader.stop()
    async with consuming(fresh_database, bus, projection) as consumer:
        await until_caught_up(consumer)
        records += await bus.say([left(1)])  # the group's offsets were the lie, not the log
        await until_holds(fresh_database, projection, records)
    labels = {"service": "test", "projection": "members"}
    assert (REGISTRY.get_sample_value("chumchon_holes_total", labels) or 0) >= 1


async def until_holds(database: Database, projection: ProjectionOn, records: Any) -> None:
    wanted = expected(projection, records)
    async with asyncio.timeout(30):
        while await held(database, projection) != wanted:
            await asyncio.sleep(0.05)


async def test_a_page_is_fresh_soon_and_says_up_to_where_it_has_read(bus: Bus, fresh_database: Database):
    projection = projection_on(bus)
    moved = asyncio.Event()
    async with consuming(fresh_database, bus, projection, on_moved=moved.set) as consumer:
        await until_caught_up(consumer)
        records = await bus.say([registered(1), registered(2)], transactional=True)
        async with asyncio.timeout(5):
            await moved.wait()
        await until_holds(fresh_database, projection, records)
        state = await until_caught_up(consumer)
        assert state.ready
        assert state.live
        assert set(state.lag.values()) == {0}, "transaction markers are no lag"
    async with MongoReadModels(fresh_database, "members").snapshot() as seen:
        assert sum((await seen.sums(["members"])).values()) == 2
        assert seen.vector.positions == {bus.topic: {r.partition: r.position for r in records}}
        assert seen.vector.newest is not None


async def test_a_zombies_transaction_fails_and_changes_nothing(bus: Bus, fresh_database: Database):
    projection = projection_on(bus)
    trade = trade_of(fresh_database, projection)
    await prepare("test", fresh_database, bus.bootstrap, projection, trade)
    batch = [bus.next(registered(n)) for n in range(300)]
    await asyncio.gather(*(Applying(fresh_database, trade, print).apply(batch) for _ in range(4)))
    assert await held(fresh_database, projection) == expected(projection, batch)
    checkpoints = Checkpoints(fresh_database, "members", projection.version)
    zombie = Checkpoint((bus.topic, batch[0].partition))  # from before all that
    with pytest.raises(Stale):  # noqa: PT012 - the transaction is what is tested
        async with transaction(fresh_database) as session:
            shards = fresh_database["members.v1.shards"]
            await shards.insert_one({"_id": "written by a zombie"}, session=session)
            await checkpoints.advance({zombie: Checkpoint(zombie.source, position=1)}, session)
    assert await held(fresh_database, projection) == expected(projection, batch)


async def test_an_emptied_database_is_filled_again_from_the_start(bus: Bus, fresh_database: Database):
    projection = projection_on(bus)
    records = await bus.say([registered(n) for n in range(100)])
    async with consuming(fresh_database, bus, projection) as consumer:
        await until_caught_up(consumer)
    await fresh_database.client.drop_database(fresh_database.name)
    async with consuming(fresh_database, bus, projection) as consumer:
        await until_caught_up(consumer)
    assert await held(fresh_database, projection) == expected(projection, records)
    assert await positions(fresh_database, projection) == bus.last


async def test_two_processes_share_the_partitions_and_hand_them_over(bus: Bus, fresh_database: Database):
    projection = projection_on(bus)
    records = await bus.say([registered(n) for n in range(500)])
    async with consuming(fresh_database, bus, projection, max_records=20) as one:
        async with consuming(fresh_database, bus, projection, max_records=20) as other:
            async with asyncio.timeout(30):
                while {len(one.state().assigned), len(other.state().assigned)} != {6}:
                    await asyncio.sleep(0.05)
            records += await bus.say([left(n) for n in range(500)])
        await until_caught_up(one)
    assert await held(fresh_database, projection) == expected(projection, records)


@pytest.mark.parametrize("task", ["_client._sync_task", "_coordinator._heartbeat_task"])
async def test_a_background_task_of_aiokafka_that_dies_takes_the_consumer_down_and_leaves_it_not_deaf(
    bus: Bus, fresh_database: Database, task: str
):
    async def dying() -> None:
        raise ZeroDivisionError

    reason = r"(metadata task of aiokafka died|consume loop ended): ZeroDivisionError"
    with pytest.raises(ConsumerDied, match=reason):  # noqa: PT012 - it dies in the midst
        async with consuming(fresh_database, bus, projection_on(bus)) as consumer:
            await until_caught_up(consumer)
            owner, name = task.split(".")
            part = getattr(subscriber_of(consumer).consumer, owner)
            getattr(part, name).cancel()
            setattr(part, name, asyncio.create_task(dying()))
            await asyncio.sleep(10)


async def test_a_dead_consume_loop_takes_the_consumer_down_with_its_reason(
    bus: Bus, fresh_database: Database
):
    reason = "the consume loop ended: ZeroDivisionError"
    with pytest.raises(ConsumerDied, match=reason):  # noqa: PT012 - it dies in the midst
        async with consuming(fresh_database, bus, projection_on(bus)) as consumer:
            await until_caught_up(consumer)
            inner = subscriber_of(consumer).consumer

            async def boom(**options: Any) -> None:
                1 / 0  # noqa: B018

            inner.getmany = boom
            await asyncio.sleep(20)


async def test_what_fastream_would_lose_by_default_is_set_otherwise(bus: Bus, fresh_database: Database):
    async with consuming(fresh_database, bus, projection_on(bus)) as consumer:
        await until_caught_up(consumer)
        subscriber = subscriber_of(consumer)
        assert subscriber.ack_policy.name == "NACK_ON_ERROR"
        assert subscriber._connection_args["isolation_level"] == "read_committed"
        assert subscriber._connection_args["auto_offset_reset"] == "earliest"
        assert os.environ["FASTSTREAM_SUPERVISOR_DISABLED"] == "1"


def subscriber_of(consumer: Consumer) -> Any:
    subscription = consumer._subscription
    assert subscription is not None
    return subscription._subscriber
