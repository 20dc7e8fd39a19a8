"""The lesson of a developed OTOP product: listed, selected, extracted, published, reported (F_part4b_kpi.md §7, seed 003 L6331-6353)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import Field

from contracts.areas import AreaCode
from contracts.codes import Code
from contracts.ids import StreamId, stream_id
from contracts.otop import (
    DevelopedProductListed,
    DevelopingAgency,
    DevelopmentProgramme,
    LessonMedium,
    LessonProductSelected,
    LessonTopic,
    ProductLessonExtracted,
    ProductLessonPublished,
    ProductLessonReported,
    PublicationWay,
    SelectionBody,
    SelectionGround,
    VideoMinutes,
)
from contracts.otop import LessonStage as At
from services.chassis.decider import FiscalYear, Key, Refused
from services.chassis.lifecycle import NEW, PROVINCE, Progress, Signed, lifecycle, step


def product_lesson_stream(province: str, fiscal_year: int, product_ref: str) -> str:
    """The province, the year and the product's number in its database are the natural key (derived)."""
    return stream_id("product-lesson", province[:2], fiscal_year, product_ref)


class ProductLessonKey(Key):
    """บทเรียนผลิตภัณฑ์ · Lesson of a product

    Known by the province, the fiscal year and the product's number in the province's database.
    """

    area: AreaCode
    """พื้นที่ของผลิตภัณฑ์ · area of the product"""
    fiscal_year: FiscalYear
    """ปีงบประมาณที่ถอดบทเรียน · fiscal year of the lesson"""
    product_ref: str = Field(pattern=r"^[0-9A-Za-z/-]{1,40}$")
    """ลำดับที่ในฐานข้อมูล · number in the database"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return product_lesson_stream(self.area, self.fiscal_year, self.product_ref)


class ListDevelopedProduct(ProductLessonKey, Signed):
    """บันทึกผลิตภัณฑ์ที่ผ่านการพัฒนา · List a developed product

    Enter a product that was developed into the province's database (step 2).
    """

    programme: DevelopmentProgramme
    """โครงการที่พัฒนา · programme"""
    agency: DevelopingAgency
    """หน่วยงานที่พัฒนา · agency that developed it"""
    developed_year: FiscalYear
    """ปี พ.ศ. ที่พัฒนา · B.E. year of development"""
    producer_id: StreamId | None = None
    """ผู้ผลิต (ถ้ามี) · producer, if known"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L6339: ตั้งแต่ปี พ.ศ. 2560 – 2564."""
        if self.developed_year not in DEVELOPED.get(self.fiscal_year, range(0)):
            yield NOT_OF_THESE_YEARS


class SelectForLesson(Signed):
    """คัดเลือกผลิตภัณฑ์เพื่อถอดบทเรียน · Choose a product for a lesson

    With those concerned (step 3).
    """

    grounds: tuple[SelectionGround, ...]
    """เหตุที่คัดเลือก · grounds"""
    bodies: tuple[SelectionBody, ...]
    """ผู้เกี่ยวข้องที่เข้าร่วมคัดเลือก · who took part"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L6339: ที่ประสบความสำเร็จ หรือ มีความโดดเด่น… ในการคัดเลือกต้องมีผู้ที่เกี่ยวข้องเข้าร่วม."""
        if not self.grounds:
            yield NO_GROUND
        if not self.bodies:
            yield NOBODY_CONCERNED


class ExtractLesson(Signed):
    """ถอดบทเรียนผลิตภัณฑ์ · Draw the lesson of a product (step 4)"""

    topics: tuple[LessonTopic, ...]
    """ประเด็นในบทเรียน · topics of the lesson"""
    media: tuple[LessonMedium, ...]
    """รูปแบบการนำเสนอ · forms of presentation"""
    video_minutes: VideoMinutes | None = None
    """ความยาวคลิป เป็นนาที (ถ้ามี) · minutes of the clip, if any"""
    document_ref: Code
    """เลขที่เอกสารบทเรียน · number of the lesson's document"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L6339: คลิป VDO ความยาวไม่น้อยกว่า 3 - 5 นาที… มีประเด็นในการถอดบทเรียนอย่างน้อย 7 ประเด็น."""
        if {*LessonTopic} - {*self.topics}:
            yield TOPICS_MISSING
        if not self.media:
            yield NO_MEDIUM
        if (LessonMedium.VIDEO in self.media) is (self.video_minutes is None):
            yield MINUTES_OF_A_CLIP
        if self.video_minutes is not None and self.video_minutes < SHORTEST_CLIP:
            yield CLIP_TOO_SHORT


class PublishLesson(Signed):
    """เผยแพร่บทเรียนผลิตภัณฑ์ · Publish the lesson of a product (step 5)"""

    ways: tuple[PublicationWay, ...]
    """สื่อที่เผยแพร่ · ways of publication"""
    channel: Code
    """รหัสช่องทางเผยแพร่ · code of the channel"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L6339: ผ่านสื่อรูปแบบออฟไลน์หรือออนไลน์."""
        if not self.ways:
            yield NO_WAY


