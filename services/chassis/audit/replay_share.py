"""One share of a replay: some partitions of every topic, checked and applied to the scratch, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from services.chassis.audit.findings import Finding, Findings, Kind, corrupted
from services.chassis.audit.positions import Positions
from services.chassis.audit.processes import Tell
from services.chassis.audit.repeats import Repeats
from services.chassis.audit.topic_log import TopicLog
from services.chassis.audit.topic_reader import TopicReader
from services.chassis.audit.until import Until
from services.chassis.bootstrap import Bootstrap
from services.chassis.consumer.applying import Applying
from services.chassis.consumer.projecting import Projecting
from services.chassis.mongo import Database, connect, database
from services.chassis.projection import Projection

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where a replay writes, and what it reads: it changes nothing else."""

    mongo: str
    database: str
    bootstrap: Bootstrap
    ends: Mapping[str, Mapping[int, int]]
    """Topic → partition → the offset to read up to."""
    projections: tuple[Projection, ...]
    until: Until


@dataclass(slots=True)
class Replayed:
    """What became of one topic in one share."""

    topic: str
    positions: Positions
    reached: dict[int, int] = field(default_factory=dict)
    """Partition → the last position applied."""
    later: bool = False
    """Something was published after the moment, so that nothing more can come before it."""
    events: int = 0
    repeats: int = 0
    findings: Findings = field(default_factory=Findings)


def replay_alone(scratch: Scratch, partitions: frozenset[int], tell: Tell) -> list[Replayed]:
    """A share in a process of its own."""

    async def go() -> list[Replayed]:
        client = connect(scratch.mongo)
        try:
            return await replay_share(scratch, partitions, database(client, scratch.database), tell)
        finally:
            client.close()

    return asyncio.run(go())


async def replay_share(
    scratch: Scratch, partitions: frozenset[int], kept: Database, tell: Tell
) -> list[Replayed]:
    """Topic by topic. After the first finding nothing is applied any more, only checked: what it would show is no fact."""
    told = []
    for topic in sorted(scratch.ends):
        works = [Projecting(kept, one) for one in scratch.projections if topic in one.topics]
        applying = [Applying(kept, work, lambda _trouble: None) for work in works]
        try:
            told.append(await _Topic(scratch, topic, applying).go(partitions, tell))
        finally:
            for one in applying:
                await one.close()
    return told


class _Topic:
    def __init__(self, scratch: Scratch, topic: str, applying: Sequence[Applying]) -> None:
        self._scratch = scratch
        self._topic = topic
        self._service = topic.split(".")[1]
        self._applying = applying
        self._findings = Findings()
        self._repeats = Repeats(self._service, self._findings)
        self._log = TopicLog(self._service, self._findings, self._repeats)
        self._batch: list[Any] = []
        self._later = False

    async def go(self, partitions: frozenset[int], tell: Tell) -> Replayed:
        async with self._reader(partitions) as reader:
            for partition in sorted(partitions):
                await self._partition(reader, partition, tell)
        await self._apply(tell)
        await self._repeats.judge(self._reader)
        reached = {partition: self._log.position(partition) for partition in partitions}
        return Replayed(
            self._topic,
            self._log.positions,
            {partition: position for partition, position in reached.items() if position},
            self._later,
            self._log.records,
            self._repeats.count,
            self._findings,
        )

    async def _partition(self, reader: TopicReader, partition: int, tell: Tell) -> None:
        while (record := await reader.peek(partition)) is not None:
            if self._scratch.until.beyond(self._topic, record):
                after = await reader.peek(partition, 2)
                if after is None or self._scratch.until.beyond(self._topic, after):
                    self._later = True
                    break  # else it stands where it does not belong: the check says so
            self._batch += [raw for raw, _ in self._log.check(reader.take(partition))]
            if len(self._batch) >= BATCH:
                await self._apply(tell)
        self._batch += [raw for raw, _ in self._log.flush(partition)]
        wanted = self._scratch.until.wanted(self._topic, partition)
        here = self._log.position(partition)
        if wanted is not None and wanted != here:
            texts = (f"position {wanted}", f"position {here}")
            self._findings.add(
                Finding(Kind.VECTOR_BEYOND_LOG, "kafka", self._service, *texts, "", 0, wanted, partition)
            )

    async def _apply(self, tell: Tell) -> None:
        batch, self._batch = self._batch, []
        if batch and not len(self._findings):
            for applying in self._applying:
                await applying.apply(batch)
        tell(len(batch))

    def _reader(self, partitions: frozenset[int]) -> TopicReader:
        ends = self._scratch.ends[self._topic]
        corrupt = partial(corrupted, self._findings, self._service)
        return TopicReader(self._scratch.bootstrap, self._topic, {p: ends[p] for p in partitions}, corrupt)
