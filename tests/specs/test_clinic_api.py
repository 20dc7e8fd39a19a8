"""The Mobile Clinic over HTTP and in files: a fund is known as a fund is, and nobody types an id."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.funds import FundKind
from contracts.members import AreaRegistered
from services.funds.api import imports
from services.funds.app import SERVICE
from services.funds.domain.clinic import clinic_stream
from services.funds.domain.fund import fund_stream
from tests.answered import problem
from tests.edge import edge_of
from tests.importing import counted, ran
from tests.lamphun_edge import VILLAGE

MANY = "/v1/mobile-clinics"
ONE = f"{MANY}/{clinic_stream(fund_stream(FundKind.POVERTY, VILLAGE, 1))}"
FUND = {"kind": "kkj", "area": VILLAGE}
SELECT = {**FUND, "on": "20 ธ.ค. 2564"}
HOLD = {"committee_present": 5, "people_present": 25, "cost_satang": 640_000, "on": "2022-02-10"}
STEPS = (
    ("hold-clinic", HOLD), ("make-clinic-plan", {"indicators": ["KK-1"], "due_on": "2022-06-01", "on": "2022-02-11"}),
    ("follow-up-clinic", {"team": "51-01-1", "on": "2022-04-01"}),
    ("assess-clinic", {"level": "2", "form_version": "gg-2565", "passed": True, "failed": [], "team": "51-01-1", "on": "2022-05-31"}),
)  # fmt: skip


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        edge.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


async def found(edge) -> None:
    made = await edge.post("/v1/funds", {**FUND, "name_th": "กองทุน (ตัวอย่าง)", "on": "2021-10-01"})
    assert made.status_code == 201, made.text


async def test_a_fund_goes_through_its_clinic(edge):
    await found(edge)
    earlier = await edge.post(
        f"{MANY}/list-earlier-clinic", {**FUND, "listed_year": 2562, "on": "2021-11-01"}
    )
    assert (earlier.status_code, earlier.headers["Location"]) == (201, ONE)
    answer = await edge.post(MANY, SELECT)
    assert (answer.status_code, answer.headers["Location"]) == (201, ONE)
    for step, body in STEPS:
        answer = await edge.post(f"{ONE}/{step}", body)
        assert answer.status_code == 200, answer.text
    assert edge.names() == [
        "FundEstablished", "EarlierClinicListed", "FundSelectedForMobileClinic", "MobileClinicHeld", "FundDevelopmentPlanMade",
        "FundFollowUpDone", "FundPassedMobileClinic",
    ]  # fmt: skip
    assert dict(edge.events())["FundPassedMobileClinic"]["fund_id"] == fund_stream(
        FundKind.POVERTY, VILLAGE, 1
    )


async def test_a_fund_that_nobody_established_and_one_of_another_kind_are_not_selected(edge):
    problem(await edge.post(MANY, SELECT), 422, "fund-not-found")
    await edge.post("/v1/funds", {**FUND, "kind": "gr", "name_th": "ก (ตัวอย่าง)", "on": "2021-10-01"})
    other = next(kind for kind in FundKind if kind not in (FundKind.POVERTY, FundKind.SAVINGS))
    await edge.post("/v1/funds", {**FUND, "kind": other, "name_th": "ก (ตัวอย่าง)", "on": "2021-10-01"})
    problem(await edge.post(MANY, {**SELECT, "kind": other}), 422, "clinic-for-two-kinds")


async def test_two_earlier_years_of_one_fund_stand_in_one_file_and_a_workshop_in_another(edge):
    await found(edge)
    head = "ประเภทกองทุน,หมู่บ้าน,วันที่,อยู่ในรายชื่อของปีงบประมาณ\n"
    lines = "".join(f"กองทุน กข.คจ.,{VILLAGE},1 พ.ย. 2564,{year}\n" for year in (2561, 2562))
    assert counted(await ran(edge, imports, "list-earlier-clinic", head + lines)) == ("completed", 2, 2, 0, 0)
    await edge.post(MANY, SELECT)
    head = "kind,area,on,committee_present,people_present,cost_satang\n"
    wrong = await edge.csv("hold-clinic", f'{head}kkj,{VILLAGE},10/2/2565,6,26,"6,400.01"\n')
    assert {(error["field"], error["code"]) for error in wrong.json()["errors"]} == {
        ("committee_present", "too-many-people"), ("people_present", "too-many-people"), ("cost_satang", "over-budget"),
    }  # fmt: skip
    done = await ran(edge, imports, "hold-clinic", f'{head}kkj,{VILLAGE},10/2/2565,5,20,"6,400"\n')
    assert counted(done) == ("completed", 1, 1, 0, 0)
    held = dict(edge.events())["MobileClinicHeld"]
    assert (held["cost_satang"], held["complete"]) == (640_000, False)
