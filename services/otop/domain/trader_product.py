"""A product of a province's OTOP Trader: proposed, selected, developed, ordered, on sale, promoted; what it sells for
(F_part4b_kpi.md §8, seed 003 L6355-6421)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import Field

from contracts.areas import AreaCode
from contracts.codes import Code
from contracts.ids import StreamId, stream_id
from contracts.members import FiscalYear, Month
from contracts.otop import (
    DevelopmentItem,
    Quadrant,
    SaleChannel,
    Stars,
    TraderOrderPlaced,
    TraderProductDeveloped,
    TraderProductOnSale,
    TraderProductPromoted,
    TraderProductProposed,
    TraderProductSelected,
    TraderProductTakenUp,
    TraderSaleRecorded,
    TraderSalesBaselineRecorded,
)
from contracts.otop import TraderStage as At
from services.chassis.decider import Decision
from services.chassis.lifecycle import NEW, PROVINCE, Progress, Say, Signed, lifecycle, refuses, step


class ProposeProduct(Signed):
    """Enter a product that may go into the trader's plan of the fiscal year of `on` (3.1 แสวงหา รวบรวม)."""

    product_id: StreamId
    producer_id: StreamId
    area: AreaCode
    registered_year: FiscalYear
    quadrant: Quadrant | None = None
    stars: Stars | None = None


class SelectProduct(Signed):
    """Choose it (3.1 คัดเลือก)."""


class TakeUpProduct(Signed):
    """Begin to develop it (3.2)."""

    items: tuple[DevelopmentItem, ...]


class FinishDevelopment(Signed):
    """State that it is developed, and what was done (3.2)."""

    items: tuple[DevelopmentItem, ...]


class OrderProduct(Signed):
    """The trader orders it, to sell or for consignment (3.3)."""

    pieces: int = Field(ge=1, le=1_000_000)
    consigned: bool


class PutOnSale(Signed):
    """It is on sale in these channels (3.3)."""

    channels: tuple[SaleChannel, ...]


class PromoteProduct(Signed):
    """Its sale was publicised (3.4)."""

    medium: Code


class RecordBaseline(Signed):
    """What it had sold for before it was developed, in a base period."""

    first_month: Month
    last_month: Month
    baseline_satang: int = Field(ge=0)


class RecordSale(Signed):
    """What it sold for in a month in a channel; told again, the new figure counts."""

    month: Month
    channel: SaleChannel
    amount_satang: int = Field(ge=0)


Sales = Mapping[tuple[str, SaleChannel], int]
"""Month and channel → satang."""


@dataclass(frozen=True, slots=True)
class TraderProduct(Progress):
    """A trader's product in a fiscal year's plan."""

    product_id: str = ""
    producer_id: str = ""
    fiscal_year: int = 0
    registered_year: int = 0
    quadrant: Quadrant | None = None
    stars: int | None = None
    items: tuple[DevelopmentItem, ...] = ()
    channels: tuple[SaleChannel, ...] = ()
    first_month: str = ""
    last_month: str = ""
    baseline_satang: int | None = None
    sales: Sales = field(default_factory=dict)


def trader_product_stream(province: str, fiscal_year: int, product_ref: str) -> str:
    """The province's trader, the plan's year and its number there are the natural key; a name is no key."""
    return stream_id("trader-product", province[:2], fiscal_year, product_ref)


REGISTERED: Mapping[int, range] = {2565: range(2557, 2565)}
"""Fiscal year of the plan → the B.E. years of registration that it takes. What is printed is of 2565 (003 L6371)."""


class _Itemised(Protocol):
    @property
    def items(self) -> tuple[DevelopmentItem, ...]: ...


@refuses(
    "not-for-this-plan", "ผลิตภัณฑ์นี้ไม่เข้าเกณฑ์คัดเลือกของแผนปีนี้", "This product is not one that the plan of the year takes.",
    rule="003 L6371",
)  # fmt: skip
def not_eligible(_: SelectProduct, product: TraderProduct) -> bool:
    """003 L6371: ลงทะเบียนระหว่างปี 2557 - 2564 และเป็นผลิตภัณฑ์ประเภทปรับตัวสู่การพัฒนา (Quadrant D) หรือผลิตภัณฑ์ระดับ 1 - 3 ดาว."""
    weak = product.quadrant is Quadrant.D or product.stars in (1, 2, 3)
    return not (weak and product.registered_year in REGISTERED.get(product.fiscal_year, range(0)))


