"""One Kafka transaction a round: a transactional producer that is thrown away after any error."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from contracts.topics import MAX_MESSAGE_BYTES, Topic
from services.chassis.bootstrap import Bootstrap
from services.chassis.relay.rounds import Outgoing
from services.chassis.steps import step

TRANSACTION_SECONDS = 10
BATCH_BYTES = MAX_MESSAGE_BYTES // 2
"""A batch is one message to the broker's limit; one event is far smaller than either."""


class Batches:
    """The records of a round in Kafka's format, a batch a partition and MiB: a tenth of the cost of single sends."""

    def __init__(self, create: Callable[[], Any]) -> None:
        self._create = create
        self._filling: dict[int, Any] = {}
        self.made: list[tuple[int, Any]] = []
        """(partition, aiokafka's BatchBuilder), in the order in which they go."""

    def add(self, record: Outgoing) -> None:
        """One more record, after those of its partition."""
        batch = self._filling.get(record.partition)
        if batch is None or not _fits(batch, record):
            batch = self._filling[record.partition] = self._create()
            self.made.append((record.partition, batch))
            if not _fits(batch, record):  # the first record of a batch fits, whatever its size
                raise ValueError(f"the event at position {record.position} does not fit into a batch")


def _fits(batch: Any, record: Outgoing) -> bool:
    added = batch.append(
        timestamp=record.timestamp, key=record.key, value=record.value, headers=record.headers
    )
    return added is not None


class Sender:
    """A producer with the service's `transactional.id`, whose start fences every older one."""

    def __init__(self, bootstrap: Bootstrap, topic: Topic) -> None:
        self.topic = topic.name
        self._producer = AIOKafkaProducer(
            **bootstrap.aiokafka(),
            transactional_id=f"chumchon.{topic.service}.relay",
            transaction_timeout_ms=TRANSACTION_SECONDS * 1000,
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            max_request_size=MAX_MESSAGE_BYTES,
            request_timeout_ms=TRANSACTION_SECONDS * 1000,
            retry_backoff_ms=20,
            linger_ms=0,
        )

    async def start(self) -> int:
        """InitProducerId, and how many partitions the topic has (0: there is no such topic). Raises KafkaError."""
        async with asyncio.timeout(2 * TRANSACTION_SECONDS):
            await self._producer.start()
            return await self._partitions()

    async def _partitions(self) -> int:
        client = self._producer.client
        await client.set_topics([self.topic])
        return len(client.cluster.partitions_for_topic(self.topic) or ())

    def batches(self) -> Batches:
        """Empty batches, to be filled."""
        return Batches(self._producer.create_batch)

    async def send(self, batches: Batches) -> None:
        """Send all of it in one transaction, or raise: then nobody knows, and this sender is done for."""
        async with asyncio.timeout(TRANSACTION_SECONDS):
            await self._producer.begin_transaction()
            step("relay.transaction-begun")
            sent = [
                await self._producer.send_batch(batch, self.topic, partition=partition)
                for partition, batch in batches.made
            ]
            # Inside the transaction: aiokafka commits an empty one, without an error, if these are not awaited.
            await asyncio.gather(*sent)
            step("relay.sent-before-commit")
            await self._producer.commit_transaction()

    async def commit_lost(self, partitions: Iterable[int]) -> None:
        """Write a commit marker into each of these partitions, which ends what this `transactional.id` has open there.
        Raises KafkaError or TimeoutError: then this sender is done for."""
        async with asyncio.timeout(TRANSACTION_SECONDS):
            await self._producer.begin_transaction()
            for partition in partitions:
                # aiokafka has no other way to name a partition without a record.
                self._producer._txn_manager.maybe_add_partition_to_txn(TopicPartition(self.topic, partition))
            await self._producer.commit_transaction()

    async def close(self) -> None:
        """Let go of it, whatever state it is in. Its open transaction is aborted by whoever has the id next."""
        producer = self._producer
        producer._message_accumulator.fail_all(KafkaError("the relay has closed this producer"))
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1):
                await producer.stop()
        with contextlib.suppress(Exception):
            await producer.client.close()
