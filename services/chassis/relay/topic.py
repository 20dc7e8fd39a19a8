"""What the topic holds: the position of the last committed event in each partition."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contracts.envelope import Unreadable, from_headers
from services.chassis.relay.refusals import topic_strange


class NoSuchTopic(KafkaError):  # type: ignore[misc]
    """Not yet, or not known to the broker yet: `deploy/` creates topics, so we wait for it."""


FIRST_STEP = 16
SECONDS = 30


async def last_positions(bootstrap: str, topic: str, partitions: Iterable[int]) -> dict[int, int]:
    """The last committed position in each of the partitions, 0 in one without events.

    Transaction markers and aborted records take offsets too, so the last event is looked for by stepping back from the
    end, twice as far each time. Call it when no transaction of ours is open. Raises KafkaError or TimeoutError (try
    again later), or RelayRefused for a last record that is not one of our events.
    """
    wanted = [TopicPartition(topic, partition) for partition in partitions]
    async with asyncio.timeout(SECONDS), _consumer(bootstrap, "read_committed") as consumer:
        consumer.assign(wanted)
        ends = await consumer.end_offsets(wanted)
        await _demand_all_closed(bootstrap, ends)
        begins = await consumer.beginning_offsets(wanted)
        found: dict[int, int] = {tp.partition: 0 for tp in wanted if begins[tp] >= ends[tp]}
        step = FIRST_STEP
        while rest := [tp for tp in wanted if tp.partition not in found]:
            starts = {tp: max(begins[tp], ends[tp] - step) for tp in rest}
            last = await _last_records(consumer, starts, ends)
            for tp in rest:
                if tp in last:
                    found[tp.partition] = _position(last[tp])
                elif starts[tp] == begins[tp]:
                    found[tp.partition] = 0
            step *= 2
        return found


async def _demand_all_closed(bootstrap: str, ends: Mapping[TopicPartition, int]) -> None:
    """An open transaction would hide committed events behind it from us, and we would send them twice.

    Whoever has our `transactional.id` has had the one before aborted, so it is gone in a moment; unless the broker has lost
    sight of it, as 4.3.1 seems to have done once after a kill: then an operator has to end it, and is told so.
    """
    async with _consumer(bootstrap, "read_uncommitted") as consumer:
        real = await consumer.end_offsets(list(ends))
        if real != ends:
            behind = sorted(tp.partition for tp in ends if real[tp] != ends[tp])
            name = next(iter(ends)).topic
            raise KafkaError(
                f"a transaction is open in partitions {behind} of {name}; if it stays so, the broker has lost sight of it and an "
                "operator has to end it (kafka-transactions.sh find-hanging, then abort: KIP-664)"
            )


async def _last_records(
    consumer: Any, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Any]:
    """The last record of each partition between start and end, where there is one."""
    last: dict[TopicPartition, Any] = {}
    consumer.pause(*(consumer.assignment() - set(starts)))
    consumer.resume(*starts)
    for tp, offset in starts.items():
        consumer.seek(tp, offset)
    while [tp for tp in starts if await consumer.position(tp) < ends[tp]]:
        for tp, records in (await consumer.getmany(*starts, timeout_ms=50)).items():
            if records:
                last[tp] = records[-1]
    return last


def _position(record: Any) -> int:
    try:
        return from_headers(record.headers, record.value).position
    except Unreadable as error:
        place = f"{record.topic}/{record.partition} (offset {record.offset})"
        raise topic_strange(place, str(error)) from None


@asynccontextmanager
async def _consumer(bootstrap: str, isolation_level: str) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level=isolation_level,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        retry_backoff_ms=20,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()
