"""A topic's committed records, partition by partition, from the first to where it ended when we began to look."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError

from contracts.topics import PARTITIONS
from services.chassis.bootstrap import Bootstrap

SETTLE_SECONDS = 20.0
"""A transaction ends in half of it, or the broker ends it."""
SILENCE_SECONDS = 30.0
AT_ONCE = 2_000


class CouldNotLook(Exception):
    """The audit itself was not possible: nothing is known, good or bad. The text says why."""


def consumer_of(bootstrap: Bootstrap, *, isolation: str = "read_committed", crc: bool = True) -> Any:
    """A consumer without a group, which changes nothing in Kafka."""
    return AIOKafkaConsumer(
        **bootstrap.aiokafka(),
        isolation_level=isolation,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        check_crcs=crc,
        fetch_max_wait_ms=50,
        retry_backoff_ms=20,
    )


async def settled_ends(bootstrap: Bootstrap, topic: str, partitions: Iterable[int]) -> dict[int, int]:
    """Partition → the offset after its last stable record, once every transaction that was open when we came is closed.

    Raises CouldNotLook for a topic that is not there or not of these partitions, and for a transaction that stays open:
    what lies behind it cannot be seen. Raises KafkaError or TimeoutError.
    """
    wanted = [TopicPartition(topic, partition) for partition in partitions]
    committed, all_ = consumer_of(bootstrap), consumer_of(bootstrap, isolation="read_uncommitted")
    try:
        await committed.start()
        await all_.start()
        if (width := len(await _partitions(committed, topic))) != PARTITIONS:
            raise CouldNotLook(f"topic {topic} has {width} partitions, not {PARTITIONS}")
        begun = await _ends(all_, wanted)
        try:
            async with asyncio.timeout(SETTLE_SECONDS):
                while True:
                    stable = await _ends(committed, wanted)
                    if all(stable[tp] >= begun[tp] for tp in wanted):
                        return {tp.partition: end for tp, end in stable.items()}
                    await asyncio.sleep(0.1)
        except TimeoutError:
            open_ = sorted(tp.partition for tp in wanted if stable[tp] < begun[tp])
            raise CouldNotLook(f"a transaction stays open in partitions {open_} of {topic}") from None
    finally:
        await committed.stop()
        await all_.stop()


async def _partitions(consumer: Any, topic: str) -> set[int]:
    await consumer._client.set_topics([topic])
    return set(consumer.partitions_for_topic(topic) or ())


async def _ends(consumer: Any, wanted: list[TopicPartition]) -> Mapping[TopicPartition, int]:
    ends: Mapping[TopicPartition, int] = await consumer.end_offsets(wanted)
    return ends


class TopicReader:
    """Reads some partitions side by side, each at its own pace. `corrupt(partition, offset)` is told of a damaged batch;
    it is read all the same, where it can be, and from there on the CRCs are not looked at any more."""

    def __init__(
        self, bootstrap: Bootstrap, topic: str, ends: Mapping[int, int], corrupt: Callable[[int, int], None]
    ) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._ends = ends
        self._corrupt = corrupt
        self._waiting: dict[int, deque[Any]] = {partition: deque() for partition in ends}
        self._next: dict[int, int] = {}
        self._consumer: Any = None
        self._crc = True

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def peek(self, partition: int, depth: int = 1) -> Any:
        """The record `depth` ahead (1 is the next one), None beyond the end."""
        waiting = self._waiting[partition]
        while len(waiting) < depth:
            if not await self._fill(partition):
                return None
        return waiting[depth - 1]

    def take(self, partition: int) -> Any:
        """The record that `peek` showed."""
        return self._waiting[partition].popleft()

    async def _connect(self) -> None:
        self._consumer = consumer_of(self._bootstrap, crc=self._crc)
        await self._consumer.start()
        tps = [TopicPartition(self._topic, partition) for partition in self._ends]
        self._consumer.assign(tps)
        begins = await self._consumer.beginning_offsets(tps)
        for tp in tps:
            self._consumer.seek(tp, self._next.setdefault(tp.partition, begins[tp]))

    async def _fill(self, partition: int) -> bool:
        """Fetch more of a partition; False at its end."""
        tp, end = TopicPartition(self._topic, partition), self._ends[partition]
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while self._next[partition] < end:
            try:
                got = await self._consumer.getmany(tp, timeout_ms=500, max_records=AT_ONCE)
            except (CorruptRecordException, ValueError, IndexError) as damage:
                await self._damaged(partition, damage)
                continue
            position = await self._consumer.position(tp)
            if position > self._next[partition]:
                self._next[partition] = position
                begun = loop.time()
            elif loop.time() - begun > SILENCE_SECONDS:
                raise CouldNotLook(
                    f"Kafka says nothing of {self._topic}/{partition} from offset {position} on"
                )
            records = [record for record in got.get(tp, ()) if record.offset < end]
            if records:
                self._waiting[partition].extend(records)
                return True
        return False

    async def _damaged(self, partition: int, damage: Exception) -> None:
        """Go on without CRCs, so that the record itself is found; a batch that cannot be read even so ends it."""
        position = await self._consumer.position(TopicPartition(self._topic, partition))
        self._next[partition] = max(self._next[partition], position)
        self._corrupt(partition, self._next[partition])
        if not self._crc:
            self._next[partition] = self._ends[partition]
            return
        if not isinstance(damage, CorruptRecordException | KafkaError):
            raise damage
        self._crc = False
        await self._consumer.stop()
        await self._connect()
