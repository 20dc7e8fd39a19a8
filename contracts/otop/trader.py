"""Products that a province's OTOP Trader develops and sells (F_part4b_kpi.md §8, seed 003 L6355-6421)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.codes import Code
from contracts.event import Event
from contracts.ids import StreamId
from contracts.members import FiscalYear, Month
from contracts.stage import Stage


class Quadrant(StrEnum):
    """The groups of OTOP products. Only D is named in the handbook (seed 003 L6371)."""

    A = "A"
    """กลุ่ม A · group A"""
    B = "B"
    """กลุ่ม B · group B"""
    C = "C"
    """กลุ่ม C · group C"""
    D = "D"
    """กลุ่ม D ปรับตัวสู่การพัฒนา · group D, adapting to development"""


Stars = Annotated[
    int,
    Field(ge=1, le=5, description="of the OTOP Product Champion contest; 1 to 3 are named in the handbook"),
]


class DevelopmentItem(StrEnum):
    """What a trader does for a product (seed 003 L6373, "for example")."""

    STOCK_SYSTEM = "stock-system"
    """ระบบคลังสินค้า · stock system"""
    PRODUCT_CODE = "product-code"
    """รหัสสินค้า · product code"""
    PACKAGING = "packaging"
    """การพัฒนาบรรจุภัณฑ์ · packaging"""
    QUALITY = "quality"
    """การพัฒนาคุณภาพ · quality"""
    STANDARD = "standard"
    """การพัฒนามาตรฐาน · standard"""
    MARKET_ADVICE = "market-advice"
    """คำแนะนำความต้องการของตลาด · advice on what the market wants"""


class SaleChannel(StrEnum):
    """Where it is sold (seed 003 L6375)."""

    OWN_SHOP = "own-shop"
    """ร้านค้าของ OTOP Trader · the trader's own shop"""
    OTHER_PROVINCE = "other-province"
    """ร้านค้า OTOP Trader จังหวัดอื่น · shop of another province's trader"""
    FAIR = "fair"
    """งานแสดงสินค้า · fair"""
    DEPARTMENT_STORE = "department-store"
    """ห้างสรรพสินค้า · department store"""
    ONLINE = "online"
    """ช่องทางออนไลน์ · online"""
    NATIONAL_SHOP = "national-shop"
    """ร้านค้า OTOP Trader ประเทศไทย · the national trader's shop"""
    DISTRIBUTION_CENTRE = "distribution-centre"
    """ศูนย์กระจายสินค้า · distribution centre"""
    OTHER = "other"
    """ช่องทางอื่น · another channel"""


class TraderStage(Stage):
    """Where a trader's product is (F_part4b_kpi.md §8)."""

    PROPOSED = "proposed", "เสนอชื่อแล้ว"
    SELECTED = "selected", "ผ่านการคัดเลือกแล้ว"
    IN_DEVELOPMENT = "in-development", "อยู่ระหว่างพัฒนา"
    DEVELOPED = "developed", "พัฒนาแล้ว"
    ORDERED = "ordered", "สั่งซื้อหรือฝากขายแล้ว"
    ON_SALE = "on-sale", "วางจำหน่ายแล้ว"
    PROMOTED = "promoted", "ประชาสัมพันธ์แล้ว"


class TraderEvent(Event):
    """What every event of a trader's product says."""

    product_id: StreamId
    fiscal_year: FiscalYear = Field(description="of the trader's plan")
    was: TraderStage | None = Field(description="the stage before; null at the beginning")


class TraderProductProposed(TraderEvent, service="otop", leads_to=TraderStage.PROPOSED):
    """A product was found for the trader's plan (3.1)."""

    producer_id: StreamId
    registered_year: FiscalYear = Field(description="the B.E. year in which its producer was registered")
    quadrant: Quadrant | None
    stars: Stars | None


class TraderProductSelected(TraderEvent, service="otop", leads_to=TraderStage.SELECTED):
    """It was chosen (3.1)."""


class TraderProductTakenUp(TraderEvent, service="otop", leads_to=TraderStage.IN_DEVELOPMENT):
    """The trader develops it (3.2)."""

    items: tuple[DevelopmentItem, ...] = Field(description="what is to be done, at least one")


class TraderProductDeveloped(TraderEvent, service="otop", leads_to=TraderStage.DEVELOPED):
    """It is developed: add 1 for the KPI (seed 003 L6403)."""

    items: tuple[DevelopmentItem, ...] = Field(description="what was done, at least one")


class TraderOrderPlaced(TraderEvent, service="otop", leads_to=TraderStage.ORDERED):
    """The trader ordered it, to sell or for consignment (3.3)."""

    pieces: int = Field(ge=1)
    consigned: bool


class TraderProductOnSale(TraderEvent, service="otop", leads_to=TraderStage.ON_SALE):
    """It is on sale (3.3)."""

    channels: tuple[SaleChannel, ...] = Field(description="at least one")


class TraderProductPromoted(TraderEvent, service="otop", leads_to=TraderStage.PROMOTED):
    """Its sale was publicised (3.4)."""

    medium: Code


class TraderSalesBaselineRecorded(TraderEvent, service="otop"):
    """What it had sold for before; the base period is not printed, so it is told (seed 003 L6405)."""

    first_month: Month = Field(description="of the base period")
    last_month: Month = Field(description="of the base period, included")
    baseline_satang: int = Field(ge=0)
    was_baseline_satang: int | None = Field(description="null for the first")


class TraderSaleRecorded(TraderEvent, service="otop"):
    """What it sold for in a month in a channel; told again, it is a correction: add `amount_satang - was_amount_satang`."""

    month: Month
    channel: SaleChannel
    amount_satang: int = Field(ge=0)
    was_amount_satang: int = Field(
        description="what was told before of this month and channel; 0 for nothing"
    )
