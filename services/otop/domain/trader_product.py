"""A product of a province's OTOP Trader: proposed, selected, developed, ordered, on sale, promoted; what it sells for
(F_part4b_kpi.md §8, seed 003 L6355-6421)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import Field

from contracts.areas import AreaCode
from contracts.codes import Code
from contracts.ids import StreamId, stream_id
from contracts.members import Month
from contracts.money import Satang
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
from services.chassis.decider import Decision, FiscalYear, Key, Refused
from services.chassis.lifecycle import NEW, PROVINCE, Progress, Say, Signed, lifecycle, refuses, step


def trader_product_stream(province: str, fiscal_year: int, product_ref: str) -> str:
    """The province's trader, the plan's year and its number there are the natural key; a name is no key."""
    return stream_id("trader-product", province[:2], fiscal_year, product_ref)


class TraderProductKey(Key):
    """ผลิตภัณฑ์ของ OTOP Trader · A product of an OTOP Trader

    Known by the province's trader, the plan's fiscal year and its number there.
    """

    area: AreaCode
    """พื้นที่ของผลิตภัณฑ์ · area of the product"""
    fiscal_year: FiscalYear
    """แผนปีงบประมาณ · fiscal year of the plan"""
    product_ref: str = Field(pattern=r"^[0-9A-Za-z/-]{1,40}$")
    """ลำดับที่ในแผน · number in the plan"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return trader_product_stream(self.area, self.fiscal_year, self.product_ref)


class ProposeProduct(TraderProductKey, Signed):
    """เสนอผลิตภัณฑ์เข้าแผน · Propose a product

    Enter a product that may go into the trader's plan (3.1 แสวงหา รวบรวม).
    """

    producer_id: StreamId
    """ผู้ผลิต · producer"""
    registered_year: FiscalYear
    """ปี พ.ศ. ที่ลงทะเบียน · B.E. year of registration"""
    quadrant: Quadrant | None = None
    """กลุ่ม Quadrant (ถ้ามี) · quadrant, if known"""
    stars: Stars | None = None
    """ระดับดาว (ถ้ามี) · stars, if any"""


class SelectProduct(Signed):
    """คัดเลือกผลิตภัณฑ์ · Choose a product (3.1)"""


class Itemised(Signed):
    """What is done for a product (003 L6373: เช่น ทำระบบคลังสินค้า รหัสสินค้า การพัฒนาบรรจุภัณฑ์…)."""

    items: tuple[DevelopmentItem, ...]
    """รายการพัฒนา · what is developed"""

    def mistakes(self) -> Iterator[Refused]:
        """Never nothing."""
        if not self.items:
            yield NO_ITEMS


class TakeUpProduct(Itemised):
    """เริ่มพัฒนาผลิตภัณฑ์ · Begin to develop a product (3.2)"""


class FinishDevelopment(Itemised):
    """พัฒนาผลิตภัณฑ์แล้วเสร็จ · State that a product is developed (3.2)"""


class OrderProduct(Signed):
    """สั่งซื้อหรือฝากขาย · The trader orders a product

    To sell, or for consignment (3.3).
    """

    pieces: int = Field(ge=1, le=1_000_000)
    """จำนวนชิ้น · pieces"""
    consigned: bool
    """ฝากขาย · for consignment"""


class PutOnSale(Signed):
    """วางจำหน่าย · Put a product on sale (3.3)"""

    channels: tuple[SaleChannel, ...]
    """ช่องทางจำหน่าย · channels of sale"""

    def mistakes(self) -> Iterator[Refused]:
        """003 L6375: วางจำหน่ายในช่องทางต่าง ๆ."""
        if not self.channels:
            yield NO_CHANNEL


class PromoteProduct(Signed):
    """ประชาสัมพันธ์การจำหน่าย · Publicise a product's sale (3.4)"""

    medium: Code
    """รหัสสื่อ · code of the medium"""


