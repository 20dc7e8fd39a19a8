"""Products of an OTOP Trader over HTTP and in files: months and baht as people type them, satang as programs send them."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.ids import stream_id
from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.otop.api import imports
from services.otop.app import SERVICE
from services.otop.domain.trader_product import trader_product_stream
from tests.answered import problem, wrong_fields
from tests.edge import bearer, edge_of
from tests.importing import counted, ran
from tests.lamphun_edge import VILLAGE

PRODUCER = stream_id("producer", 1)
PROPOSE = {
    "area": VILLAGE, "fiscal_year": "๒๕๖๕", "product_ref": "5", "producer_id": PRODUCER, "registered_year": 2560, "quadrant": "D",
    "on": "1 ม.ค. 2565",
}  # fmt: skip
ONE = f"/v1/trader-products/{trader_product_stream(VILLAGE, 2565, '5')}"
SALE = {"month": "มิ.ย. 2565", "channel": "online", "amount_satang": 123450, "on": "2022-07-01"}
STEPS = (
    ("select-product", {"on": "2022-02-01"}), ("take-up-product", {"items": ["packaging"], "on": "2022-02-02"}),
    ("finish-development", {"items": ["packaging", "quality"], "on": "2022-04-01"}),
    ("order-product", {"pieces": 200, "consigned": True, "on": "2022-05-01"}),
    ("put-on-sale", {"channels": ["online"], "on": "2022-06-01"}),
    ("record-baseline", {"first_month": "ต.ค. 2563", "last_month": "09/2564", "baseline_satang": 5, "on": "2022-06-01"}),
    ("record-sale", SALE), ("promote-product", {"medium": "video", "on": "2022-07-02"}),
)  # fmt: skip
KEY = "พื้นที่ของผลิตภัณฑ์,แผนปีงบประมาณ,ลำดับที่ในแผน"


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        edge.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


async def test_a_product_goes_from_the_plan_to_the_public(edge):
    answer = await edge.post("/v1/trader-products", PROPOSE)
    assert (answer.status_code, answer.headers["Location"]) == (201, ONE)
    for step, body in STEPS:
        answer = await edge.post(f"{ONE}/{step}", body)
        assert answer.status_code == 200, answer.text
    assert len(edge.names()) == 1 + len(STEPS)
    said = dict(edge.events())
    assert (said["TraderSaleRecorded"]["month"], said["TraderSaleRecorded"]["amount_satang"]) == (
        "2022-06",
        123450,
    )
    assert said["TraderSalesBaselineRecorded"]["last_month"] == "2021-09"


async def test_a_file_of_sales_is_in_baht_and_thai_months_and_is_entered_once(edge):
    await edge.post("/v1/trader-products", PROPOSE)
    for step, body in STEPS[:5]:
        await edge.post(f"{ONE}/{step}", body)
    file = (
        f"{KEY},วันที่,เดือน,ช่องทางจำหน่าย,ยอดจำหน่าย\n"
        f'{VILLAGE},2565,5,1 ก.ค. 2565,มิ.ย. 2565,ช่องทางออนไลน์,"1,234.50"\n'
        f"{VILLAGE},2565,5,๑ ก.ค. ๒๕๖๕,กรกฎาคม ๒๕๖๕,fair,๒๐๐ บาท\n"
    )
    assert counted(await ran(edge, imports, "record-sale", file)) == ("completed", 2, 2, 0, 0)
    sales = [data for name, data in edge.events() if name == "TraderSaleRecorded"]
    assert [(sale["month"], sale["channel"], sale["amount_satang"]) for sale in sales] == [
        ("2022-06", "online", 123450), ("2022-07", "fair", 20000),
    ]  # fmt: skip
    assert counted(await ran(edge, imports, "record-sale", file + "\n")) == ("completed", 2, 0, 2, 0)


async def test_what_no_sum_and_no_month_is_is_told_in_its_row(edge):
    file = (
        f"{KEY},วันที่,เดือน,ช่องทางจำหน่าย,ยอดจำหน่าย\n"
        f'{VILLAGE},2565,5,1 ก.ค. 2565,ต้นปี,online,"12,34"\n{VILLAGE},2565,5,1 ก.ค. 2565,13/2565,online,1.234\n'
    )
    assert wrong_fields(await edge.csv("record-sale", file)) == {
        (2, "month", "month-unreadable"), (2, "amount_satang", "baht-unreadable"),
        (3, "month", "date-impossible"), (3, "amount_satang", "baht-unreadable"),
    }  # fmt: skip
    assert edge.names() == []


async def test_a_program_sends_satang_and_never_baht(edge):
    for sent in ("1,234.50", 12.5, True, "1234"):
        answer = await edge.post(f"{ONE}/record-sale", {**SALE, "amount_satang": sent})
        assert wrong_fields(answer) == {(None, "amount_satang", "satang")}
    assert wrong_fields(await edge.post(f"{ONE}/record-sale", {**SALE, "month": 202206})) == {
        (None, "month", "text")
    }


async def test_what_a_command_says_of_itself_is_told_at_its_field_and_the_district_sells_nothing(edge):
    await edge.post("/v1/trader-products", PROPOSE)
    await edge.post(f"{ONE}/select-product", {"on": "2022-02-01"})
    told = problem(
        await edge.post(f"{ONE}/take-up-product", {"items": [], "on": "2022-02-02"}),
        422,
        "nothing-to-develop",
    )
    assert told["rule"] == "003 L6373"
    district = bearer(Role.OFFICER, area="5101", actor="d")
    taken = await edge.post(f"{ONE}/take-up-product", STEPS[1][1], Authorization=district)
    problem(taken, 403, "needs-the-province")
