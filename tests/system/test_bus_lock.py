"""The bus has a lock: who may do what, tried as each principal on the real Kafka with aiokafka and librdkafka."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import confluent_kafka
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)

from contracts.principals import HEARS, SUBSCRIBER
from contracts.publish.subscribe import CONFLUENT, TOPIC
from contracts.topics import SERVICES, topic_of
from deploy import bus_access
from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database
from tests.local_stack import REPOSITORY, LocalStack
from tests.system.relay_stack import Site, new_site

pytestmark = pytest.mark.system
EVERYBODY = (*SERVICES, SUBSCRIBER)


@pytest.fixture
def stack(local_stack: LocalStack) -> LocalStack:
    """With the topics, and the users that `up` makes."""
    for part in ("kafka", "topics"):
        local_stack.ensure(part)
    return local_stack


@pytest.fixture
async def site(stack: LocalStack, kafka_bootstrap: Bootstrap, fresh_database: Database) -> Site:
    return await new_site(stack, kafka_bootstrap, fresh_database)


@asynccontextmanager
async def writing(who: Bootstrap, **options: object) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**who.aiokafka(), request_timeout_ms=5_000, **options)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def reading(who: Bootstrap, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(**who.aiokafka(), group_id=group, auto_offset_reset="earliest")
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def may_write(who: Bootstrap, topic: str, transactional_id: str) -> bool:
    """In a transaction that is aborted: nothing is left in the topic."""
    try:
        async with writing(who, transactional_id=transactional_id) as producer:
            await producer.begin_transaction()
            try:
                await producer.send_and_wait(topic, b"", partition=0)
            finally:
                await producer.abort_transaction()
    except (TopicAuthorizationFailedError, TransactionalIdAuthorizationFailed):
        return False
    return True


def may_read(who: Bootstrap, group: str, topic: str) -> bool:
    """Up to the end of one partition, or to the broker's no."""
    settings = who.librdkafka() | {"group.id": group, "enable.partition.eof": True, "log_level": 0}
    consumer = confluent_kafka.Consumer(settings)
    if consumer.list_topics(topic, timeout=20).topics[topic].error is not None:
        consumer.close()
        return False  # it may not even know that there is such a topic
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, 0)])
    try:
        while (message := consumer.poll(20)) is not None:
            if (error := message.error()) is not None:
                return bool(error.code() == confluent_kafka.KafkaError._PARTITION_EOF)
        raise TimeoutError("neither the end nor a no")
    finally:
        consumer.close()


@pytest.mark.parametrize("who", EVERYBODY)
async def test_a_service_writes_its_own_topic_and_no_other_and_a_subscriber_none(stack: LocalStack, who: str):
    told = {
        topic: await may_write(stack.settings.bus(who), topic_of(topic), f"chumchon.{who}.relay")
        for topic in SERVICES
    }
    assert told == {topic: topic == who for topic in SERVICES}


@pytest.mark.parametrize("who", EVERYBODY)
async def test_nobody_takes_the_transactional_id_of_another(stack: LocalStack, who: str):
    for other in SERVICES:
        if other != who:
            mine = topic_of(who if who in SERVICES else other)
            assert not await may_write(stack.settings.bus(who), mine, f"chumchon.{other}.relay")


@pytest.mark.parametrize("who", EVERYBODY)
async def test_a_principal_writes_nothing_outside_a_transaction_of_its_own_either(
    stack: LocalStack, who: str
):
    for other in SERVICES:
        if other != who:
            with pytest.raises(TopicAuthorizationFailedError):
                async with writing(stack.settings.bus(who)) as producer:
                    await producer.send_and_wait(topic_of(other), b"forged", partition=0)


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_service_reads_what_it_hears_and_a_subscriber_all(stack: LocalStack, who: str):
    prefix = who if who == SUBSCRIBER else f"chumchon.{who}"
    heard = {who, *HEARS[who]} if who in SERVICES else set(SERVICES)
    told = {
        topic: may_read(stack.settings.bus(who), f"{prefix}.looking", topic_of(topic)) for topic in SERVICES
    }
    assert told == {topic: topic in heard for topic in SERVICES}


