"""A product of a province's OTOP Trader: what the plan takes, how it is developed and sold, what it sells for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.otop import (
    DevelopmentItem,
    Quadrant,
    SaleChannel,
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
from services.chassis.decider import Actor, Command
from services.otop.domain.producer import producer_stream
from services.otop.domain.trader_product import (
    TRADER_PRODUCT,
    FinishDevelopment,
    OrderProduct,
    PromoteProduct,
    ProposeProduct,
    PutOnSale,
    RecordBaseline,
    RecordSale,
    SelectProduct,
    TakeUpProduct,
    trader_product_stream,
)
from tests.specs.deciding import given

AREA = "510101"
ID, PRODUCER = trader_product_stream(AREA, 2565, "5"), producer_stream(AREA, "1/2560")
BY = Actor(id="province-1", scopes=("51",))
DAYS = [date(2022, month, 1) for month in range(1, 9)]
SAME: dict[str, Any] = {"area": AREA, "product_id": ID, "fiscal_year": 2565}
ITEMS = (DevelopmentItem.PACKAGING,)

PROPOSE = ProposeProduct(
    on=DAYS[0],
    by=BY,
    area=AREA,
    fiscal_year=2565,
    product_ref="5",
    producer_id=PRODUCER,
    registered_year=2560,
    quadrant=Quadrant.D,
)
PROPOSED = TraderProductProposed(
    on=DAYS[0], was=None, producer_id=PRODUCER, registered_year=2560, quadrant=Quadrant.D, stars=None, **SAME
)
SELECT = SelectProduct(on=DAYS[1], by=BY)
SELECTED = TraderProductSelected(on=DAYS[1], was=At.PROPOSED, **SAME)
TAKE_UP = TakeUpProduct(on=DAYS[2], by=BY, items=ITEMS)
TAKEN_UP = TraderProductTakenUp(on=DAYS[2], was=At.SELECTED, items=ITEMS, **SAME)
FINISH = FinishDevelopment(on=DAYS[3], by=BY, items=ITEMS)
DEVELOPED = TraderProductDeveloped(on=DAYS[3], was=At.IN_DEVELOPMENT, items=ITEMS, **SAME)
ORDER = OrderProduct(on=DAYS[4], by=BY, pieces=200, consigned=True)
ORDERED = TraderOrderPlaced(on=DAYS[4], was=At.DEVELOPED, pieces=200, consigned=True, **SAME)
SELL = PutOnSale(on=DAYS[5], by=BY, channels=(SaleChannel.ONLINE,))
ON_SALE = TraderProductOnSale(on=DAYS[5], was=At.ORDERED, channels=(SaleChannel.ONLINE,), **SAME)
PROMOTE = PromoteProduct(on=DAYS[6], by=BY, medium="video")
PROMOTED = TraderProductPromoted(on=DAYS[6], was=At.ON_SALE, medium="video", **SAME)
SALE = RecordSale(on=DAYS[6], by=BY, month="2022-06", channel=SaleChannel.ONLINE, amount_satang=120_000)
SOLD = TraderSaleRecorded(
    on=DAYS[6], was=At.ON_SALE, month="2022-06", channel=SaleChannel.ONLINE, amount_satang=120_000,
    was_amount_satang=0, **SAME,
)  # fmt: skip
PAST = (PROPOSED, SELECTED, TAKEN_UP, DEVELOPED, ORDERED, ON_SALE)


def changed(command: Command, **by: Any) -> Command:
    return command.model_copy(update=by)


def test_a_product_goes_from_the_plan_to_the_public():
    steps = ((PROPOSE, PROPOSED), (SELECT, SELECTED), (TAKE_UP, TAKEN_UP), (FINISH, DEVELOPED), (ORDER, ORDERED),
             (SELL, ON_SALE), (PROMOTE, PROMOTED))  # fmt: skip
    for number, (command, event) in enumerate(steps):
        given(TRADER_PRODUCT, *(said for _, said in steps[:number])).when(command).then(event)


@pytest.mark.parametrize(
    ("registered_year", "quadrant", "stars", "taken"),
    [
        (2557, Quadrant.D, None, True), (2564, None, 1, True), (2564, Quadrant.A, 3, True),
        (2556, Quadrant.D, None, False), (2565, Quadrant.D, None, False),
        (2560, Quadrant.A, 4, False), (2560, None, None, False),
    ],
)  # fmt: skip
def test_the_plan_takes_products_that_adapt_or_have_up_to_three_stars(
    registered_year, quadrant, stars, taken
):
    """003 L6371: ลงทะเบียนระหว่างปี 2557 - 2564 และเป็น… (Quadrant D) หรือผลิตภัณฑ์ระดับ 1 - 3 ดาว."""
    facts = {"registered_year": registered_year, "quadrant": quadrant, "stars": stars}
    select = given(TRADER_PRODUCT, PROPOSED.model_copy(update=facts)).when(SELECT)
    select.then(SELECTED) if taken else select.then_refused("not-for-this-plan")


def test_another_years_plan_has_no_window_that_is_known():
    later = PROPOSED.model_copy(update={"fiscal_year": 2566})
    given(TRADER_PRODUCT, later).when(SELECT).then_refused("not-for-this-plan")


def test_a_skipped_step_is_seen_in_the_event_and_blocks_nobody():
    """domain/README decision 8."""
    [event] = given(TRADER_PRODUCT, PROPOSED, SELECTED).when(FINISH).events
    assert getattr(event, "was", None) is At.SELECTED


def test_a_sale_told_again_is_a_correction_and_the_same_once_more_is_nothing():
    given(TRADER_PRODUCT, *PAST).when(SALE).then(SOLD)
    known = given(TRADER_PRODUCT, *PAST, SOLD)
    known.when(SALE).then_nothing()
    corrected = changed(SALE, amount_satang=90_000)
    known.when(corrected).then(
        SOLD.model_copy(update={"amount_satang": 90_000, "was_amount_satang": 120_000})
    )
    other = changed(SALE, channel=SaleChannel.FAIR)
    known.when(other).then(SOLD.model_copy(update={"channel": SaleChannel.FAIR}))
    known.when(changed(SALE, month="2022-08")).then_refused("month-to-come")


def test_the_baseline_is_told_with_its_period():
    """003 L6405: เพิ่มขึ้นร้อยละ 6; the base period is not printed."""
    tell = RecordBaseline(
        on=DAYS[6], by=BY, first_month="2020-10", last_month="2021-09", baseline_satang=5_000_000
    )
    told = TraderSalesBaselineRecorded(
        on=DAYS[6], was=At.ON_SALE, first_month="2020-10", last_month="2021-09", baseline_satang=5_000_000, was_baseline_satang=None,
        **SAME,
    )  # fmt: skip
    given(TRADER_PRODUCT, *PAST).when(tell).then(told)
    given(TRADER_PRODUCT, *PAST, told).when(tell).then_nothing()
    [again] = given(TRADER_PRODUCT, *PAST, told).when(changed(tell, baseline_satang=0)).events
    assert getattr(again, "was_baseline_satang", None) == 5_000_000
    given(TRADER_PRODUCT, *PAST).when(changed(tell, last_month="2020-09")).then_refused(
        "period-ends-before-it-starts"
    )


def test_nothing_is_developed_or_sold_without_saying_what_and_where():
    given(TRADER_PRODUCT, PROPOSED, SELECTED).when(changed(TAKE_UP, items=())).then_refused(
        "nothing-to-develop"
    )
    given(TRADER_PRODUCT, PROPOSED, SELECTED).when(changed(FINISH, items=())).then_refused(
        "nothing-to-develop"
    )
    given(TRADER_PRODUCT, *PAST[:5]).when(changed(SELL, channels=())).then_refused("no-channel")


def test_the_trader_is_the_provinces():
    district = Actor(id="x", scopes=("5101",))
    given(TRADER_PRODUCT).when(changed(PROPOSE, by=district)).then_refused("needs-the-province")
    given(TRADER_PRODUCT, PROPOSED).when(changed(SELECT, by=district)).then_refused("needs-the-province")
