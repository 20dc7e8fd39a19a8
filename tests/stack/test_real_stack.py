"""Real Kafka and MongoDB: up twice, killed, repaired with nothing acknowledged missing, down and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.read_concern import ReadConcern

from contracts.topics import TOPICS, Topic
from deploy import topics
from deploy.local import process, stack
from deploy.local.parts import environment
from deploy.local.status import status
from services.chassis.settings import ADMIN, Settings

from .conftest import REAL_PARTS

pytestmark = pytest.mark.system
TOPIC = TOPICS[0].name


def pids(settings: Settings) -> dict[str, int]:
    records = ((name, process.running(settings.home, name)) for name in ("kafka", "mongo"))
    return {name: record.pid for name, record in records if record}


async def write(settings: Settings, number: int) -> None:
    """One document and one record, both acknowledged in the way that the services ask for."""
    async with AsyncMongoClient[dict[str, int]](settings.mongo) as client:
        kept = client["stack_test"].get_collection("kept", write_concern=WriteConcern("majority", j=True))
        await kept.insert_one({"_id": number})
    producer = AIOKafkaProducer(**settings.bus(ADMIN).aiokafka(), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(TOPIC, str(number).encode(), partition=0)
    finally:
        await producer.stop()


async def read(settings: Settings) -> tuple[list[int], list[int]]:
    async with AsyncMongoClient[dict[str, int]](settings.mongo) as client:
        kept = client["stack_test"].get_collection("kept", read_concern=ReadConcern("majority"))
        documents = sorted([document["_id"] async for document in kept.find()])
    partition = TopicPartition(TOPIC, 0)
    consumer = AIOKafkaConsumer(**settings.bus(ADMIN).aiokafka(), isolation_level="read_committed")
    await consumer.start()
    try:
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        records = []
        while await consumer.position(partition) < end:
            for batch in (await consumer.getmany(timeout_ms=1_000)).values():
                records += [int(record.value) for record in batch]
    finally:
        await consumer.stop()
    return documents, records


async def test_a_second_up_is_a_no_op(real: Settings) -> None:
    before = pids(real)
    assert sorted(before) == ["kafka", "mongo"]
    await stack.up(real, REAL_PARTS)
    assert pids(real) == before


async def test_the_topics_are_as_declared_and_never_made_by_a_slip(real: Settings) -> None:
    assert await topics.differences(real.bus(ADMIN)) == []
    assert await topics.ensure(real.bus(ADMIN)) == []
    admin = AIOKafkaAdminClient(**real.bus(ADMIN).aiokafka())
    await admin.start()
    try:
        await admin.describe_topics(["slip.of.the.pen"])
        assert {topic.name for topic in TOPICS} == {
            name for name in await admin.list_topics() if not name.startswith("__")
        }
    finally:
        await admin.close()


async def test_a_topic_in_another_form_is_reported_and_not_altered(real: Settings) -> None:
    wider = Topic(TOPICS[0].service, partitions=24, config={"retention.ms": "1000"})
    with pytest.raises(topics.TopicsDifferError) as caught:
        await topics.ensure(real.bus(ADMIN), (wider,))
    assert caught.value.differences == [
        f"{TOPIC} has 12 partitions, declared are 24",
        f"{TOPIC} has retention.ms=-1, declared is 1000",
    ]
    assert await topics.differences(real.bus(ADMIN)) == []


async def test_a_record_of_two_mebibytes_is_taken(real: Settings) -> None:
    producer = AIOKafkaProducer(**real.bus(ADMIN).aiokafka(), max_request_size=2 * 1024 * 1024)
    await producer.start()
    try:
        await producer.send_and_wait(TOPICS[1].name, b"x" * (2 * 1024 * 1024 - 200), partition=0)
    finally:
        await producer.stop()


async def test_after_kill_9_up_repairs_and_nothing_acknowledged_is_missing(real: Settings) -> None:
    for number in range(3):
        await write(real, number)
    before = pids(real)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    while pids(real):
        await asyncio.sleep(0.05)
    assert {row.state for row in await status(real) if row.name in before} == {"crashed"}

    await stack.up(real, REAL_PARTS)

    assert all(pids(real)[name] != pid for name, pid in before.items())
    assert await read(real) == ([0, 1, 2], [0, 1, 2])
    await write(real, 3)
    assert await read(real) == ([0, 1, 2, 3], [0, 1, 2, 3])


async def test_up_of_many_at_once_starts_each_part_once(real: Settings) -> None:
    os.kill(pids(real)["mongo"], signal.SIGKILL)
    command = [sys.executable, "-m", "services.cli.main", "up", "--only", "mongo", "--json"]
    env = {**os.environ, **environment(real)}
    running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [await asyncio.to_thread(one.communicate) for one in running]
    assert [one.returncode for one in running] == [0, 0]
    seen = [{row["name"]: row["pid"] for row in json.loads(out)["parts"]}["mongo"] for out, _ in told]
    assert seen == [pids(real)["mongo"]] * 2


async def test_down_ends_what_up_started_and_nothing_else_and_keeps_the_data(real: Settings) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    documents, records = await read(real)
    before = pids(real)
    try:
        assert sorted(await stack.down(real)) == ["kafka", "mongo"]
        assert all(not process.running(real.home, name) for name in before)
        assert stranger.poll() is None
        assert await stack.down(real) == []
    finally:
        stranger.kill()
        stranger.wait()
    await stack.up(real, REAL_PARTS)
    assert await read(real) == (documents, records)
