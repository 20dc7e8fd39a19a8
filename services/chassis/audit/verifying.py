"""`verify`: is a service's log whole? Its partitions in shares, in as many processes as are wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from contracts.topics import PARTITIONS
from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.frame import Frame, horizon, sent_by_now
from services.chassis.audit.positions import Positions, merged
from services.chassis.audit.processes import Tell, in_processes, shares
from services.chassis.audit.report import Report
from services.chassis.audit.share import Result, Share
from services.chassis.audit.topic_reader import CouldNotLook, settled_ends
from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database, connect, database

Source = Literal["mongo", "kafka", "both"]


@dataclass(frozen=True, slots=True)
class Where:
    """A service's log: its name, the connection strings, and the name of its database."""

    service: str
    mongo: str
    database: str
    bootstrap: Bootstrap


async def verify(
    where: Where,
    source: Source = "both",
    *,
    jobs: int = 0,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> Report:
    """Look at the whole log as it stood when we came. `tell(events done, events there are)` is called now and then.

    `jobs` processes share the partitions; 0: as many as pay, given the processors and the events.
    A service that goes on writing is no fault: commits that came since, and a round under way, are counted apart.
    Raises CouldNotLook where a side cannot be read.
    """
    begun = time.monotonic()
    try:
        results = await _looked(where, source, jobs, tell)
    except (PyMongoError, KafkaError, TimeoutError, OSError) as error:
        raise CouldNotLook(f"{where.service}: {type(error).__name__}: {str(error)[:300]}") from error
    report = _together(where.service, source, results)
    report.seconds = time.monotonic() - begun
    return report


async def _looked(where: Where, source: Source, jobs: int, tell: Callable[[int, int], None]) -> list[Result]:
    client = connect(where.mongo)
    try:
        kept = database(client, where.database)
        frame = await _frame(where, source, kept)
        of = frame.horizon or sum((frame.ends or {}).values())
        parts = shares(jobs, of)
        if len(parts) > 1:
            each = [(where, source, frame, part) for part in parts]
            return await in_processes(_alone, each, lambda done: tell(done, of))
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            tell(done, of)

        return [await getattr(Share(frame, parts[0], kept, where.bootstrap), source)(count)]
    finally:
        client.close()


async def _frame(where: Where, source: Source, kept: Database) -> Frame:
    """In this order: what was sent by now must be in Kafka; what Kafka has then is in rounds by the time that follows."""
    sent = await sent_by_now(kept) if source != "kafka" else 0
    frame = Frame(where.service)
    ends = None if source == "mongo" else await settled_ends(where.bootstrap, frame.topic, range(PARTITIONS))
    last = await horizon(kept) if source != "kafka" else 0
    return Frame(where.service, last, sent, ends)


def _alone(where: Where, source: Source, frame: Frame, partitions: frozenset[int], tell: Tell) -> Result:
    """A share in a process of its own."""

    async def look() -> Result:
        client = connect(where.mongo)
        try:
            share = Share(frame, partitions, database(client, where.database), where.bootstrap)
            result: Result = await getattr(share, source)(tell)
            return result
        finally:
            client.close()

    return asyncio.run(look())


def _together(service: str, source: Source, results: list[Result]) -> Report:
    report = Report(service, source)
    for result in results:
        for name in Report.__slots__:
            if isinstance(value := getattr(result.report, name), int):
                setattr(report, name, getattr(report, name) + value)
    report.findings.merge(result.report.findings for result in results)
    if source == "kafka":
        report.under_way = positions_judged(service, [one.positions for one in results], report.findings)
    return report


def positions_judged(service: str, parts: Sequence[Positions], findings: Findings) -> int:
    """Find the positions that no share has, or two have; returns how many may still be under way."""
    positions, twice = merged(parts)
    for position in twice:
        findings.add(
            Finding(Kind.POSITION_TWICE, "kafka", service, "one partition", "two", position=position)
        )
    under_way = 0
    for first, last in positions.missing():
        if first > positions.settled:
            under_way += last - first + 1
            continue
        found = "without " + (str(first) if first == last else f"{first} to {last}")
        findings.add(Finding(Kind.POSITION_GAP, "kafka", service, "every position", found, position=first))
    return under_way
