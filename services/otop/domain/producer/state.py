"""What is known of a producer, how its stream is named, and the refusals that several of its steps share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, TypedDict

from pydantic import Field, StringConstraints

from contracts.areas import AreaCode
from contracts.ids import id_pattern, stream_id
from contracts.otop import DistrictOpinion, ProducerCategory
from services.chassis.decider import Actor, Code, Key, Refused


class Stage(StrEnum):
    """Where a producer's registration is. Whether a window for an appeal is open depends on the day: no stage of its own."""

    NONE = "none"
    APPLIED = "applied"
    RETURNED = "returned"
    CERTIFIED = "certified"
    REFUSED = "refused"
    APPEALED = "appealed"
    DISMISSED = "dismissed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Producer:
    """A producer and its one application."""

    producer_id: str = ""
    area: str = ""
    category: ProducerCategory = ProducerCategory.GROUP
    fund_id: str | None = None
    stage: Stage = Stage.NONE
    since: date = date.min
    """The date of the last step; nothing later may be dated before it."""
    district: DistrictOpinion = DistrictOpinion.NONE
    makers: frozenset[str] = frozenset()
    """Who recorded what the next decision rests on: none of them may record it."""
    registration_number: str = ""
    announced_on: date | None = None
    reasons: tuple[str, ...] = ()
    """Of the last return, refusal, dismissal or revocation."""
    notified_on: date | None = None

    def said(self, on: date) -> Said:
        """What every event of the producer says."""
        return Said(area=self.area, on=on, producer_id=self.producer_id, category=self.category)


class Said(TypedDict):
    """Which producer, where, and when."""

    area: str
    on: date
    producer_id: str
    category: ProducerCategory


def producer_stream(area: str, registration_ref: str) -> str:
    """The district that takes the request and its number there are the natural key; a name is no key."""
    return stream_id("producer", area[:4], registration_ref)


ProducerId = Annotated[str, StringConstraints(pattern=id_pattern("producer"))]
Reasons = Annotated[tuple[Code, ...], Field(max_length=20)]
"""As codes: a sentence about a producer may be about a person."""


class ProducerKey(Key):
    """ผู้ผลิต OTOP · An OTOP producer

    Known by the district that took the request, and the office's running number of the paper or online form.
    """

    area: AreaCode
    """ที่ตั้งของผู้ผลิต (ตำบลหรือหมู่บ้าน) · where the producer is (tambon or village)"""
    registration_ref: str = Field(pattern=r"^[0-9A-Za-z/-]{1,40}$")
    """เลขที่คำร้อง · number of the request"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return producer_stream(self.area, self.registration_ref)


NOT_FOUND = Refused("producer-not-found", "ไม่พบผู้ผลิตรายนี้", "There is no such producer.", kind="missing")
TOO_EARLY = Refused(
    "before-previous-step",
    "วันที่นี้อยู่ก่อนขั้นตอนก่อนหน้า",
    "This date is before the step that comes first.",
    kind="invalid",
    field="on",
)
NEEDS_THE_PROVINCE = Refused(
    "needs-the-province",
    "ขั้นตอนนี้เป็นอำนาจของจังหวัด",
    "This step is the province's.",
    kind="forbidden",
    rule="003 L6305-6311",
)
SECOND_PERSON = Refused(
    "needs-a-second-person",
    "ผู้บันทึกผลต้องไม่ใช่ผู้บันทึกเรื่องที่พิจารณา",
    "Who recorded what is decided on cannot record the decision.",
    kind="forbidden",
    rule="ARCHITECTURE §9",
)
REASONS_NEEDED = Refused(
    "reasons-needed",
    "ต้องระบุเหตุผลประกอบ",
    "Written reasons are needed.",
    kind="invalid",
    rule="003 L6308",
    field="reasons",
)


def not_for(by: Actor, producer: Producer) -> Refused | None:
    """Why this actor may not record a decision of the province on what others recorded; None if it may."""
    if not by.reaches(producer.area[:2]):
        return NEEDS_THE_PROVINCE
    return SECOND_PERSON if by.id in producer.makers else None
