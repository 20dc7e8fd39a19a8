"""MongoDB's log beside Kafka's: each event at its position, byte for byte, and nothing in Kafka that MongoDB lacks."""

from __future__ import annotations

from typing import Any

from contracts.envelope import Envelope, Unwritable
from services.chassis.audit.commit_log import Key, Told
from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.repeats import Repeats
from services.chassis.audit.topic_reader import TopicReader
from services.chassis.consumer.reading import Damaged, damaged, read
from services.chassis.relay.rounds import Outgoing

LOOK_AHEAD = 64
"""So many records are looked through for the one that is expected, before it counts as missing."""


class Comparing:
    """Meets the records of one round after the other with what Kafka holds."""

    def __init__(
        self,
        service: str,
        reader: TopicReader,
        findings: Findings,
        repeats: Repeats,
        missing: set[Key],
        sent: int,
    ) -> None:
        self._service = service
        self._reader = reader
        self._findings = findings
        self._repeats = repeats
        self._missing = missing
        self._sent = sent
        self._reached: dict[int, int] = {}
        self._skipped: list[tuple[int, int]] = []
        self.records = 0
        self.under_way = 0
        """Events of the last round that are not in Kafka yet."""
        self.only_in_kafka = 0
        """Records of commits that are missing in MongoDB: Kafka still has them."""
        self.not_compared = 0

    async def meet(self, told: Told) -> None:
        """The records of a round, in order."""
        if not told.comparable:
            self._skipped.append((told.first, told.final))
        for record in told.records:
            await self._meet(record)

    async def finish(self, partition: int) -> None:
        """What Kafka still has of a partition behind all that MongoDB has."""
        while (record := await self._reader.peek(partition)) is not None:
            self._extra(partition, record)

    async def _meet(self, expected: Outgoing) -> None:
        partition = expected.partition
        while (record := await self._reader.peek(partition)) is not None:
            if _same(record, expected):
                break
            position = damaged(record, "").position
            if position is None or position >= expected.position:
                break
            self._extra(partition, record)
        depth = 1 if record is not None and _same(record, expected) else await self._depth(expected)
        if depth:
            for _ in range(depth - 1):
                self._extra(partition, await self._reader.peek(partition))
            self._reader.take(partition)
            self.records += 1
        else:
            await self._not_there(expected, record)
        self._reached[partition] = expected.position

    async def _depth(self, expected: Outgoing) -> int:
        """How far ahead the expected record stands; 0 if it is not near."""
        for depth in range(2, LOOK_AHEAD + 1):
            record = await self._reader.peek(expected.partition, depth)
            if record is None:
                break
            if _same(record, expected):
                return depth
        return 0

    async def _not_there(self, expected: Outgoing, instead: Any) -> None:
        if instead is not None and damaged(instead, "").position in (None, expected.position):
            self._reader.take(expected.partition)
            self._differs(expected, instead)
        elif instead is None and expected.position > self._sent:
            self.under_way += 1
        else:
            texts = dict(expected.headers)
            self._add(Kind.RECORD_MISSING, expected, texts["ce_hash"].decode(), "no record")

    def _extra(self, partition: int, record: Any) -> None:
        """A record that stands where none is expected."""
        self._reader.take(partition)
        found = read(record)
        if isinstance(found, Damaged):
            finding = Finding(
                Kind.RECORD_UNREADABLE,
                "kafka",
                self._service,
                "an event",
                found.reason,
                position=found.position or 0,
                partition=partition,
                offset=record.offset,
            )
            self._findings.add(finding)
        elif (found.subject, found.streamversion) in self._missing:
            self.only_in_kafka += 1
        elif any(first <= found.position <= final for first, final in self._skipped):
            self.not_compared += 1
        elif found.position <= self._reached.get(partition, 0):
            self._repeats.take(partition, record.offset, found)
        else:
            self._findings.add(inserted(self._service, partition, record.offset, found))

    def _differs(self, expected: Outgoing, record: Any) -> None:
        found = read(record)
        if isinstance(found, Damaged):
            self._add(Kind.RECORD_UNREADABLE, expected, "an event", found.reason, record.offset)
            return
        wanted, here = dict(expected.headers), dict(record.headers)
        parts = [name for name in (*wanted, *(here.keys() - wanted)) if wanted.get(name) != here.get(name)]
        same = {
            "value": record.value == expected.value,
            "key": record.key == expected.key,
            "timestamp": record.timestamp == expected.timestamp,
        }
        parts += [name for name, equal in same.items() if not equal]
        if not parts:  # the same headers in another order, or one of them twice
            parts = ["the order of headers"]
        own = "right" if _sound(found) else "wrong"
        text = f"other: {', '.join(parts)[:200]}; its own hash is {own}"
        self._add(Kind.RECORD_DIFFERS, expected, wanted["ce_hash"].decode(), text, record.offset)

    def _add(self, kind: Kind, at: Outgoing, expected: str, found: str, offset: int = -1) -> None:
        stream, version = at.key.decode("utf-8", "replace"), int(dict(at.headers)["ce_streamversion"])
        self._findings.add(
            Finding(
                kind,
                "both",
                self._service,
                expected,
                found,
                stream,
                version,
                at.position,
                at.partition,
                offset,
            )
        )


def inserted(service: str, partition: int, offset: int, found: Envelope) -> Finding:
    """A record that nobody of ours has sent."""
    place = (found.subject, found.streamversion, found.position, partition, offset)
    return Finding(Kind.RECORD_INSERTED, "kafka", service, "no record", found.hash[:64], *place)


def _same(record: Any, expected: Outgoing) -> bool:
    return bool(
        record.headers == tuple(expected.headers)
        and record.value == expected.value
        and record.key == expected.key
        and record.timestamp == expected.timestamp
    )


def _sound(found: Envelope) -> bool:
    try:
        return found.computed_hash() == found.hash
    except Unwritable:
        return False
