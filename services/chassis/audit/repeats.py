"""Repeats: positions that stand in Kafka once more. The same id and hash is what "at least once" allows, another a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contracts.envelope import Envelope
from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.topic_reader import TopicReader
from services.chassis.consumer.reading import Damaged, damaged, read


@dataclass(frozen=True, slots=True)
class _Again:
    envelope: Envelope
    offset: int


class Repeats:
    """Kept until the log was read once; then its partitions are read once more, to see what stood there first."""

    def __init__(self, service: str, findings: Findings) -> None:
        self._service = service
        self._findings = findings
        self._kept: dict[int, dict[int, list[_Again]]] = {}
        self.count = 0

    def take(self, partition: int, offset: int, envelope: Envelope) -> None:
        """One more record whose position was there before."""
        self._kept.setdefault(partition, {}).setdefault(envelope.position, []).append(
            _Again(envelope, offset)
        )

    async def judge(self, open_reader: Callable[[frozenset[int]], TopicReader]) -> None:
        """Read the partitions once more and compare each repeat with the first record of its position."""
        if not self._kept:
            return
        async with open_reader(frozenset(self._kept)) as reader:
            for partition, wanted in self._kept.items():
                while wanted and (record := await reader.peek(partition)) is not None:
                    reader.take(partition)
                    self._compare(partition, record, wanted)
                for agains in wanted.values():
                    for again in agains:
                        self._add(Kind.RECORD_INSERTED, partition, again, "no record here", again.envelope.id)

    def _compare(self, partition: int, record: Any, wanted: dict[int, list[_Again]]) -> None:
        found = read(record)
        position = damaged(record, "").position if isinstance(found, Damaged) else found.position
        agains = wanted.get(position) if position is not None else None
        if not agains or record.offset >= agains[0].offset:
            return
        first = (found.id, found.hash) if isinstance(found, Envelope) else ("", "")
        for again in agains:
            if (
                (again.envelope.id, again.envelope.hash)
                == first
                == (first[0], again.envelope.computed_hash())
            ):
                self.count += 1
            else:
                self._add(
                    Kind.POSITION_TWICE,
                    partition,
                    again,
                    f"{first[0]} {first[1]}",
                    f"{again.envelope.id[:36]} {again.envelope.hash[:64]}",
                )
        del wanted[position]  # type: ignore[arg-type]  # there were repeats, so it is one

    def _add(self, kind: Kind, partition: int, again: _Again, expected: str, found: str) -> None:
        event = again.envelope
        place = (event.subject, event.streamversion, event.position, partition, again.offset)
        self._findings.add(Finding(kind, "kafka", self._service, expected, found[:128], *place))
