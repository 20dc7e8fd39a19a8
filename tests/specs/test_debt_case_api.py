"""Households' debts over HTTP and in files: contracts as rows in one cell, sums in baht, rates in percent."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.ids import stream_id
from contracts.members import AreaRegistered
from services.funds.api import imports
from services.funds.app import SERVICE
from services.funds.domain.debt_case import debt_case_stream, household_stream
from tests.answered import problem, wrong_fields
from tests.edge import edge_of
from tests.importing import counted, ran
from tests.lamphun_edge import VILLAGE

A, B = stream_id("fund", "a"), stream_id("fund", "b")
MANY = "/v1/debt-cases"
ONE = f"{MANY}/{debt_case_stream(household_stream(VILLAGE, '7'))}"
CONTRACTS = [
    {"contract_no": "A-1", "fund_id": A, "outstanding_satang": 1_000_000, "rate_bp": 1200, "ends_on": "1 ม.ค. 2566"},
    {"contract_no": "B-1", "fund_id": B, "outstanding_satang": 500_050, "rate_bp": 950, "ends_on": "2024-01-01"},
]  # fmt: skip
SURVEY = {
    "area": VILLAGE,
    "household_ref": "7",
    "cohort": "budgeted",
    "contracts": CONTRACTS,
    "on": "1 ม.ค. 2565",
}
CONSOLIDATE = {
    "contract_no": "A-2",
    "fund_id": A,
    "rate_bp": 800,
    "ends_on": "2026-01-01",
    "member_funds": [A, B],
    "on": "2022-03-02",
}
STEPS = (
    ("classify-debtor", {"debtor_class": "C2", "form_version": "2565-1", "on": "2022-02-01"}),
    ("select-household", {"on": "2022-02-02"}), ("register-household", {"on": "2022-02-03"}),
    ("negotiate-debt", {"creditors": [A, B], "on": "2022-03-01"}), ("consolidate-contracts", CONSOLIDATE),
    ("extend-term", {"contract_no": "A-2", "ends_on": "2027-01-01", "on": "2022-03-03"}),
    ("cut-rate", {"contract_no": "A-2", "rate_bp": 700, "on": "2022-03-04"}),
    ("agree-occupation-plan", {"activity": "hens", "budget_satang": 170_000, "on": "2022-04-01"}),
    ("deliver-support", {"items": [{"kind": "materials", "value_satang": 170_000}], "on": "2022-05-01"}),
    ("follow-up-debt", {"balances": [{"contract_no": "A-2", "outstanding_satang": 5}], "on": "2022-06-01"}),
)  # fmt: skip
HEAD = "หมู่บ้านของศูนย์จัดการกองทุนชุมชน,เลขที่ครัวเรือนในฐานข้อมูลลูกหนี้ของศูนย์,วันที่สำรวจ,กลุ่มศูนย์,สัญญาเงินกู้\n"


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        edge.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


async def test_a_household_goes_from_the_survey_to_less_debt(edge):
    answer = await edge.post(MANY, SURVEY)
    assert (answer.status_code, answer.headers["Location"]) == (201, ONE)
    for step, body in STEPS:
        answer = await edge.post(f"{ONE}/{step}", body)
        assert answer.status_code == 200, answer.text
    said = dict(edge.events())
    assert said["HouseholdDebtSurveyed"]["total_satang"] == 1_500_050
    assert said["HouseholdDebtReduced"] | {"after_satang": 5} == said["HouseholdDebtReduced"]


async def test_a_year_that_ends_unresolved_is_said(edge):
    await edge.post(MANY, SURVEY)
    for step, body in STEPS[:5]:
        await edge.post(f"{ONE}/{step}", body)
    assert (await edge.post(f"{ONE}/close-unresolved", {"on": "2022-09-30"})).status_code == 200
    assert edge.names()[-1] == "HouseholdDebtUnresolvedAtPeriodEnd"


async def test_contracts_stand_in_one_cell_of_a_file_in_baht_and_percent(edge):
    cell = f"A-1 | {A} | 10,000.00 | ๑๒ | 1 ม.ค. 2566; B-1|{B}|5,000.5|9.5%|2024-01-01"
    told = await ran(
        edge, imports, "survey-debt", f'{HEAD}{VILLAGE},7,1 ม.ค. 2565,ศูนย์ที่ได้รับงบประมาณ,"{cell}"\n'
    )
    assert counted(told) == ("completed", 1, 1, 0, 0)
    by_file = dict(edge.events())["HouseholdDebtSurveyed"]
    async with edge_of(SERVICE) as other:
        other.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        await other.post(MANY, SURVEY)
        assert dict(other.events())["HouseholdDebtSurveyed"] == by_file
    follow = f'area,household_ref,on,balances\n{VILLAGE},7,1 มิ.ย. 2565,"A-1|1|2; B-1|3"\n'
    assert wrong_fields(await edge.csv("follow-up-debt", follow)) == {(2, "balances", "row-cells")}


async def test_what_is_wrong_in_a_row_of_a_row_is_told_where_it_stands(edge):
    cell = f"A-1|{A}|สิบบาท|12.345|เมื่อวาน;B-1|x|1|1|2024-01-01"
    wrong = await edge.csv("survey-debt", f'{HEAD}{VILLAGE},7,1 ม.ค. 2565,budgeted,"{cell}"\n')
    assert wrong_fields(wrong) == {
        (2, "contracts.0.outstanding_satang", "baht-unreadable"), (2, "contracts.0.rate_bp", "percent-unreadable"),
        (2, "contracts.0.ends_on", "date-unreadable"), (2, "contracts.1.fund_id", "pattern"),
    }  # fmt: skip
    sent = {**SURVEY, "contracts": [{**CONTRACTS[0], "rate_bp": "12", "nmae": "x"}]}
    assert wrong_fields(await edge.post(MANY, sent)) == {
        (None, "contracts.0.rate_bp", "hundredths"), (None, "contracts.0.nmae", "unknown-field"),
    }  # fmt: skip
    assert edge.names() == []


async def test_rules_of_a_command_alone_are_told_at_their_fields_with_the_line(edge):
    await edge.post(MANY, SURVEY)
    for step, body in STEPS[:4]:
        await edge.post(f"{ONE}/{step}", body)
    above = {**CONSOLIDATE, "rate_bp": 1501}
    assert (
        problem(await edge.post(f"{ONE}/consolidate-contracts", above), 422, "rate-above-the-law")["rule"]
        == "003 L4308"
    )
    outside = {**CONSOLIDATE, "member_funds": [B]}
    problem(await edge.post(f"{ONE}/consolidate-contracts", outside), 422, "fund-outside-the-centre")
    problem(await edge.post(MANY, {**SURVEY, "area": VILLAGE[:6], "contracts": []}), 422, "unknown-area")
