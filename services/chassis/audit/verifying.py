"""`verify`: is a service's log whole? Its partitions in shares, in as many processes as are wanted."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from contracts.topics import PARTITIONS
from services.chassis.audit.findings import Finding, Kind
from services.chassis.audit.frame import EVERY_PARTITION, Frame, horizon, sent_by_now
from services.chassis.audit.positions import merged
from services.chassis.audit.report import Report
from services.chassis.audit.share import Result, Share
from services.chassis.audit.topic_reader import CouldNotLook, settled_ends
from services.chassis.mongo import Database, connect, database

Source = Literal["mongo", "kafka", "both"]
TELL_SECONDS = 0.2
EVENTS_A_PROCESS = 50_000
"""Fewer are done before another process has started."""


@dataclass(frozen=True, slots=True)
class Where:
    """A service's log: its name, the connection strings, and the name of its database."""

    service: str
    mongo: str
    database: str
    bootstrap: str


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
        jobs = jobs or min(os.cpu_count() or 1, 4, of // EVENTS_A_PROCESS + 1)
        if jobs == 1:
            done = 0

            def count(more: int) -> None:
                nonlocal done
                done += more
                tell(done, of)

            return [await getattr(Share(frame, EVERY_PARTITION, kept, where.bootstrap), source)(count)]
        return await _in_processes(where, source, frame, min(jobs, PARTITIONS), lambda done: tell(done, of))
    finally:
        client.close()


async def _frame(where: Where, source: Source, kept: Database) -> Frame:
    """In this order: what was sent by now must be in Kafka; what Kafka has then is in rounds by the time that follows."""
    sent = await sent_by_now(kept) if source != "kafka" else 0
    frame = Frame(where.service)
    ends = None if source == "mongo" else await settled_ends(where.bootstrap, frame.topic, range(PARTITIONS))
    last = await horizon(kept) if source != "kafka" else 0
    return Frame(where.service, last, sent, ends)


async def _in_processes(
    where: Where, source: Source, frame: Frame, jobs: int, tell: Callable[[int], None]
) -> list[Result]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what takes longest to start is what is imported
    done = context.Array("Q", jobs)
    shares = [frozenset(range(job, PARTITIONS, jobs)) for job in range(jobs)]
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_given, initargs=(done,)) as pool:
        tasks = [
            loop.run_in_executor(pool, _alone, where, source, frame, share, job)
            for job, share in enumerate(shares)
        ]
        try:
            while True:
                _, rest = await asyncio.wait(tasks, timeout=TELL_SECONDS)
                tell(sum(done[:]))
                if not rest:
                    return [task.result() for task in tasks]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_DONE: Any = None


def _given(done: Any) -> None:
    global _DONE  # noqa: PLW0603 - a pool hands shared memory to its processes by an initializer only
    _DONE = done


def _alone(where: Where, source: Source, frame: Frame, partitions: frozenset[int], job: int) -> Result:
    """A share in a process of its own."""

    def tell(more: int) -> None:
        _DONE[job] += more

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
        positions, twice = merged(result.positions for result in results)
        for position in twice:
            report.findings.add(
                Finding(Kind.POSITION_TWICE, "kafka", service, "one partition", "two", position=position)
            )
        for first, last in positions.missing():
            if first > positions.settled:
                report.under_way += last - first + 1
                continue
            found = str(first) if first == last else f"{first} to {last}"
            report.findings.add(
                Finding(
                    Kind.POSITION_GAP, "kafka", service, "every position", f"without {found}", position=first
                )
            )
    return report
