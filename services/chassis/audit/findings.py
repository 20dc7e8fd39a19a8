"""What an audit may find, each a typed row with its place and a sentence in Thai and English. No row quotes data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

ROWS = 1_000
"""Rows kept of one kind; all are counted."""


class Kind(StrEnum):
    """What is wrong. The values are stable: programs read them."""

    HASH_WRONG = "hash-wrong"
    CHAIN_BROKEN = "chain-broken"
    STREAM_GAP = "stream-gap"
    TIME_BACKWARDS = "time-backwards"
    ID_WRONG = "id-wrong"
    SEAL_BROKEN = "seal-broken"
    COMMIT_MISSING = "commit-missing"
    COMMIT_UNREADABLE = "commit-unreadable"
    COMMIT_IN_NO_ROUND = "commit-in-no-round"
    COMMIT_PENDING_AGAIN = "commit-pending-again"
    ROUND_GAP = "round-gap"
    ROUND_COUNT = "round-count"
    ROUND_BACKWARDS = "round-backwards"
    ROUND_LAST = "round-last"
    ROUND_UNREADABLE = "round-unreadable"
    RECORD_UNREADABLE = "record-unreadable"
    RECORD_CORRUPT = "record-corrupt"
    RECORD_INSERTED = "record-inserted"
    RECORD_MISSING = "record-missing"
    RECORD_DIFFERS = "record-differs"
    POSITION_GAP = "position-gap"
    POSITION_TWICE = "position-twice"
    PARTITION_WRONG = "partition-wrong"
    VECTOR_BEYOND_LOG = "vector-beyond-log"


SENTENCES: dict[Kind, tuple[str, str]] = {
    Kind.HASH_WRONG: (
        "ค่าแฮชไม่ตรงกับเนื้อหาของเหตุการณ์ เนื้อหาหรือค่าแฮชถูกแก้ไข",
        "The hash is not that of the event: its content or its hash was changed.",
    ),
    Kind.CHAIN_BROKEN: (
        "เหตุการณ์ไม่ต่อกับเหตุการณ์ก่อนหน้าในสายเดียวกัน",
        "The event is not chained to the one before it in its stream.",
    ),
    Kind.STREAM_GAP: (
        "ลำดับในสายข้อมูลขาดหรือซ้ำ",
        "The stream's versions or indexes have a gap, or repeat.",
    ),
    Kind.TIME_BACKWARDS: ("เวลาที่บันทึกย้อนหลัง", "The recorded time runs backwards."),
    Kind.ID_WRONG: (
        "รหัสเหตุการณ์ไม่ตรงกับที่คำนวณจากสาย ลำดับ และดัชนี",
        "The event id is not the one derived from stream, version and index.",
    ),
    Kind.SEAL_BROKEN: (
        "ส่วนที่ปิดผนึกไม่ตรงกับค่าย่อยที่บันทึกไว้",
        "The sealed part is not the one whose digest is under the hash.",
    ),
    Kind.COMMIT_MISSING: (
        "รายการที่อยู่ในรอบหายไปจาก MongoDB",
        "A commit that a round names is gone from MongoDB.",
    ),
    Kind.COMMIT_UNREADABLE: ("อ่านรายการใน MongoDB ไม่ได้", "A commit in MongoDB cannot be read."),
    Kind.COMMIT_IN_NO_ROUND: (
        "รายการไม่อยู่ในรอบใดและไม่ได้รอส่ง",
        "A commit is in no round and does not wait to be sent.",
    ),
    Kind.COMMIT_PENDING_AGAIN: (
        "รายการที่ส่งแล้วถูกตั้งเป็นรอส่งอีก",
        "A commit that was sent waits to be sent again.",
    ),
    Kind.ROUND_GAP: (
        "รอบไม่ต่อจากรอบก่อนหน้า",
        "A round does not follow the one before it.",
    ),
    Kind.ROUND_COUNT: (
        "จำนวนเหตุการณ์ในรอบไม่ตรงกับรายการของรอบ",
        "A round does not count the events of its commits.",
    ),
    Kind.ROUND_BACKWARDS: (
        "เวลาหรือยุคของรอบย้อนหลัง",
        "A round's time or epoch is before that of an earlier round.",
    ),
    Kind.ROUND_LAST: (
        "ตำแหน่งสุดท้ายของพาร์ติชันในรอบไม่ถูกต้อง",
        "A round does not name the last position of a partition.",
    ),
    Kind.ROUND_UNREADABLE: (
        "อ่านรอบใน MongoDB ไม่ได้ รอบหลังจากนั้นไม่ได้ตรวจ",
        "A round in MongoDB cannot be read; those after it were not looked at.",
    ),
    Kind.RECORD_UNREADABLE: (
        "ระเบียนใน Kafka ไม่ใช่เหตุการณ์ของระบบ",
        "A record in Kafka is not one of our events.",
    ),
    Kind.RECORD_CORRUPT: (
        "ไบต์ในแฟ้มของ Kafka เสียหาย (CRC ไม่ตรง)",
        "Bytes in Kafka's log are damaged (CRC).",
    ),
    Kind.RECORD_INSERTED: (
        "มีระเบียนใน Kafka ที่ MongoDB ไม่รู้จัก",
        "Kafka holds a record that MongoDB does not know.",
    ),
    Kind.RECORD_MISSING: (
        "เหตุการณ์ใน MongoDB ไม่อยู่ใน Kafka",
        "An event of MongoDB is not in Kafka.",
    ),
    Kind.RECORD_DIFFERS: (
        "ระเบียนใน Kafka ต่างจากเหตุการณ์ใน MongoDB",
        "A record in Kafka is not what MongoDB has at its position.",
    ),
    Kind.POSITION_GAP: ("ตำแหน่งขาดช่วง", "Positions are missing."),
    Kind.POSITION_TWICE: (
        "ตำแหน่งเดียวกันมีสองเหตุการณ์ที่ต่างกัน",
        "One position stands on two different events.",
    ),
    Kind.VECTOR_BEYOND_LOG: (
        "บันทึกไม่มีตำแหน่งที่รายงานอ้างถึง",
        "The log does not have the position that the vector names.",
    ),
    Kind.PARTITION_WRONG: (
        "ระเบียนอยู่ผิดพาร์ติชัน",
        "A record is not in the partition of its key.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one event, before anybody says where it stood."""

    kind: Kind
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One row. `where` is "mongo", "kafka" or "both" (they disagree); `version` is that of the stream; 0, -1 and ""
    mean that it has none."""

    kind: Kind
    where: str
    service: str
    expected: str = ""
    found: str = ""
    stream: str = ""
    version: int = 0
    position: int = 0
    partition: int = -1
    offset: int = -1

    @property
    def th(self) -> str:
        """The sentence in Thai."""
        return SENTENCES[self.kind][0]

    @property
    def en(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.kind][1]

    def row(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "kind": self.kind.value, "th": self.th, "en": self.en}


@dataclass(slots=True)
class Findings:
    """Rows, the first `ROWS` of each kind, and how many there were of each."""

    rows: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        """One more."""
        if self.counts[finding.kind.value] < ROWS:
            self.rows.append(finding)
        self.counts[finding.kind.value] += 1

    def merge(self, others: Iterable[Findings]) -> None:
        """Those of other shares too."""
        for other in others:
            self.rows += other.rows
            self.counts += other.counts

    def __len__(self) -> int:
        return self.counts.total()


def corrupted(findings: Findings, service: str, partition: int, offset: int) -> None:
    """A batch in Kafka's log is not what its CRC says."""
    texts = ("the CRC of the batch", "another, at this offset or soon after")
    findings.add(Finding(Kind.RECORD_CORRUPT, "kafka", service, *texts, partition=partition, offset=offset))