class ReportLesson(Signed):
    """รายงานผลการถอดบทเรียน · Report the lesson to the department (step 6)"""

    report_ref: Code
    """เลขที่หนังสือรายงาน · number of the letter"""


DEVELOPED: Mapping[int, range] = {2565: range(2560, 2565)}
"""Fiscal year of the lesson → the B.E. years of development that it takes. What is printed is of 2565 (003 L6339)."""
SHORTEST_CLIP = 3
"""Minutes. Printed "ไม่น้อยกว่า 3 - 5 นาที" (003 L6339): the least may be 3 or 5; under 3 is too short in both readings."""

NOT_OF_THESE_YEARS = Refused(
    "not-developed-in-these-years", "ปีที่พัฒนาอยู่นอกช่วงที่ถอดบทเรียนของปีงบประมาณนี้",
    "The year of development is not among those whose lessons are drawn in this fiscal year.",
    kind="invalid", rule="DUTY-17-X1, 003 L6339", field="developed_year",
)  # fmt: skip
NO_GROUND = Refused(
    "no-ground", "ต้องระบุเหตุที่คัดเลือกอย่างน้อยหนึ่งข้อ", "Say at least one ground of the choice.",
    kind="invalid", rule="DUTY-17-X1, 003 L6339", field="grounds",
)  # fmt: skip
NOBODY_CONCERNED = Refused(
    "nobody-concerned-took-part", "ต้องมีผู้ที่เกี่ยวข้องเข้าร่วมคัดเลือก", "Those concerned must take part in the choice.",
    kind="invalid", rule="DUTY-17-X3, 003 L6339", field="bodies",
)  # fmt: skip
TOPICS_MISSING = Refused(
    "topics-missing", "บทเรียนต้องมีครบทั้ง 7 ประเด็น", "A lesson covers all seven topics.",
    kind="invalid", rule="DUTY-17-X2, 003 L6339", field="topics",
)  # fmt: skip
NO_MEDIUM = Refused(
    "no-medium", "ต้องระบุรูปแบบการนำเสนออย่างน้อยหนึ่งรูปแบบ", "Say at least one form of presentation.",
    kind="invalid", rule="003 L6339", field="media",
)  # fmt: skip
MINUTES_OF_A_CLIP = Refused(
    "minutes-belong-to-a-clip", "ต้องระบุความยาวคลิปเมื่อบทเรียนเป็นคลิปวิดีโอ และเฉพาะเมื่อเป็นคลิปวิดีโอ",
    "Minutes are needed for a video clip, and only for one.", kind="invalid", field="video_minutes",
)  # fmt: skip
CLIP_TOO_SHORT = Refused(
    "clip-too-short", "คลิปต้องยาวไม่น้อยกว่า 3 นาที", "A clip is at least 3 minutes long.",
    kind="invalid", rule="DUTY-17-X2, 003 L6339", field="video_minutes",
)  # fmt: skip
NO_WAY = Refused(
    "no-way-of-publication", "ต้องระบุสื่อที่เผยแพร่อย่างน้อยหนึ่งรูปแบบ", "Say at least one way of publication.",
    kind="invalid", rule="003 L6339", field="ways",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProductLesson(Progress):
    """A developed product and its lesson."""

    lesson_id: str = ""
    fiscal_year: int = 0
    programme: DevelopmentProgramme = DevelopmentProgramme.OTHER
    agency: DevelopingAgency = DevelopingAgency.OTHER
    developed_year: int = 0
    producer_id: str | None = None
    grounds: tuple[SelectionGround, ...] = ()
    bodies: tuple[SelectionBody, ...] = ()
    topics: tuple[LessonTopic, ...] = ()
    media: tuple[LessonMedium, ...] = ()
    video_minutes: int | None = None
    document_ref: str = ""
    ways: tuple[PublicationWay, ...] = ()
    channel: str = ""
    report_ref: str = ""


PRODUCT_LESSON = lifecycle(
    "product-lesson",
    called=("บทเรียนผลิตภัณฑ์", "lesson of a product"),
    initial=ProductLesson(),
    stages=At,
    steps=(
        step(ListDevelopedProduct, DevelopedProductListed, NEW, PROVINCE, source="003 L6339"),
        step(SelectForLesson, LessonProductSelected, At.LISTED, PROVINCE, source="003 L6339"),
        step(ExtractLesson, ProductLessonExtracted, At.SELECTED, PROVINCE, source="003 L6339"),
        step(PublishLesson, ProductLessonPublished, At.EXTRACTED, PROVINCE, again=True, source="003 L6339"),
        step(ReportLesson, ProductLessonReported, At.PUBLISHED, PROVINCE, again=True, source="003 L6339"),
    ),
    ends=(At.REPORTED,),
)  # fmt: skip
