"""Lessons of a developed OTOP product: listed, selected, extracted, published, reported (F_part4b_kpi.md §7, seed 003 L6331-6353)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.codes import Code
from contracts.event import Event
from contracts.ids import StreamId
from contracts.members import FiscalYear
from contracts.stage import Stage


class DevelopmentProgramme(StrEnum):
    """What the product was developed in (seed 003 L6339, "for example")."""

    OTOP_PREMIUM = "otop-premium"
    """OTOP พรีเมียม · OTOP Premium"""
    KBO = "kbo"
    """เครือข่ายองค์ความรู้ KBO · KBO network"""
    ON_BOARD = "on-board"
    """OTOP ขึ้นเครื่อง · OTOP on board"""
    QUADRANT_D = "quadrant-d"
    """ผลิตภัณฑ์ QD · QD product"""
    BRAND_NAME = "brand-name"
    """OTOP แบรนด์เนม · OTOP brand name"""
    OTHER = "other"
    """โครงการอื่น · another programme"""


class DevelopingAgency(StrEnum):
    """Who developed it (seed 003 L6339)."""

    DEPARTMENT = "department"
    """กรมการพัฒนาชุมชน · Community Development Department"""
    PROVINCE = "province"
    """จังหวัด · province"""
    OTHER = "other"
    """หน่วยงานอื่น · another agency"""


class SelectionGround(StrEnum):
    """Why it can be a model (seed 003 L6339: one or the other)."""

    SUCCESSFUL = "successful"
    """ประสบความสำเร็จ · it succeeded"""
    OUTSTANDING = "outstanding"
    """มีความโดดเด่นในการดำเนินงาน · it is outstanding"""


class SelectionBody(StrEnum):
    """Who takes part in the selection (seed 003 L6339, "for example"). Bodies, never people."""

    SUB_COMMITTEE = "sub-committee"
    """นตผ.จังหวัด · provincial OTOP sub-committee"""
    OTOP_NETWORK = "otop-network"
    """เครือข่าย OTOP จังหวัด · provincial OTOP network"""
    KBO_NETWORK = "kbo-network"
    """เครือข่าย KBO · KBO network"""
    TRADER = "trader"
    """ผู้ค้า OTOP Trader · OTOP Trader"""
    OTHER = "other"
    """ผู้เกี่ยวข้องอื่น · others concerned"""


class LessonTopic(StrEnum):
    """The seven topics that a lesson has at least (seed 003 L6339)."""

    GENERAL = "4.1"
    """ข้อมูลทั่วไปของผลิตภัณฑ์ · general data"""
    SWOT = "4.2"
    """วิเคราะห์ SWOT ผลิตภัณฑ์ · SWOT analysis"""
    PROCESS = "4.3"
    """กระบวนการในการพัฒนาผลิตภัณฑ์ · process of development"""
    RESULTS = "4.4"
    """ผลผลิต/ผลลัพธ์ · outputs and outcomes"""
    SUCCESS_FACTORS = "4.5"
    """ปัจจัยความสำเร็จ · factors of success"""
    GOALS = "4.6"
    """เป้าหมายในอนาคต · future goals"""
    PROBLEMS = "4.7"
    """ปัญหา/อุปสรรค และข้อเสนอแนะ · problems and suggestions"""


class LessonMedium(StrEnum):
    """The form of a lesson (seed 003 L6339, "for example")."""

    VIDEO = "video"
    """คลิปวิดีโอ · video clip"""
    INFOGRAPHIC = "infographic"
    """อินโฟกราฟิก · infographic"""
    BOOKLET = "booklet"
    """รูปเล่มเอกสาร · booklet"""
    OTHER = "other"
    """รูปแบบอื่น · another form"""


class PublicationWay(StrEnum):
    """How a lesson reaches the public (seed 003 L6339)."""

    OFFLINE = "offline"
    """สื่อออฟไลน์ · offline"""
    ONLINE = "online"
    """สื่อออนไลน์ · online"""


VideoMinutes = Annotated[int, Field(ge=1, le=600, description="whole minutes of the clip")]


class LessonStage(Stage):
    """Where a product's lesson is (F_part4b_kpi.md §7)."""

    LISTED = "listed", "อยู่ในฐานข้อมูลแล้ว"
    SELECTED = "selected", "คัดเลือกแล้ว"
    EXTRACTED = "extracted", "ถอดบทเรียนแล้ว"
    PUBLISHED = "published", "เผยแพร่แล้ว"
    REPORTED = "reported", "รายงานกรมแล้ว"


class LessonEvent(Event):
    """What every event of a product's lesson says."""

    lesson_id: StreamId
    fiscal_year: FiscalYear = Field(description="in which the province draws lessons")
    was: LessonStage | None = Field(description="the stage before; null at the beginning")


class DevelopedProductListed(LessonEvent, service="otop", leads_to=LessonStage.LISTED):
    """The province entered a developed product into its database."""

    programme: DevelopmentProgramme
    agency: DevelopingAgency
    developed_year: FiscalYear = Field(description="the B.E. year in which it was developed")
    producer_id: StreamId | None = Field(description="its producer, where that is known (derived)")


class LessonProductSelected(LessonEvent, service="otop", leads_to=LessonStage.SELECTED):
    """It was chosen as a model, with those concerned."""

    grounds: tuple[SelectionGround, ...] = Field(description="those that hold, at least one")
    bodies: tuple[SelectionBody, ...] = Field(description="who took part, at least one")


class ProductLessonExtracted(LessonEvent, service="otop", leads_to=LessonStage.EXTRACTED):
    """Its lesson was drawn. The lesson itself is a document; here is where it lies and what it covers."""

    topics: tuple[LessonTopic, ...] = Field(description="that it covers: all seven")
    media: tuple[LessonMedium, ...] = Field(description="its forms, at least one")
    video_minutes: VideoMinutes | None = Field(description="of the clip; null where there is none")
    document_ref: Code = Field(description="the document's number (derived)")


class ProductLessonPublished(LessonEvent, service="otop", leads_to=LessonStage.PUBLISHED):
    """Its lesson was published: what the KPI counts."""

    ways: tuple[PublicationWay, ...] = Field(description="at least one")
    channel: Code = Field(description="code of the channel: the evidence")


class ProductLessonReported(LessonEvent, service="otop", leads_to=LessonStage.REPORTED):
    """The province told the department of it."""

    report_ref: Code = Field(description="the number of the province's letter (derived)")
