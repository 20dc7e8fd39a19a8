"""Batches from Kafka through FastStream: the one file that knows its traps (EXAMPLES.md §9; the numbers are its)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.prometheus import KafkaPrometheusMiddleware
from faststream.security import BaseSecurity, SASLScram512

from services.chassis.bootstrap import Bootstrap
from services.chassis.checkpoints import Source
from services.chassis.kafka_connections import metadata_died
from services.chassis.logs import broker_logger
from services.chassis.metrics import REGISTRY

# (14) FastStream would restart a dead consume loop without a pause and without a word. We watch its task ourselves.
os.environ["FASTSTREAM_SUPERVISOR_DISABLED"] = "1"

SESSION_SECONDS = 6.0
"""See `Settings.consumer_session_seconds`."""
MAX_POLL_MS = 300_000
GRACEFUL_SECONDS = 30.0
FETCH_BYTES = 4 * 1024 * 1024
"""Of a partition at once. A document is written from one partition only: the more of a batch is from one, the fewer
documents it writes. All buffers together hold twelve times as much a topic."""

Raws = Sequence[ConsumerRecord[Any, Any]]


class ConsumeLoopDied(Exception):
    """FastStream's consume loop ended, or aiokafka's metadata task: neither ever does by itself."""


async def whole_batch(batch: Any, original: Callable[[Any], Awaitable[Any]]) -> Any:
    """The `parser=`: every record reaches the handler just as it is, whatever is in its headers.

    (2) FastStream's own parser decodes all headers; one that is null or no UTF-8 makes it fail, and the batch is lost
    without a trace. So it sees the first record without headers, to make its message of, and we put the batch in.
    """
    message = await original((replace(batch[0], headers=()),))
    message.raw_message = batch
    message.body = [record.value or b"" for record in batch]
    return message


async def as_it_is(message: Any) -> Raws:
    """The `decoder=`: records are read one by one later, where one that is bad harms no other."""
    return list(message.raw_message)


def _security(bootstrap: Bootstrap) -> BaseSecurity | None:
    if bootstrap.security == "PLAINTEXT":
        return None
    encrypted = bootstrap.security == "SASL_SSL"
    return SASLScram512(bootstrap.user, bootstrap.password, ssl_context=bootstrap.tls(), use_ssl=encrypted)


class Subscription:
    """One consumer of a group. `handle` gets a batch and returns once its effect is durable; the offsets are committed
    afterwards, for monitoring only. What it raises makes the whole batch come again."""

    def __init__(
        self,
        bootstrap: Bootstrap,
        group: str,
        topics: Sequence[str],
        handle: Callable[[Raws], Awaitable[None]],
        *,
        app_name: str,
        max_records: int,
        session_seconds: float = SESSION_SECONDS,
    ) -> None:
        session_ms = round(session_seconds * 1000)
        self._broker = KafkaBroker(
            bootstrap.servers.split(","),
            security=_security(bootstrap),
            client_id=group,
            consumer_only=True,
            allow_auto_create_topics=False,  # left True, a missing topic is created with one partition
            graceful_timeout=GRACEFUL_SECONDS,
            middlewares=(KafkaPrometheusMiddleware(registry=REGISTRY, app_name=app_name),),
            logger=broker_logger(),
            apply_types=False,  # (9) nothing is injected: what is costs a thread hop for each message
        )
        self._subscriber = self._broker.subscriber(
            *topics,
            group_id=group,
            batch=True,
            max_records=max_records,
            batch_timeout_ms=20,  # (15) an empty poll sleeps that long again
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,  # (1) here, not at the broker, where it may be forgotten
            session_timeout_ms=session_ms,
            heartbeat_interval_ms=session_ms // 3,
            max_poll_interval_ms=MAX_POLL_MS,
            max_partition_fetch_bytes=FETCH_BYTES,
            parser=whole_batch,
            decoder=as_it_is,
            no_reply=True,  # a header `reply_to` of anybody's must not make us publish
        )
        self._subscriber(handle)

    async def start(self) -> None:
        """Connect and join the group. Raises KafkaError; `stop` all the same then."""
        await self._broker.start()

    async def stop(self) -> None:
        """Read no more, finish the batch in hand, leave the group."""
        await self._broker.stop()

    async def died(self) -> None:
        """Wait until the consume loop ends; raises ConsumeLoopDied from its reason, never returns."""
        tasks = list(self._subscriber.tasks)
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        reasons = [None if task.cancelled() else task.exception() for task in done]
        raise ConsumeLoopDied("the consume loop ended") from next(filter(None, reasons), None)

    def assigned(self) -> set[Source]:
        """The partitions that are ours now."""
        consumer = self._subscriber.consumer
        return set() if consumer is None else {(tp.topic, tp.partition) for tp in consumer.assignment()}

    def seek(self, source: Source, offset: int) -> bool:
        """Read this partition from `offset` on; False if it is not ours any more. Only from inside `handle`, which must
        then return and not raise: nack would undo it."""
        consumer = self._subscriber.consumer
        if consumer is None or source not in self.assigned():
            return False
        consumer.seek(TopicPartition(*source), offset)
        return True

    async def start_offset(self, source: Source) -> int:
        """The first offset that Kafka still has of a partition."""
        consumer = self._subscriber.consumer
        assert consumer is not None, "started"
        found: Mapping[Any, int] = await consumer.beginning_offsets([TopicPartition(*source)])
        return found[TopicPartition(*source)]

    async def lag(self) -> dict[Source, int]:
        """Assigned partition → offsets between our position and the last stable one; those without a position yet are
        left out. By position and never by offsets of records: transaction markers take offsets too. Raises ConsumeLoopDied
        where what aiokafka cannot go on without has died."""
        consumer = self._subscriber.consumer
        if consumer is not None and (error := metadata_died(consumer)) is not None:
            raise ConsumeLoopDied("the metadata task of aiokafka died") from error
        if consumer is None or not (assigned := list(consumer.assignment())):
            return {}
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(assigned)
        lags: dict[Source, int] = {}
        for tp, end in ends.items():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    lags[tp.topic, tp.partition] = max(0, end - await consumer.position(tp))
        return lags
