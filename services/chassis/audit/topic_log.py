"""The log in Kafka by itself: positions, partitions and every stream's chain, record by record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.envelope import Envelope
from services.chassis.audit.comparing import inserted
from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.positions import Positions
from services.chassis.audit.repeats import Repeats
from services.chassis.audit.stream_chains import StreamChains
from services.chassis.consumer.reading import Damaged, read
from services.chassis.relay.partition import partition_of


@dataclass(slots=True)
class _Standing:
    """Where a partition stands. `held` does not follow what is before it; what comes next tells who is wrong."""

    position: int = 0
    before: int = 0
    timestamp: int = 0
    held: tuple[Any, Envelope] | None = None


class TopicLog:
    """Checks the records of some partitions, each partition's in the order of its offsets."""

    def __init__(self, service: str, findings: Findings, repeats: Repeats) -> None:
        self._service = service
        self._findings = findings
        self._repeats = repeats
        self._standing: dict[int, _Standing] = {}
        self.chains = StreamChains()
        self.positions = Positions()
        self.records = 0

    def position(self, partition: int) -> int:
        """The last position of a partition, 0 before the first."""
        return self._standing.get(partition, _Standing()).position

    def check(self, record: Any) -> list[tuple[Any, Envelope]]:
        """The records, with their envelopes, that are new in the log with this one; whatever is wrong is a finding."""
        here = self._standing.setdefault(record.partition, _Standing())
        found = read(record)
        if isinstance(found, Damaged):
            return [*self.flush(record.partition), *self._damaged(here, record, found)]
        if here.held is not None:
            held, event = here.held
            if found.previousposition == here.position:
                here.held = None
                self._findings.add(inserted(self._service, held.partition, held.offset, event))
            else:
                return [*self.flush(record.partition), *self.check(record)]
        if found.previousposition == here.position < found.position:
            return self._follows(here, record, found)
        if found.position > here.position or _fork(here, found):
            here.held = (record, found)
        else:
            self._repeats.take(record.partition, record.offset, found)
        return []

    def flush(self, partition: int) -> list[tuple[Any, Envelope]]:
        """A record that was held back is in the log after all: records before it are missing."""
        here = self._standing.setdefault(partition, _Standing())
        if here.held is None:
            return []
        (record, found), here.held = here.held, None
        kind = Kind.POSITION_TWICE if _fork(here, found) else Kind.POSITION_GAP
        expected, text = f"previousposition {here.position}", f"previousposition {found.previousposition}"
        self._add(kind, record, found, expected, text)
        return self._follows(here, record, found)

    def _follows(self, here: _Standing, record: Any, found: Envelope) -> list[tuple[Any, Envelope]]:
        if self.positions.leaps(found.position):
            text = f"position {found.position}"
            self._add(Kind.POSITION_GAP, record, found, f"one soon after {self.positions.last}", text)
        elif not self.positions.add(found.position, record.timestamp):
            self._add(Kind.POSITION_TWICE, record, found, "a position of its own", str(found.position))
        home = partition_of(found.subject)
        if home != record.partition:
            self._add(Kind.PARTITION_WRONG, record, found, str(home), str(record.partition))
        for fault in self.chains.follow(found):
            self._add(fault.kind, record, found, fault.expected, fault.found)
        if record.timestamp < here.timestamp:
            self._add(
                Kind.TIME_BACKWARDS, record, found, f"{here.timestamp} ms or later", f"{record.timestamp} ms"
            )
        here.before, here.position, here.timestamp = here.position, found.position, record.timestamp
        self.records += 1
        return [(record, found)]

    def _damaged(self, here: _Standing, record: Any, found: Damaged) -> list[tuple[Any, Envelope]]:
        place = (found.position or 0, record.partition, record.offset)
        self._findings.add(
            Finding(Kind.RECORD_UNREADABLE, "kafka", self._service, "an event", found.reason, "", 0, *place)
        )
        if found.position and found.previousposition == here.position < found.position:
            if not self.positions.leaps(found.position):
                self.positions.add(found.position, record.timestamp)
            here.before, here.position = here.position, found.position
            if found.stream:
                self.chains.forget(found.stream, 0)
        return []

    def _add(self, kind: Kind, record: Any, found: Envelope, expected: str, text: str) -> None:
        place = (found.subject, found.streamversion, found.position, record.partition, record.offset)
        self._findings.add(Finding(kind, "kafka", self._service, expected, text, *place))


def _fork(here: _Standing, found: Envelope) -> bool:
    """Whether it follows the record before the last one, and is another than the last: two claim one place."""
    follows = found.previousposition == here.before < found.position
    return follows and 0 < here.position != found.position
