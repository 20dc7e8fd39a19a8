"""One share of an audit: some partitions, looked at in one process; and what of it goes back to whoever asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from services.chassis.audit.commit_log import CommitLog
from services.chassis.audit.comparing import Comparing
from services.chassis.audit.findings import Findings, corrupted
from services.chassis.audit.frame import Frame
from services.chassis.audit.positions import Positions
from services.chassis.audit.processes import Tell
from services.chassis.audit.repeats import Repeats
from services.chassis.audit.report import Report
from services.chassis.audit.tail import Tail
from services.chassis.audit.topic_log import TopicLog
from services.chassis.audit.topic_reader import TopicReader
from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database


@dataclass(slots=True)
class Result:
    """What a share came to; `positions` where Kafka was looked at by itself."""

    report: Report
    positions: Positions = field(default_factory=Positions)


class Share:
    """Looks at some partitions of one service."""

    def __init__(
        self, frame: Frame, partitions: frozenset[int], database: Database, bootstrap: Bootstrap
    ) -> None:
        self._frame = frame
        self._partitions = partitions
        self._database = database
        self._bootstrap = bootstrap
        self._findings = Findings()
        self._repeats = Repeats(frame.service, self._findings)

    async def mongo(self, tell: Tell) -> Result:
        """MongoDB by itself."""
        log = self._log()
        async for told in log.walk(self._frame.horizon, self._frame.sent):
            tell(len(told.records))
        return await self._report(log, "mongo")

    async def both(self, tell: Tell) -> Result:
        """MongoDB, and Kafka beside it."""
        log = self._log()
        async with self._reader(self._partitions) as reader:
            comparing = Comparing(
                self._frame.service, reader, self._findings, self._repeats, log.missing, self._frame.sent
            )
            async for told in log.walk(self._frame.horizon, self._frame.sent):
                await comparing.meet(told)
                tell(len(told.records))
            for partition in self._partitions:
                await comparing.finish(partition)
        await self._repeats.judge(self._reader)
        result = await self._report(log, "both")
        report = result.report
        report.records, report.repeats = comparing.records, self._repeats.count
        report.under_way, report.only_in_kafka = comparing.under_way, comparing.only_in_kafka
        report.not_compared = comparing.not_compared
        return result

    async def kafka(self, tell: Tell) -> Result:
        """Kafka by itself."""
        log = TopicLog(self._frame.service, self._findings, self._repeats)
        async with self._reader(self._partitions) as reader:
            for partition in sorted(self._partitions):
                done = 0
                while await reader.peek(partition) is not None:
                    log.check(reader.take(partition))
                    done += 1
                    if done == 1_000:
                        tell(done)
                        done = 0
                log.flush(partition)
                tell(done)
        await self._repeats.judge(self._reader)
        report = Report(self._frame.service, "kafka", streams=len(log.chains), findings=self._findings)
        report.records = report.events = log.records
        report.repeats = self._repeats.count
        return Result(report, log.positions)

    def _log(self) -> CommitLog:
        return CommitLog(self._frame.service, self._database, self._partitions, self._findings)

    async def _report(self, log: CommitLog, source: str) -> Result:
        tail = Tail(self._frame.service, self._database, self._partitions, self._findings, log.chains)
        waiting = await tail.check()
        lead = log.seen.rounds if 0 in self._partitions else 0
        report = Report(self._frame.service, source, lead, log.seen.commits, waiting, log.seen.events)
        report.streams, report.findings = len(log.chains), self._findings
        return Result(report)

    def _reader(self, partitions: frozenset[int]) -> TopicReader:
        corrupt = partial(corrupted, self._findings, self._frame.service)
        ends = self._frame.ends or {}
        return TopicReader(self._bootstrap, self._frame.topic, {p: ends[p] for p in partitions}, corrupt)