@refuses(
    "nothing-to-develop",
    "ต้องระบุสิ่งที่พัฒนาอย่างน้อยหนึ่งรายการ",
    "Say at least one thing that is developed.",
    kind="invalid",
)
def no_items(command: _Itemised, _: TraderProduct) -> bool:
    """003 L6373: เช่น ทำระบบคลังสินค้า รหัสสินค้า การพัฒนาบรรจุภัณฑ์…"""
    return not command.items


@refuses(
    "no-channel", "ต้องระบุช่องทางจำหน่ายอย่างน้อยหนึ่งช่องทาง", "Say at least one channel of sale.", kind="invalid"
)
def no_channels(command: PutOnSale, _: TraderProduct) -> bool:
    """003 L6375: วางจำหน่ายในช่องทางต่าง ๆ."""
    return not command.channels


@refuses(
    "period-ends-before-it-starts",
    "เดือนสุดท้ายอยู่ก่อนเดือนแรก",
    "The last month is before the first.",
    kind="invalid",
)
def ends_first(command: RecordBaseline, _: TraderProduct) -> bool:
    """Ours."""
    return command.last_month < command.first_month


@refuses("month-to-come", "เดือนนี้ยังไม่สิ้นสุด", "This month has not come on that day.", kind="invalid")
def month_to_come(command: RecordSale, _: TraderProduct) -> bool:
    """Ours."""
    return command.month > command.on.isoformat()[:7]


def sell(command: RecordSale, product: TraderProduct, say: Say) -> Decision:
    """With what was told before of this month and channel."""
    before = product.sales.get((command.month, command.channel), 0)
    return [say(TraderSaleRecorded, was_amount_satang=before)]


def sold(product: TraderProduct, event: TraderSaleRecorded) -> Sales:
    """The newest figure of a month and channel counts."""
    return {**product.sales, (event.month, event.channel): event.amount_satang}


SELLING = (At.ORDERED, At.ON_SALE, At.PROMOTED)

TRADER_PRODUCT = lifecycle(
    "trader-product",
    called=("ผลิตภัณฑ์ OTOP Trader รายการ", "product of an OTOP Trader"),
    initial=TraderProduct(),
    stages=At,
    steps=(
        step(ProposeProduct, TraderProductProposed, NEW, PROVINCE, source="003 L6371"),
        step(SelectProduct, TraderProductSelected, At.PROPOSED, PROVINCE, unless=(not_eligible,), source="003 L6371"),
        step(TakeUpProduct, TraderProductTakenUp, At.SELECTED, PROVINCE, unless=(no_items,), source="003 L6373"),
        step(FinishDevelopment, TraderProductDeveloped, (At.SELECTED, At.IN_DEVELOPMENT), PROVINCE, unless=(no_items,)),
        step(OrderProduct, TraderOrderPlaced, At.DEVELOPED, PROVINCE, source="003 L6375"),
        step(
            PutOnSale, TraderProductOnSale, (At.DEVELOPED, At.ORDERED), PROVINCE, unless=(no_channels,), again=True,
            source="003 L6375",
        ),
        step(PromoteProduct, TraderProductPromoted, (At.ORDERED, At.ON_SALE), PROVINCE, again=True, source="003 L6381"),
        step(RecordBaseline, TraderSalesBaselineRecorded, (*At,), PROVINCE, unless=(ends_first,), again=True),
        step(
            RecordSale, TraderSaleRecorded, SELLING, PROVINCE, unless=(month_to_come,),
            tell=sell, again=True, source="003 L6405",
        ),
    ),
    ends=(At.PROMOTED,),
    also={TraderSaleRecorded: {"sales": sold}},
)  # fmt: skip
