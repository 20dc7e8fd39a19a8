"""A product of local wisdom: surveyed, screened, recorded by the province, kept current, published (F_part4b_kpi.md §5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import Field

from contracts.areas import AreaCode
from contracts.codes import Code
from contracts.ids import StreamId, stream_id
from contracts.otop import (
    ProductCategory,
    WisdomDatabaseUpdated,
    WisdomPoint,
    WisdomProductLeftOut,
    WisdomProductPublished,
    WisdomProductRecorded,
    WisdomProductScreened,
    WisdomProductSurveyed,
)
from contracts.otop import WisdomStage as At
from services.chassis.decider import Happened, Key, Refused
from services.chassis.lifecycle import DISTRICT, NEW, PROVINCE, Progress, Signed, lifecycle, step


def wisdom_product_stream(area: str, survey_ref: str) -> str:
    """The district that surveys and its number there are the natural key; a name is no key."""
    return stream_id("wisdom-product", area[:4], survey_ref)


class WisdomProductKey(Key):
    """ผลิตภัณฑ์ภูมิปัญญา · A product of local wisdom

    Known by the district that surveyed it and its number there.
    """

    area: AreaCode
    """พื้นที่ · area"""
    survey_ref: str = Field(pattern=r"^[0-9A-Za-z/-]{1,40}$")
    """เลขที่สำรวจ · number in the survey"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return wisdom_product_stream(self.area, self.survey_ref)


class SurveyProduct(WisdomProductKey, Signed):
    """สำรวจผลิตภัณฑ์ภูมิปัญญา · Survey a product of local wisdom

    Enter a product that may be local wisdom (003 L6264).
    """

    on: Happened
    """วันที่สำรวจ · surveyed on"""
    category: ProductCategory
    """ประเภทผลิตภัณฑ์ · category"""
    producer_id: StreamId | None = None
    """ผู้ผลิต (ถ้ามี) · producer, if known"""


class ScreenProduct(Signed):
    """คัดเลือกผลิตภัณฑ์ภูมิปัญญา · Choose a product of local wisdom

    By the points that hold.
    """

    points: tuple[WisdomPoint, ...]
    """แนวทางการคัดเลือกที่เข้าข่าย · points that hold"""
    forum_on: Happened | None = None
    """วันจัดเวทีประชาคมหมู่บ้าน (ถ้ามี) · day of the village's forum, if any"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L6264: โดยมีแนวทางการคัดเลือก… ดังนี้ 2.1 … 2.2 … 2.3 เป็นสินค้าหรือผลิตภัณฑ์ที่ผ่านการจัดประชุมเวทีประชาคมหมู่บ้าน."""
        if not self.points:
            yield NO_POINT
        if self.forum_on is not None and self.forum_on > self.on:
            yield FORUM_LATER


class LeaveOutProduct(Signed):
    """ไม่คัดเลือกผลิตภัณฑ์ภูมิปัญญา · Leave a product of local wisdom out"""

    reasons: tuple[Code, ...]
    """รหัสเหตุผล · codes of the reasons"""

    def mistakes(self) -> Iterator[Refused]:
        """Ours: nobody is left out without being told why."""
        if not self.reasons:
            yield REASONS_NEEDED


class RecordProduct(Signed):
    """บันทึกในฐานข้อมูลภูมิปัญญา · Enter it into the OTOP wisdom database"""

    database_ref: Code
    """เลขที่ในฐานข้อมูล · number in the database"""


class UpdateEntry(Signed):
    """ปรับปรุงฐานข้อมูลภูมิปัญญา · Update its entry in the database

    State that its entry was corrected or completed, and is true on that day.
    """


class PublishProduct(Signed):
    """เผยแพร่ผลิตภัณฑ์ภูมิปัญญา · Publish its entry"""

    channel: Code
    """รหัสช่องทางเผยแพร่ · code of the channel"""


NO_POINT = Refused(
    "no-point-holds", "ต้องเข้าแนวทางการคัดเลือกอย่างน้อยหนึ่งข้อ", "At least one of the three points must hold.",
    kind="invalid", rule="003 L6264", field="points",
)  # fmt: skip
FORUM_LATER = Refused(
    "forum-after-screening", "วันจัดเวทีประชาคมอยู่หลังวันคัดเลือก", "The forum is dated after the screening.",
    kind="invalid", field="forum_on",
)  # fmt: skip
REASONS_NEEDED = Refused(
    "reasons-needed", "ต้องระบุเหตุผลประกอบ", "Reasons are needed.", kind="invalid", field="reasons"
)


@dataclass(frozen=True, slots=True)
class WisdomProduct(Progress):
    """A product of local wisdom."""

    product_id: str = ""
    category: ProductCategory = ProductCategory.FOOD
    producer_id: str | None = None
    points: tuple[WisdomPoint, ...] = ()
    forum_on: date | None = None
    reasons: tuple[str, ...] = ()
    database_ref: str = ""
    updated_on: date | None = None
    channel: str = ""


def day(_: WisdomProduct, event: WisdomDatabaseUpdated) -> date:
    """ปรับปรุง… ให้เป็นปัจจุบัน: current as of the day."""
    return event.on


WISDOM_PRODUCT = lifecycle(
    "wisdom-product",
    called=("ผลิตภัณฑ์ภูมิปัญญา", "product of local wisdom"),
    initial=WisdomProduct(),
    stages=At,
    steps=(
        step(SurveyProduct, WisdomProductSurveyed, NEW, DISTRICT, source="003 L6264"),
        step(ScreenProduct, WisdomProductScreened, At.SURVEYED, DISTRICT, source="003 L6264"),
        step(LeaveOutProduct, WisdomProductLeftOut, At.SURVEYED, DISTRICT),
        step(RecordProduct, WisdomProductRecorded, At.SCREENED, PROVINCE, source="003 L6264"),
        step(
            UpdateEntry, WisdomDatabaseUpdated, (At.RECORDED, At.PUBLISHED), PROVINCE, again=True, source="003 L6264"
        ),
        step(PublishProduct, WisdomProductPublished, At.RECORDED, PROVINCE, again=True),
    ),
    ends=(At.LEFT_OUT, At.PUBLISHED),
    also={WisdomDatabaseUpdated: {"updated_on": day}},
)  # fmt: skip