class RecordBaseline(Signed):
    """บันทึกยอดจำหน่ายฐาน · Record what a product had sold for

    Before it was developed, in a base period.
    """

    first_month: Month
    """เดือนแรกของช่วงฐาน · first month of the base period"""
    last_month: Month
    """เดือนสุดท้ายของช่วงฐาน · last month of the base period"""
    baseline_satang: Satang
    """ยอดจำหน่ายในช่วงฐาน · sales in the base period"""

    def mistakes(self) -> Iterator[Refused]:
        """Ours."""
        if self.last_month < self.first_month:
            yield ENDS_FIRST


class RecordSale(Signed):
    """บันทึกยอดจำหน่ายรายเดือน · Record a month's sales

    In one channel; told again, the new figure counts.
    """

    month: Month
    """เดือน · month"""
    channel: SaleChannel
    """ช่องทางจำหน่าย · channel of sale"""
    amount_satang: Satang
    """ยอดจำหน่าย · sales"""

    def mistakes(self) -> Iterator[Refused]:
        """Ours."""
        if self.month > self.on.isoformat()[:7]:
            yield MONTH_TO_COME


NO_ITEMS = Refused(
    "nothing-to-develop", "ต้องระบุสิ่งที่พัฒนาอย่างน้อยหนึ่งรายการ", "Say at least one thing that is developed.",
    kind="invalid", rule="003 L6373", field="items",
)  # fmt: skip
NO_CHANNEL = Refused(
    "no-channel", "ต้องระบุช่องทางจำหน่ายอย่างน้อยหนึ่งช่องทาง", "Say at least one channel of sale.",
    kind="invalid", rule="003 L6375", field="channels",
)  # fmt: skip
ENDS_FIRST = Refused(
    "period-ends-before-it-starts", "เดือนสุดท้ายอยู่ก่อนเดือนแรก", "The last month is before the first.",
    kind="invalid", field="last_month",
)  # fmt: skip
MONTH_TO_COME = Refused(
    "month-to-come",
    "เดือนนี้ยังมาไม่ถึงในวันที่บันทึก",
    "This month has not come on that day.",
    kind="invalid",
    field="month",
)

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


REGISTERED: Mapping[int, range] = {2565: range(2557, 2565)}
"""Fiscal year of the plan → the B.E. years of registration that it takes. What is printed is of 2565 (003 L6371)."""


@refuses(
    "not-for-this-plan", "ผลิตภัณฑ์นี้ไม่เข้าเกณฑ์คัดเลือกของแผนปีนี้", "This product is not one that the plan of the year takes.",
    rule="003 L6371",
)  # fmt: skip
def not_eligible(_: SelectProduct, product: TraderProduct) -> bool:
    """003 L6371: ลงทะเบียนระหว่างปี 2557 - 2564 และเป็นผลิตภัณฑ์ประเภทปรับตัวสู่การพัฒนา (Quadrant D) หรือผลิตภัณฑ์ระดับ 1 - 3 ดาว."""
    weak = product.quadrant is Quadrant.D or product.stars in (1, 2, 3)
    return not (weak and product.registered_year in REGISTERED.get(product.fiscal_year, range(0)))


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
        step(TakeUpProduct, TraderProductTakenUp, At.SELECTED, PROVINCE, source="003 L6373"),
        step(FinishDevelopment, TraderProductDeveloped, (At.SELECTED, At.IN_DEVELOPMENT), PROVINCE),
        step(OrderProduct, TraderOrderPlaced, At.DEVELOPED, PROVINCE, source="003 L6375"),
        step(PutOnSale, TraderProductOnSale, (At.DEVELOPED, At.ORDERED), PROVINCE, again=True, source="003 L6375"),
        step(PromoteProduct, TraderProductPromoted, (At.ORDERED, At.ON_SALE), PROVINCE, again=True, source="003 L6381"),
        step(RecordBaseline, TraderSalesBaselineRecorded, (*At,), PROVINCE, again=True),
        step(RecordSale, TraderSaleRecorded, SELLING, PROVINCE, tell=sell, again=True, source="003 L6405"),
    ),
    ends=(At.PROMOTED,),
    also={TraderSaleRecorded: {"sales": sold}},
)  # fmt: skip
