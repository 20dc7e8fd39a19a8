"""On a real Kafka: a transaction that its coordinator does not know of in one partition, as 4.3.1 leaves it behind at times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from time import sleep
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database
from services.chassis.relay.partition import partition_of
from services.chassis.relay.sender import Batches, Sender
from services.chassis.relay.topic import holding
from tests.local_stack import LocalStack
from tests.system.relay_stack import AtWork, Site, leads, new_site, running

pytestmark = pytest.mark.system

LOST, OTHERS = "area:lost", ["area:a", "area:b", "area:c"]
PLACE = partition_of(LOST)
assert PLACE not in {partition_of(stream) for stream in OTHERS}


HEARD_SECONDS = 1.0
"""From the answer to a change of a broker's settings until it follows them, with much to spare."""


@pytest.fixture
def unverified(kafka_bootstrap: Bootstrap) -> Iterator[None]:
    """Kafka does not ask the coordinator whether it knows of a transaction: else none could be made that it does not."""
    admin = AdminClient(kafka_bootstrap.librdkafka())

    def verify(value: str) -> None:
        entry = ConfigEntry(
            "transaction.partition.verification.enable",
            value,
            incremental_operation=AlterConfigOpType.SET,
        )
        for done in admin.incremental_alter_configs(
            [ConfigResource(ResourceType.BROKER, "1", incremental_configs=[entry])]
        ).values():
            done.result()
        sleep(HEARD_SECONDS)

    verify("false")
    yield
    verify("true")


@pytest.fixture
async def site(
    local_stack: LocalStack, kafka_bootstrap: Bootstrap, fresh_database: Database, unverified: None
) -> Site:
    return await new_site(local_stack, kafka_bootstrap, fresh_database)


@pytest.fixture
def forget(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Put a partition in, and the coordinator does not hear of it in the next transaction of that and of others."""
    partitions: list[int] = []
    send = Sender.send

    async def unheard(sender: Sender, batches: Batches) -> None:
        producer, begin = sender._producer, sender._producer.begin_transaction

        async def begin_and_forget() -> None:
            await begin()
            if set(partitions) < {partition for partition, _ in batches.made}:
                while partitions:
                    named = TopicPartition(sender.topic, partitions.pop())
                    producer._txn_manager._txn_partitions.add(named)

        producer.begin_transaction = begin_and_forget
        try:
            await send(sender, batches)
        finally:
            producer.begin_transaction = begin

    monkeypatch.setattr(Sender, "send", unheard)
    return partitions


def at(position: int, state) -> bool:
    """It has come so far."""
    return leads(state) and state.position == position


async def opened(site: Site) -> dict[int, int]:
    """Partition → last position in an open transaction."""
    return (await holding(site.bootstrap, site.topic, range(12))).opened


async def sent_and_marked(site: Site, at_work: AtWork) -> None:
    """A first round, with its markers: one of them would end what is sent behind the coordinator's back."""
    await site.insert([site.commit(stream) for stream in [*OTHERS, LOST]])
    await at_work.until(partial(at, site.events))
    while await opened(site):
        await asyncio.sleep(0.05)


@asynccontextmanager
async def settled_and_lost(site: Site, forget: list[int]) -> AsyncIterator[AtWork]:
    """A relay at work that has sent rounds; one of them stays open in its partition, and later ones do not."""
    async with running(site.relay()) as at_work:
        await sent_and_marked(site, at_work)
        forget.append(PLACE)
        while forget:  # as soon as one round has it and another
            await site.insert([site.commit(stream) for stream in [LOST, *OTHERS]])
            await at_work.until(partial(at, site.events))
        for stream in OTHERS:
            await site.insert([site.commit(stream)])
            await at_work.until(partial(at, site.events))
        assert list(await opened(site)) == [PLACE]
        yield at_work


async def test_what_was_settled_and_stayed_open_is_committed_by_the_next_relay(site: Site, forget: list[int]):
    async with settled_and_lost(site, forget):
        pass
    await site.finish()
    assert not await opened(site)


async def test_a_relay_that_stays_in_office_finds_it_too(
    site: Site, forget: list[int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("services.chassis.relay.left_open.LOOK_EVERY", 0.5)
    async with settled_and_lost(site, forget) as at_work:
        async with asyncio.timeout(20):
            while await opened(site):
                await asyncio.sleep(0.1)
        await at_work.until(leads)
    await site.finish()


async def test_what_is_aborted_while_it_is_ended_is_sent_again(site: Site, forget: list[int]):
    async with settled_and_lost(site, forget):
        pass
    producer = AIOKafkaProducer(
        **site.bootstrap.aiokafka(), transactional_id=f"chumchon.{site.service}.relay"
    )
    await producer.start()
    await producer.begin_transaction()
    transaction = producer._txn_manager
    transaction.maybe_add_partition_to_txn(TopicPartition(site.topic, PLACE))
    async with asyncio.timeout(10):
        while not transaction.txn_partitions:
            await asyncio.sleep(0.01)
    await producer.client.close()  # it dies: whoever has the id next aborts what it had begun
    await site.finish()
    assert not await opened(site)


async def test_the_last_round_left_open_is_neither_lost_nor_doubled(
    site: Site, forget: list[int], monkeypatch: pytest.MonkeyPatch
):
    """It was never settled: half of it is in the topic and half is open."""
    async with running(site.relay()) as at_work:
        await sent_and_marked(site, at_work)
        settle, failed = at_work.relay._outbox.settle, asyncio.Event()

        async def fails_once(*args: Any) -> None:
            if not forget and not failed.is_set():
                failed.set()
                raise OSError("the connection was lost")
            await settle(*args)

        monkeypatch.setattr(at_work.relay._outbox, "settle", fails_once)
        forget.append(PLACE)
        while forget:
            await site.insert([site.commit(stream) for stream in [LOST, *OTHERS]])
            await at_work.until(partial(at, site.events))
        assert failed.is_set()
    await site.finish()
