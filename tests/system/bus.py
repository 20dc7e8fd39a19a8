"""A bus for tests: events written as the relay writes them, or damaged on purpose, into a topic of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.partitioner import murmur2

from contracts.envelope import GENESIS, Unreadable, envelopes, from_headers, to_headers
from contracts.event import Event
from contracts.ids import derived, stream_id
from contracts.members import Cohort, MembershipLeft, MembershipRegistered, Network
from contracts.topics import PARTITIONS
from services.chassis.bootstrap import Bootstrap
from services.chassis.projection import Change, Projection, Record, facet, gone, shard

TOPIC = "chumchon.members.events.v1"
RECORDED = datetime(2021, 10, 1, 9, 0, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """A record as it stands in Kafka."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    position: int

    def with_header(self, name: str, raw: bytes | None) -> Written:
        return replace(self, headers=[(n, raw if n == name else r) for n, r in self.headers]).hashed()

    def with_value(self, value: bytes | None) -> Written:
        return replace(self, value=value).hashed()

    def hashed(self) -> Written:
        """With the hash that fits, where it can be read: damaged as a bug of ours would leave it, not by a forger."""
        try:
            fitting = from_headers(self.headers, self.value).computed_hash().encode()
        except Unreadable:
            return self
        return replace(self, headers=[(n, fitting if n == "ce_hash" else r) for n, r in self.headers])

    def forged(self, position: int, previous: int, value: bytes | None = None) -> Written:
        """A copy at another place of the chain; with another content if told, and then the hash does not fit."""
        told = {"ce_position": str(position).encode(), "ce_previousposition": str(previous).encode()}
        headers = [(name, told.get(name, raw)) for name, raw in self.headers]
        return replace(self, headers=headers, position=position, value=value or self.value)

    def with_key(self, key: bytes | None) -> Written:
        return replace(self, key=key)


def registered(n: int) -> MembershipRegistered:
    """The n-th membership, in one of 24 villages."""
    return MembershipRegistered(
        area=f"51{1 + n % 8:02d}0{1 + n % 3}01",
        on=date(2021, 10, 1 + n % 5),
        membership_id=stream_id("membership", n),
        person_id=stream_id("person", n),
        network=Network.TSM,
        cohort=Cohort.NEW,
        generated=True,
    )


def left(n: int) -> MembershipLeft:
    """The n-th membership ends."""
    entry = registered(n)
    return MembershipLeft(
        area=entry.area,
        on=date(2021, 11, 1),
        membership_id=entry.membership_id,
        person_id=entry.person_id,
        network=entry.network,
        cohort=entry.cohort,
    )


Said = MembershipRegistered | MembershipLeft


def written(
    event: Said,
    version: int,
    position: int,
    previous: int,
    *,
    offset: int = 0,
    partition: int = 0,
    topic: str = TOPIC,
) -> Written:
    """An event of its membership's stream as the relay would send it."""
    [envelope] = envelopes(
        subject=event.membership_id,
        version=version,
        previoushash=GENESIS,
        recorded_at=RECORDED.replace(microsecond=position % 1000 * 1000),
        actor="a1b2",
        correlationid=str(derived("test", position)),
        causationid="",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        events=[(event, GENESIS)],
    )
    envelope = replace(envelope, position=position, previousposition=previous)
    headers = to_headers(envelope)
    return Written(
        topic, partition, offset, 0, event.membership_id.encode(), envelope.data.encode(), headers, position
    )


@dataclass
class Bus:
    """A topic of the test's own with the positions of its writer."""

    bootstrap: Bootstrap
    topic: str
    position: int = 0
    last: dict[int, int] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    async def create(self) -> Bus:
        admin = AIOKafkaAdminClient(**self.bootstrap.aiokafka())
        await admin.start()
        await admin.create_topics([NewTopic(self.topic, PARTITIONS, 1)])
        await admin.close()
        return self

    def next(self, event: Said) -> Written:
        """The next record of the log; not sent."""
        stream = event.membership_id
        partition = (murmur2(stream.encode()) & 0x7FFFFFFF) % PARTITIONS
        self.position += 1
        self.versions[stream] = self.versions.get(stream, 0) + 1
        previous = self.last.get(partition, 0)
        self.last[partition] = self.position
        return written(
            event, self.versions[stream], self.position, previous, partition=partition, topic=self.topic
        )

    async def send(self, records: Iterable[Written], *, transactional: bool = False) -> None:
        """Send what there is, in order; in one transaction where asked."""
        identity: dict[str, Any] = (
            {"transactional_id": self.topic} if transactional else {"enable_idempotence": True}
        )
        producer = AIOKafkaProducer(**self.bootstrap.aiokafka(), linger_ms=5, **identity)
        await producer.start()
        try:
            if transactional:
                async with producer.transaction():
                    await self._send_all(producer, records)
            else:
                await self._send_all(producer, records)
        finally:
            await producer.stop()

    async def say(self, events: Iterable[Said], *, transactional: bool = False) -> list[Written]:
        """Write events to the log and send them."""
        records = [self.next(event) for event in events]
        await self.send(records, transactional=transactional)
        return records

    async def _send_all(self, producer: Any, records: Iterable[Written]) -> None:
        sent = [
            await producer.send(
                self.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                headers=list(record.headers),
            )
            for record in records
        ]
        await asyncio.gather(*sent)


def _registered(event: MembershipRegistered, record: Record) -> list[Change]:
    return [
        shard(record, "members", event.area, event.on),
        facet(
            record, "membership", event.membership_id, area=event.area, times=record.envelope.streamversion
        ),
    ]


def _left(event: MembershipLeft, record: Record) -> list[Change]:
    return [
        shard(record, "members", event.area, event.on, -1),
        gone(record, "membership", event.membership_id),
    ]


HANDLERS: dict[type[Event], Any] = {MembershipRegistered: _registered, MembershipLeft: _left}


@dataclass(frozen=True)
class ProjectionOn(Projection):
    """A projection that reads a test's own topic, in a version of the test's own."""

    topic: str = TOPIC
    named: str = "v1"

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.topic,)

    @property
    def version(self) -> str:
        return self.named
