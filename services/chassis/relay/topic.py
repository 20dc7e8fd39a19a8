"""What the topic holds: the position of the last committed event in each partition, and what is not committed yet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from contracts.envelope import Unreadable, from_headers
from services.chassis.bootstrap import Bootstrap

log = structlog.get_logger(__name__)


class NoSuchTopic(KafkaError):  # type: ignore[misc]
    """Not yet, or not known to the broker yet: `deploy/` creates topics, so we wait for it."""


FIRST_STEP = 16
SECONDS = 30


class Holding(NamedTuple):
    """What a topic holds, by partition. `last`: the last committed position, 0 where there is none. `after`: the offset after that.
    `opened`: the last position in a transaction that is open behind it, where there is one."""

    last: dict[int, int]
    after: dict[int, int]
    opened: dict[int, int]


async def holding(bootstrap: Bootstrap, topic: str, partitions: Iterable[int]) -> Holding:
    """What these partitions hold.

    Transaction markers and aborted records take offsets too, so the last event is looked for by stepping back from the
    end, twice as far each time. Raises KafkaError or TimeoutError (try again later; a stranger's transaction is open, too:
    it would hide committed events behind it). Records that are no events of ours are stepped over: who writes one stops nobody.
    """
    async with _both(bootstrap, topic, partitions) as (consumer, other, ends):
        opened = await _opened(other, ends)
        begins = await consumer.beginning_offsets(list(ends))
        held = Holding({tp.partition: 0 for tp in ends if begins[tp] >= ends[tp]}, _plain(begins), opened)
        step = FIRST_STEP
        while rest := [tp for tp in ends if tp.partition not in held.last]:
            starts = {tp: max(begins[tp], ends[tp] - step) for tp in rest}
            records = await _records(consumer, starts, ends)
            for tp in rest:
                if (found := _last_event(records.get(tp, ()))) is not None:
                    held.last[tp.partition], held.after[tp.partition] = found
                elif starts[tp] == begins[tp]:
                    held.last[tp.partition] = 0
            step *= 2
        return held


async def sent_after(bootstrap: Bootstrap, topic: str, offsets: Mapping[int, int]) -> dict[int, int]:
    """Partition → the last position that was ever sent there from this offset on, committed or not; 0 where there is none.
    Raises KafkaError or TimeoutError."""
    starts = {TopicPartition(topic, partition): offset for partition, offset in offsets.items()}
    async with asyncio.timeout(SECONDS), _consumer(bootstrap, "read_uncommitted", list(starts)) as consumer:
        records = await _records(consumer, starts, await consumer.end_offsets(list(starts)))
        return {tp.partition: _last_of_ours(records.get(tp, ())) for tp in starts}


async def open_since(bootstrap: Bootstrap, topic: str, partitions: Iterable[int]) -> dict[int, int]:
    """Where a transaction is open: partition → offset of its first record. Raises KafkaError or TimeoutError."""
    async with _both(bootstrap, topic, partitions) as (_, other, ends):
        return {tp.partition: ends[tp] for tp in await _behind(other, ends)}


async def _behind(other: Any, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Where there is more than what is committed, and its end."""
    real = await other.end_offsets(list(ends))
    return {tp: real[tp] for tp in ends if real[tp] != ends[tp]}


async def _opened(other: Any, ends: Mapping[TopicPartition, int]) -> dict[int, int]:
    behind = await _behind(other, ends)
    records = await _records(other, {tp: ends[tp] for tp in behind}, behind)
    opened = {}
    for tp in behind:
        opened[tp.partition] = _last_of_ours(records.get(tp, ()))
        if not opened[tp.partition]:
            raise KafkaError(f"a transaction that is not ours is open in {tp.topic}/{tp.partition}")
    return opened


async def _records(
    consumer: Any, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[Any]]:
    """The records of each partition between start and end, where there are any."""
    found: dict[TopicPartition, list[Any]] = {}
    consumer.pause(*(consumer.assignment() - set(starts)))
    consumer.resume(*starts)
    for tp, offset in starts.items():
        consumer.seek(tp, offset)
    while [tp for tp in starts if await consumer.position(tp) < ends[tp]]:
        for tp, records in (await consumer.getmany(*starts, timeout_ms=50)).items():
            found.setdefault(tp, []).extend(records)
    return {tp: records for tp, records in found.items() if records}


def _plain(offsets: Mapping[TopicPartition, int]) -> dict[int, int]:
    return {tp.partition: offset for tp, offset in offsets.items()}


def _last_of_ours(records: Iterable[Any]) -> int:
    """The last position in what may be no events of ours, and then nobody says that it ever was committed; 0: none."""
    position = 0
    for record in records:
        with contextlib.suppress(Unreadable):
            position = max(position, from_headers(record.headers, record.value).position)
    return position


def _last_event(records: Sequence[Any]) -> tuple[int, int] | None:
    """Position of the last event of ours and the offset after it; None where there is none. What cannot be read, and what
    its own hash does not fit, is a stranger's."""
    for record in reversed(records):
        with contextlib.suppress(Unreadable):
            envelope = from_headers(record.headers, record.value)
            if envelope.position and envelope.hash == envelope.computed_hash():
                return envelope.position, record.offset + 1
        log.error(
            "stray record stepped over", topic=record.topic, partition=record.partition, offset=record.offset
        )
    return None


@asynccontextmanager
async def _both(
    bootstrap: Bootstrap, topic: str, partitions: Iterable[int]
) -> AsyncIterator[tuple[Any, Any, dict[TopicPartition, int]]]:
    """A reader of what is committed, one of everything, and where what is committed ends."""
    wanted = [TopicPartition(topic, partition) for partition in partitions]
    async with (
        asyncio.timeout(SECONDS),
        _consumer(bootstrap, "read_committed", wanted) as consumer,
        _consumer(bootstrap, "read_uncommitted", wanted) as other,
    ):
        yield consumer, other, await consumer.end_offsets(wanted)


@asynccontextmanager
async def _consumer(
    bootstrap: Bootstrap, isolation_level: str, partitions: list[TopicPartition]
) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(
        **bootstrap.aiokafka(),
        isolation_level=isolation_level,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        retry_backoff_ms=20,
    )
    try:
        await consumer.start()
        consumer.assign(partitions)
        yield consumer
    finally:
        await consumer.stop()
