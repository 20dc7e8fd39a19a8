"""aiokafka's face over the broker: a transactional producer and a consumer, every call over the wire of its process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from aiokafka import TopicPartition
from aiokafka.errors import IllegalOperation, KafkaConnectionError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from services.chassis.bootstrap import Bootstrap
from tests.kafka_in_memory.broker import Broker, Entry
from tests.own_wire import Fate, OwnWire


def lost() -> KafkaConnectionError:
    """What the client raises for a lost connection."""
    return KafkaConnectionError("the connection was lost")


class Network:
    """Address → broker and wire: each process of a specification reaches the same broker under an address of its own."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.wires: dict[str, OwnWire] = {}

    def address(self, name: str, wire: OwnWire) -> Bootstrap:
        """What a process takes for `bootstrap`."""
        self.wires[name] = wire
        return Bootstrap(name)

    @contextmanager
    def instead_of_aiokafka(self, *modules: str) -> Iterator[None]:
        """In these modules aiokafka's clients are ours."""
        clients: dict[str, Callable[..., Any]] = {
            "AIOKafkaProducer": lambda **options: MemoryProducer(self, **options),
            "AIOKafkaConsumer": lambda **options: MemoryConsumer(self, **options),
        }
        patches = []
        for module in modules:
            for name, client in clients.items():
                try:
                    patches.append(patch(f"{module}.{name}", client))
                    patches[-1].start()
                except AttributeError:
                    patches.pop()
        try:
            yield
        finally:
            for one in patches:
                one.stop()


class MemoryProducer:
    """See aiokafka's AIOKafkaProducer, with a `transactional_id`."""

    def __init__(
        self,
        network: Network,
        *,
        bootstrap_servers: str,
        transactional_id: str,
        max_batch_size: int = 16_384,
        **_: object,
    ) -> None:
        self._broker = network.broker
        self._wire = network.wires[bootstrap_servers]
        self._name = transactional_id
        self._batch_size = max_batch_size
        self._epoch = 0
        self._in_transaction = False
        self._failed = False
        self._message_accumulator = SimpleNamespace(fail_all=lambda _: None)
        self._named: list[TopicPartition] = []
        self._txn_manager = SimpleNamespace(maybe_add_partition_to_txn=self._named.append)
        widths = self._broker.widths
        self.client = SimpleNamespace(
            set_topics=self._nothing,
            close=self._nothing,
            cluster=SimpleNamespace(partitions_for_topic=lambda topic: set(range(widths.get(topic, 0)))),
        )

    async def _nothing(self, *_: object) -> None:
        return

    async def start(self) -> None:
        """InitProducerId."""

        async def init(_: Fate) -> None:
            self._epoch = await self._broker.init_producer(self._name)

        await self._wire.carry(init, lost)

    async def stop(self) -> None:
        """An open transaction stays as it is."""

    def create_batch(self) -> Any:
        """aiokafka's own, so that sizes and bytes are real."""
        return BatchBuilder(self._batch_size, 0, is_transactional=1)

    async def begin_transaction(self) -> None:
        """Nothing that the broker hears of."""
        if self._in_transaction or self._failed:
            raise IllegalOperation("another transaction")
        self._in_transaction = True

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[None]:
        """Sent in the background; the future tells."""
        if not self._in_transaction:
            raise IllegalOperation("Can't send messages while not in transaction")
        batch.close()

        async def produce(_: Fate) -> None:
            self._broker.produce(self._name, self._epoch, (topic, partition), list(_records(batch)))

        return asyncio.create_task(self._marked(self._wire.carry(produce, lost)))

    async def commit_transaction(self) -> None:
        """What was sent until now, what is open in partitions that were only named, and nothing else."""
        if not self._in_transaction or self._failed:
            raise IllegalOperation("no transaction to commit")

        async def add(_: Fate) -> None:
            for tp in self._named:
                self._broker.add(self._name, self._epoch, (tp.topic, tp.partition))

        async def end(_: Fate) -> None:
            self._broker.end(self._name, self._epoch)

        if self._named:
            await self._marked(self._wire.carry(add, lost))
            self._named.clear()
        await self._marked(self._wire.carry(end, lost))
        self._in_transaction = False

    async def _marked(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except BaseException:
            self._failed = True
            raise


class MemoryConsumer:
    """See aiokafka's AIOKafkaConsumer, without a group."""

    def __init__(
        self, network: Network, *, bootstrap_servers: str, isolation_level: str, **_: object
    ) -> None:
        self._broker = network.broker
        self._wire = network.wires[bootstrap_servers]
        self._committed = isolation_level == "read_committed"
        self._positions: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()

    async def start(self) -> None:
        """Nothing to do."""

    async def stop(self) -> None:
        """Nothing to undo."""

    def assign(self, partitions: list[TopicPartition]) -> None:
        """These and no others."""
        self._positions = dict.fromkeys(partitions, 0)

    def assignment(self) -> set[TopicPartition]:
        """What was assigned."""
        return set(self._positions)

    def pause(self, *partitions: TopicPartition) -> None:
        """Not to be fetched."""
        self._paused |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        """To be fetched again."""
        self._paused -= set(partitions)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """To be read from here."""
        self._positions[partition] = offset

    async def position(self, partition: TopicPartition) -> int:
        """The next offset to be read."""
        return self._positions[partition]

    async def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The first offset there is."""

        async def ask(_: Fate) -> dict[TopicPartition, int]:
            return {tp: self._broker.begins[tp.topic, tp.partition] for tp in partitions}

        return await self._wire.carry(ask, lost)

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """The offset after the last, or of the first open record for a reader of what is committed."""

        async def ask(_: Fate) -> dict[TopicPartition, int]:
            return {
                tp: self._broker.end_offset((tp.topic, tp.partition), committed=self._committed)
                for tp in partitions
            }

        return await self._wire.carry(ask, lost)

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0
    ) -> dict[TopicPartition, list[Entry]]:
        """What there is, at most ten records a partition."""

        async def fetch(_: Fate) -> dict[TopicPartition, list[Entry]]:
            found = {}
            for tp in [tp for tp in partitions if tp not in self._paused]:
                records, self._positions[tp] = self._broker.read(
                    (tp.topic, tp.partition), self._positions[tp], 10, committed=self._committed
                )
                if records:
                    found[tp] = records
            return found

        return await self._wire.carry(fetch, lost)


def _records(batch: Any) -> Iterator[tuple[int, bytes, bytes, list[tuple[str, bytes]]]]:
    records = MemoryRecords(bytes(batch._build()))
    while (found := records.next_batch()) is not None:
        for record in found:
            yield record.timestamp, record.key, record.value, record.headers