@pytest.mark.parametrize("who", EVERYBODY)
async def test_a_principal_joins_groups_of_its_own_name_only(stack: LocalStack, who: str):
    prefix = who if who == SUBSCRIBER else f"chumchon.{who}"
    topic = topic_of(who if who in SERVICES else "members")
    async with reading(stack.settings.bus(who), f"{prefix}.{uuid4().hex}") as consumer:
        consumer.subscribe([topic])
        await consumer.getmany(timeout_ms=500)
    stolen = "chumchon.reporting.board" if who != "reporting" else "chumchon.funds.areas"
    with pytest.raises(GroupAuthorizationFailedError):  # noqa: PT012 - joining is what is tested
        async with reading(stack.settings.bus(who), stolen) as consumer:
            consumer.subscribe([topic])
            await consumer.getmany(timeout_ms=5_000)


@pytest.mark.parametrize("who", EVERYBODY)
async def test_nobody_but_the_admin_makes_or_removes_topics_or_hands_out_rights(stack: LocalStack, who: str):
    admin = AIOKafkaAdminClient(**stack.settings.bus(who).aiokafka())
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(f"mine-{uuid4().hex}", 1, 1)])
        assert [code for _, code, *_ in answer.topic_errors] == [29]  # TOPIC_AUTHORIZATION_FAILED
        removed = await admin.delete_topics([topic_of("members")])
        assert [code for _, code, *_ in removed.topic_error_codes] == [29]
    finally:
        await admin.close()
    with pytest.raises(confluent_kafka.KafkaException):
        bus_access.ensure(stack.settings.bus(who), {who: "known to me"})


@pytest.mark.parametrize(
    "stranger",
    [
        lambda bus: Bootstrap(bus.servers),
        lambda bus: replace(bus, password="guessed"),
        lambda bus: replace(bus, user="nobody"),
    ],
    ids=["without a name", "with a wrong password", "of a name that nobody has"],
)
async def test_a_stranger_does_not_come_in(stack: LocalStack, stranger):
    with pytest.raises((KafkaError, KafkaConnectionError)):
        async with reading(stranger(stack.settings.bus("members"))):
            pass


def test_librdkafka_logs_in_the_same_way_and_is_turned_away_the_same_way(stack: LocalStack):
    who = stack.settings.bus(SUBSCRIBER)
    consumer = confluent_kafka.Consumer(
        who.librdkafka() | {"group.id": f"{SUBSCRIBER}.{uuid4().hex}", "auto.offset.reset": "earliest"}
    )
    assert set(map(topic_of, SERVICES)) <= consumer.list_topics(timeout=10).topics.keys()
    consumer.close()
    refused: list[object] = []
    producer = confluent_kafka.Producer(who.librdkafka())
    producer.produce(
        topic_of("members"), b"forged", on_delivery=lambda error, _: refused.append(error.code())
    )
    assert producer.flush(10) == 0
    assert refused == [confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED]


def test_rights_that_somebody_was_given_by_hand_are_taken_away_again(stack: LocalStack):
    admin = stack.settings.bus("admin")
    more = {"otop": bus_access.EVERYBODY["otop"] | bus_access.EVERYBODY["funds"]}
    bus_access.ensure(admin, {}, more)
    assert bus_access.differences(admin) == ["the rights of otop are not as declared"]
    bus_access.ensure(admin, {})
    assert bus_access.differences(admin) == []


async def test_the_program_in_the_docs_logs_in_and_reads_what_a_service_says(
    stack: LocalStack, site: Site, capsys: pytest.CaptureFixture[str]
):
    """docs/events.md, word for word; the address, the home and the topic are this test's."""
    await site.write(5)
    await site.finish()
    told = {"127.0.0.1:9092": stack.settings.kafka, ".local/": f"{stack.home}/", TOPIC: site.topic}
    text = CONFLUENT
    for theirs, ours in told.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    text = text.replace("subscriber.my-service", f"subscriber.{uuid4().hex}")
    seen: list[tuple[object, ...]] = []

    class Enough(Exception):
        pass

    def print_(*words: object) -> None:
        seen.append(words)
        if len(seen) == site.events:
            raise Enough

    with pytest.raises(Enough):
        await asyncio.wait_for(asyncio.to_thread(exec, text, {"print": print_}), 60)
    assert {words[0] for words in seen} == {"chumchon.members.AreaRegistered.v1"}


def test_an_operator_makes_a_subscriber_who_reads_and_writes_nothing(stack: LocalStack):
    name = f"s{uuid4().hex[:8]}"
    made = subprocess.run(
        [sys.executable, "-m", "services.cli.main", "subscriber", name],
        env=stack.env,
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    who = stack.settings.bus(name)
    assert who.password
    assert who.password not in made.stdout
    assert may_read(who, f"{name}.looking", topic_of("funds"))
