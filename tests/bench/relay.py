"""The relay from a backlog of one-event commits, beside a bare transactional aiokafka producer that sends the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from aiokafka import AIOKafkaProducer

from services.chassis.commit_store import MongoCommitStore
from services.chassis.garbage import collect_less_often
from services.chassis.mongo import Client
from services.chassis.relay import Relay
from services.chassis.relay.rounds import BEFORE_THE_FIRST, COMMITS, Outgoing, next_round, outgoing
from services.chassis.settings import ADMIN
from tests.bench.figure import Figure, interleaved, ratio
from tests.bench.material import RECORDED, Ready, groups, memberships
from tests.bench.site import Site

LOOK = 0.002
"""Seconds between two looks at where the relay is."""


async def measure(site: Site) -> list[Figure]:
    """Events per second from commits to a topic, and the ratio to a producer that has its records ready."""
    async with site.client() as client:
        speeds = _Speeds(site, client, memberships(site.scale.backlog))
        collect_less_often()  # as `chumchon serve` does; the peer gains by it too, and is in the same process
        found = await interleaved(site.scale.repetitions, {"relay": speeds.relay, "bare": speeds.bare})
    note = f"from a backlog of {site.scale.backlog:,} commits of one event"
    return [
        Figure("relay_events_per_s", tuple(found["relay"]), "/s", "≥ 15,000", note),
        ratio(
            "relay_vs_bare_send",
            found["relay"],
            found["bare"],
            note="over aiokafka send() of the same records",
        ),
    ]


@dataclass
class _Speeds:
    site: Site
    client: Client
    backlog: Sequence[Ready]

    async def relay(self) -> float:
        """From the moment at which it leads to the moment at which the last commit is settled."""
        topic = await self.site.topic()
        async with self.site.fresh(self.client) as database:
            store = MongoCommitStore(database)
            await store.prepare()
            for group in groups([commit.raw for commit in self.backlog]):
                await store.append(group)
            relay = Relay(topic.service, database, self.site.stack.settings.bus(ADMIN))
            stop = asyncio.Event()
            running = asyncio.create_task(relay.run(stop))
            try:
                while relay.state().role != "leader":
                    await _look(running)
                begun = perf_counter()
                while relay.state().position < len(self.backlog):
                    await _look(running)
                return len(self.backlog) / (perf_counter() - begun)
            finally:
                stop.set()
                await running

    async def bare(self) -> float:
        """The same records, made before the clock starts, in transactions of as many as a round has."""
        topic = await self.site.topic()
        documents = [commit.document for commit in self.backlog]
        found = next_round(BEFORE_THE_FIRST, documents, now=RECORDED, epoch=1)
        records = list(outgoing(BEFORE_THE_FIRST, found, documents))
        producer = AIOKafkaProducer(
            **self.site.stack.settings.bus(ADMIN).aiokafka(),
            transactional_id=topic.service,
            enable_idempotence=True,
            max_batch_size=1024 * 1024,
            max_request_size=2 * 1024 * 1024,
        )
        await producer.start()
        try:
            begun = perf_counter()
            for at in range(0, len(records), COMMITS):
                async with producer.transaction():
                    await _send(producer, topic.name, records[at : at + COMMITS])
            return len(records) / (perf_counter() - begun)
        finally:
            await producer.stop()


async def _send(producer: AIOKafkaProducer, topic: str, records: Sequence[Outgoing]) -> None:
    sent = [
        await producer.send(
            topic,
            record.value,
            key=record.key,
            partition=record.partition,
            timestamp_ms=record.timestamp,
            headers=record.headers,
        )
        for record in records
    ]
    await asyncio.gather(*sent)


async def _look(running: asyncio.Task[None]) -> None:
    if running.done():
        running.result()
    await asyncio.sleep(LOOK)
