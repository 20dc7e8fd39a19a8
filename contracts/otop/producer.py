"""Producers of community products, from the application to the registration, its refusal or its end."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from contracts.event import Event
from contracts.ids import StreamId
from contracts.stage import Stage


class ProducerStage(Stage):
    """Where a producer's registration is. Whether a window for an appeal is open depends on the day: no stage of its own."""

    APPLIED = "applied", "ยื่นคำร้องแล้ว"
    RETURNED = "returned", "ถูกส่งคืนให้แก้ไข"
    CERTIFIED = "certified", "ได้รับการรับรองแล้ว"
    REFUSED = "refused", "ไม่ได้รับการรับรอง"
    APPEALED = "appealed", "อุทธรณ์แล้ว"
    DISMISSED = "dismissed", "ถูกยกอุทธรณ์"
    REVOKED = "revoked", "ถูกเพิกถอนแล้ว"


class ProducerCategory(StrEnum):
    """The three registration categories (F_part4b_kpi.md §6, L6285-6329)."""

    GROUP = "group"
    """กลุ่มผู้ผลิตชุมชน · community producer group"""
    SINGLE_OWNER = "single-owner"
    """ผู้ผลิตชุมชนที่เป็นเจ้าของรายเดียว · single-owner community producer"""
    SME = "sme"
    """ผู้ผลิตที่เป็นวิสาหกิจขนาดกลางและขนาดย่อม · SME producer"""


class ApplicationChannel(StrEnum):
    """Where the request came in (F_part4b_kpi.md §6.1 steps 3.1 and 3.2)."""

    OFFICE = "office"
    """ที่สำนักงาน · at the office"""
    ONLINE = "online"
    """ทางออนไลน์ · online"""


class DistrictOpinion(StrEnum):
    """What the district's committee told the province (F_part4b_kpi.md §6.1 steps 4.3 and 4.4)."""

    AGREED = "agreed"
    NOT_AGREED = "not-agreed"
    NONE = "none"
    """The step was skipped: a warning, no block."""


class ProducerEvent(Event):
    """What every event of a producer says: which one."""

    producer_id: StreamId
    category: ProducerCategory


class ProducerApplied(ProducerEvent, service="otop", leads_to=ProducerStage.APPLIED):
    """A producer asked to be registered. No name: a single owner's is a person's."""

    channel: ApplicationChannel
    fund_id: StreamId | None = Field(
        default=None, description="the fund of a producer group, where it has one"
    )
    recorder: str = Field(default="", description="opaque id of who recorded it; somebody else certifies")


class ApplicationReturned(ProducerEvent, service="otop", leads_to=ProducerStage.RETURNED):
    """The request is incomplete and went back to the producer (F_part4b_kpi.md §6.4, derived)."""

    reasons: tuple[str, ...] = Field(description="codes of what is missing or wrong")
    was: DistrictOpinion = Field(
        default=DistrictOpinion.NONE, description="the district's opinion before; it is void now"
    )


class ApplicationResubmitted(ProducerEvent, service="otop", leads_to=ProducerStage.APPLIED):
    """The returned request came again, completed."""


class DistrictAgreed(ProducerEvent, service="otop"):
    """The district's committee agreed (ให้ความเห็นชอบ, seed 003 L6303); `on` is the day of its meeting."""

    recorder: str = Field(description="opaque id of who recorded it; somebody else certifies")
    was: DistrictOpinion = Field(description="its opinion before")


class DistrictNotAgreed(ProducerEvent, service="otop"):
    """The district's committee did not agree (F_part4b_kpi.md §6.4, derived); the province decides all the same."""

    reasons: tuple[str, ...] = Field(description="codes of the reasons")
    recorder: str = Field(description="opaque id of who recorded it; somebody else certifies")
    was: DistrictOpinion = Field(description="its opinion before")


class ProducerCertified(ProducerEvent, service="otop", leads_to=ProducerStage.CERTIFIED):
    """The province certified the producer (seed 003 L6306): it is registered. `on` is the day of the decision."""

    registration_number: str
    announced_on: date = Field(description="when the province announced it (L6307)")
    district: DistrictOpinion = Field(description="the district's opinion then")
    on_appeal: bool = Field(default=False, description="true where the Governor upheld an appeal")
    fund_id: StreamId | None = Field(description="the fund that a producer group belongs to; null for none")


class RegistrationRefused(ProducerEvent, service="otop", leads_to=ProducerStage.REFUSED):
    """The province did not certify, with written reasons (seed 003 L6308)."""

    reasons: tuple[str, ...] = Field(description="codes of the reasons, at least one")
    letter: str = Field(description="number of the letter to the producer")
    notified_on: date = Field(
        description="when the producer was told: the 5 working days for an appeal run from here"
    )
    district: DistrictOpinion = Field(description="the district's opinion then")
    decider: str = Field(description="opaque id of who recorded the decision; another decides on an appeal")


class AppealFiled(ProducerEvent, service="otop", leads_to=ProducerStage.APPEALED):
    """The producer appealed to the Governor, in time (seed 003 L6308)."""

    notified_on: date
    last_day: date = Field(description="the last day for it, by the holidays known then")
    recorder: str = Field(description="opaque id of who recorded it; another records the decision")


class AppealUpheld(ProducerEvent, service="otop"):
    """The Governor upheld the appeal (outcome derived, F_part4b_kpi.md §6.4); a `ProducerCertified` follows it."""


class AppealDismissed(ProducerEvent, service="otop", leads_to=ProducerStage.DISMISSED):
    """The Governor dismissed the appeal (outcome derived, F_part4b_kpi.md §6.4): the refusal stands."""

    reasons: tuple[str, ...] = Field(description="codes of the reasons, at least one")


class RegistrationRevoked(ProducerEvent, service="otop", leads_to=ProducerStage.REVOKED):
    """The province revoked the registration (เพิกถอน) because the department's check says so (seed 003 L6311)."""

    registration_number: str
    order: str = Field(description="number of the department's order")
    reasons: tuple[str, ...] = Field(description="codes of the reasons, at least one")
    fund_id: StreamId | None = Field(description="the fund that a producer group belonged to; null for none")
