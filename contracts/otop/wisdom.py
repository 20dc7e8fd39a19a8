"""OTOP products of local wisdom: surveyed, screened, in the database, published (F_part4b_kpi.md §5, seed 003 L6257-6283)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import Field

from contracts.codes import Code
from contracts.event import Event
from contracts.ids import StreamId
from contracts.stage import Stage


class ProductCategory(StrEnum):
    """The five categories of OTOP products (seed 003 L6264)."""

    FOOD = "food"
    """อาหาร · food"""
    BEVERAGES = "beverages"
    """เครื่องดื่ม · beverages"""
    TEXTILES = "textiles"
    """ผ้าและเครื่องแต่งกาย · textiles and dress"""
    UTENSILS = "utensils"
    """ของใช้ ของตกแต่ง ของที่ระลึก · utensils, decorations, souvenirs"""
    HERBS = "herbs"
    """สมุนไพรที่ไม่ใช่อาหาร · herbs that are not food"""


class WisdomPoint(StrEnum):
    """What speaks for a product of local wisdom, "in brief" (seed 003 L6264); whether one or all must hold is not printed."""

    KNOWLEDGE = "2.1"
    """ภูมิปัญญาของคนในชุมชน · knowledge of the community's people

    It comes of knowledge of the community's people, crystallised by practice."""
    HANDED_DOWN = "2.2"
    """ภูมิปัญญาที่สืบทอดกันมา · handed down from generation to generation

    The wisdom is handed down from generation to generation, or fittingly adapted."""
    COMMUNITY = "2.3"
    """ผ่านเวทีประชาคมหมู่บ้านหรือคนในชุมชนร่วมสืบสาน · passed by the village's forum, or carried on by its people

    It passed a forum of the village, or people of the community carry the wisdom on together."""


class WisdomStage(Stage):
    """Where a product of local wisdom is (F_part4b_kpi.md §5)."""

    SURVEYED = "surveyed", "สำรวจแล้ว"
    SCREENED = "screened", "คัดเลือกแล้ว"
    LEFT_OUT = "left-out", "ไม่ได้รับคัดเลือก"
    RECORDED = "recorded", "บันทึกในฐานข้อมูลแล้ว"
    PUBLISHED = "published", "เผยแพร่แล้ว"


class WisdomEvent(Event):
    """What every event of a product of local wisdom says."""

    product_id: StreamId
    category: ProductCategory
    was: WisdomStage | None = Field(description="the stage before; null at the beginning")


class WisdomProductSurveyed(WisdomEvent, service="otop", leads_to=WisdomStage.SURVEYED):
    """A product was found that may be local wisdom. No name of who holds the wisdom: it is a person's."""

    producer_id: StreamId | None = Field(description="its producer, where that is known")


class WisdomProductScreened(WisdomEvent, service="otop", leads_to=WisdomStage.SCREENED):
    """It was held against the three points and chosen."""

    points: tuple[WisdomPoint, ...] = Field(description="those that hold, at least one")
    forum_on: date | None = Field(description="when the village's forum passed it; null where none did")


class WisdomProductLeftOut(WisdomEvent, service="otop", leads_to=WisdomStage.LEFT_OUT):
    """It was held against the three points and not chosen (derived)."""

    reasons: tuple[Code, ...] = Field(description="codes of the reasons, at least one")


class WisdomProductRecorded(WisdomEvent, service="otop", leads_to=WisdomStage.RECORDED):
    """The province entered it into the OTOP wisdom database."""

    database_ref: Code = Field(description="its number there")


class WisdomDatabaseUpdated(WisdomEvent, service="otop"):
    """The province corrected or completed its entry: it was true on `on`."""

    was_updated_on: date | None = Field(description="when that was last so; null for the first time")


class WisdomProductPublished(WisdomEvent, service="otop", leads_to=WisdomStage.PUBLISHED):
    """Its entry was published."""

    channel: Code
