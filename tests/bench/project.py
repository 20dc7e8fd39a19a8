"""Events from Kafka into counters by village, with checkpoints, beside a bare loop that decodes them and quixstreams."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from time import monotonic

from contracts.topics import PARTITIONS, Topic
from services.chassis.mongo import Client
from services.chassis.relay.partition import partition_of
from services.chassis.relay.rounds import BEFORE_THE_FIRST, Outgoing, next_round, outgoing
from services.chassis.relay.sender import Sender
from services.chassis.settings import ADMIN
from tests.bench.figure import Figure, interleaved, ratio
from tests.bench.material import RECORDED, memberships
from tests.bench.site import Site, said

WARM_UP = 2_000
"""Events that go through before the clock starts."""
PATIENCE = 180.0


async def measure(site: Site) -> list[Figure]:
    """Three ratios and the speeds that they are made of."""
    documents = [commit.document for commit in memberships(site.scale.projected + WARM_UP)]
    whole = next_round(BEFORE_THE_FIRST, documents, now=RECORDED, epoch=1)
    async with site.client() as client:
        speeds = _Speeds(site, client, list(outgoing(BEFORE_THE_FIRST, whole, documents)))
        await speeds.fill()
        found = await interleaved(
            site.scale.repetitions,
            {
                "ours": speeds.ours,
                "bare": speeds.bare,
                "two": speeds.two,
                "quix": speeds.quix,
                "keyed": speeds.keyed,
            },
            warm_up=False,  # each is a process of its own and warms up by itself
        )
    ours, bare, two, quix, keyed = (found[name] for name in ("ours", "bare", "two", "quix", "keyed"))
    return [
        ratio("project_vs_bare_decode", ours, bare, goal="≥ 0.6", note="over getmany and pydantic alone"),
        ratio(
            "project_vs_quixstreams",
            ours,
            quix,
            goal="≥ 2.5",
            note="exactly-once, from the same topic (group_by village)",
        ),
        ratio(
            "project_vs_quixstreams_keyed",
            ours,
            keyed,
            note="its best case: a topic that is keyed by village for it",
        ),
        ratio("project_scaling_2", two, ours, goal="≥ 1.5", note="two processes over one, 6 partitions each"),
        Figure(
            "project_events_per_s", tuple(ours), "/s", note=f"{site.scale.projected:,} events, 405 villages"
        ),
        Figure("project_two_events_per_s", tuple(two), "/s", note="two processes"),
        Figure("bare_decode_per_s", tuple(bare), "/s", note="aiokafka getmany, the data as its class"),
        Figure("quixstreams_events_per_s", tuple(quix), "/s", note="through its own topic by village"),
        Figure("quixstreams_keyed_events_per_s", tuple(keyed), "/s", note="without a topic in between"),
    ]


@dataclass
class _Speeds:
    site: Site
    client: Client
    records: Sequence[Outgoing]
    read: Topic | None = None
    """Filled once, for the bare loop."""
    by_village: Topic | None = None
    """The same events keyed by village, which saves quixstreams its `group_by`."""
    made: list[str] = field(default_factory=list)

    async def fill(self) -> None:
        """The topics that are only read."""
        self.read, self.by_village = await self.site.topic(), await self.site.topic()
        await send(self.site, self.read, self.records)
        await send(
            self.site, self.by_village, map(_by_village, self.records[: WARM_UP + self.site.scale.peer + 1])
        )

    async def ours(self) -> float:
        """The product's consumer, one process."""
        return await self._consumed(1)

    async def two(self) -> float:
        """Two of them, which share the partitions."""
        return await self._consumed(2)

    async def bare(self) -> float:
        """A loop over `getmany` that makes the event of each record."""
        assert self.read is not None
        return await self._peer("tests.bench.project_bare", self.read, WARM_UP, len(self.records) - WARM_UP)

    async def quix(self) -> float:
        """quixstreams with exactly-once, its checkpoints as far apart as our batches, on the topic that ours reads."""
        assert self.read is not None
        # Past its first checkpoint of 10,000 there is always something in both topics.
        skipped = min(WARM_UP, self.site.scale.peer // 3)
        return await self._peer(
            "tests.bench.project_quix", self.read, skipped, self.site.scale.peer, "grouped"
        )

    async def keyed(self) -> float:
        """The same without the `group_by`: somebody has keyed the events by village."""
        assert self.by_village is not None
        return await self._peer("tests.bench.project_quix", self.by_village, WARM_UP, self.site.scale.peer)

    async def _consumed(self, processes: int) -> float:
        """Consumers wait at an empty topic; then one transaction shows them everything at once."""
        topic = await self.site.topic()
        async with self.site.fresh(self.client) as database, AsyncExitStack() as running:
            children = [
                await running.enter_async_context(
                    self.site.child("tests.bench.project_child", topic.name, database.name)
                )
                for _ in range(processes)
            ]
            for child in children:
                while int(await said(child)) != PARTITIONS // processes:
                    continue
            counted = 0
            moved = asyncio.Queue[tuple[float, int]]()
            listening = [asyncio.create_task(_listen(child, moved)) for child in children]
            try:
                await send(self.site, topic, self.records[:WARM_UP])
                while counted < WARM_UP:
                    counted += (await asyncio.wait_for(moved.get(), PATIENCE))[1]
                await send(self.site, topic, self.records[WARM_UP:])
                begun = last = monotonic()
                while counted < len(self.records):
                    at, n = await asyncio.wait_for(moved.get(), PATIENCE)
                    counted, last = counted + n, max(last, at)
            finally:
                for task in listening:
                    task.cancel()
            return (len(self.records) - WARM_UP) / (last - begun)

    async def _peer(self, module: str, topic: Topic, skipped: int, counted: int, *more: str) -> float:
        async with self.site.child(module, topic.name, str(skipped), str(counted), *more) as child:
            return counted / float(await said(child, PATIENCE))


async def send(site: Site, topic: Topic, records: Iterable[Outgoing]) -> None:
    """One transaction, as the relay sends it: nobody sees any of it before all."""
    sender = Sender(site.stack.settings.bus(ADMIN), topic)
    await sender.start()
    try:
        batches = sender.batches()
        for record in records:
            batches.add(record)
        await sender.send(batches)
    finally:
        await sender.close()


def _by_village(record: Outgoing) -> Outgoing:
    area = dict(record.headers)["ce_area"]
    return record._replace(key=area, partition=partition_of(area.decode()))


async def _listen(child: asyncio.subprocess.Process, moved: asyncio.Queue[tuple[float, int]]) -> None:
    """What a child says after each of its commits: when, and of how many events."""
    while True:
        at, n = (await said(child, PATIENCE)).split()
        moved.put_nowait((float(at), int(n)))
