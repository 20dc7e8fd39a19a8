"""How a log is tampered with in tests: a topic is made again with other records in it, a commit is changed by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from contracts.topics import PARTITIONS, Topic
from deploy.topics import differences, ensure
from services.chassis.audit import Report, Where, verify
from services.chassis.audit.verifying import Source
from tests.system.relay_stack import Site


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it stands in a partition."""

    partition: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp: int

    def said(self, name: str) -> str:
        """A header's text."""
        return dict(self.headers)[name].decode()

    def telling(self, **headers: str) -> Kept:
        """The same with other headers (`position="7"` is `ce_position`)."""
        new = {f"ce_{name}": text.encode() for name, text in headers.items()}
        return replace(self, headers=[(name, new.get(name, raw)) for name, raw in self.headers])


async def records_of(site: Site) -> list[Kept]:
    """All committed records, by partition and offset."""
    tps = [TopicPartition(site.topic, partition) for partition in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(
        **site.bootstrap.aiokafka(), isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign(tps)
        ends = await consumer.end_offsets(tps)
        found: list[Kept] = []
        while [tp for tp in tps if await consumer.position(tp) < ends[tp]]:
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found += [Kept(r.partition, r.key, r.value, list(r.headers), r.timestamp) for r in records]
        return sorted(found, key=lambda one: one.partition)
    finally:
        await consumer.stop()


async def emptied(site: Site) -> None:
    """The topic is deleted and created again."""
    admin = AIOKafkaAdminClient(**site.admin.aiokafka())
    await admin.start()
    try:
        await admin.delete_topics([site.topic])
        while site.topic in await admin.list_topics():
            await asyncio.sleep(0.05)
    finally:
        await admin.close()
    await ensure(site.admin, (Topic(site.service),))
    while await differences(site.admin, (Topic(site.service),)):  # until every broker knows of it
        await asyncio.sleep(0.05)


async def append(site: Site, records: Iterable[Kept]) -> None:
    """Records of anybody's, behind what is there."""
    async with AIOKafkaProducer(**site.admin.aiokafka(), linger_ms=5) as producer:
        sent = [
            await producer.send(
                site.topic,
                record.value,
                key=record.key,
                partition=record.partition,
                timestamp_ms=record.timestamp,
                headers=list(record.headers),
            )
            for record in records
        ]
        await asyncio.gather(*sent)


async def rewritten(site: Site, records: Iterable[Kept]) -> None:
    """A topic with these records instead of its own."""
    await emptied(site)
    await append(site, records)


async def verified(site: Site, source: Source = "both", jobs: int = 1) -> Report:
    """What `verify` says of a site."""
    where = Where(site.service, site.stack.settings.mongo, site.database.name, site.bootstrap)
    return await verify(where, source, jobs=jobs)
