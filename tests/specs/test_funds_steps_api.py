"""A fund's steps over HTTP: who may take them, in which area, on which days, and what the query shows of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.ids import stream_id
from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.funds.app import SERVICE
from tests.answered import in_the_future, problem, version, wrong_fields
from tests.edge import bearer, edge_of
from tests.lamphun_edge import VILLAGE, number_of

FUND = {"kind": "kkj", "area": VILLAGE, "name_th": "กองทุน", "on": "๑ ต.ค. ๒๕๖๔"}
ASSESSMENT = {
    "level": "1", "database_fiscal_year": 2564, "form_version": "example-1", "passed": ["KKJ-01"],
    "failed": ["KKJ-02"], "on": "15 พ.ค. 2565",
}  # fmt: skip
PLAN = {"indicators": ["KKJ-02"], "on": "2022-05-20"}
REVIEW, VERIFY = {"on": "15/07/2565"}, {"on": "15 ส.ค. 2565"}
TERM = {"term_start": "2022-07-01", "term_end": "2097-06-30", "on": "2022-06-20"}
APPROVER = bearer(Role.APPROVER, actor="province-1")
STEPS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("assess-fund-level", ASSESSMENT, "FundLevelAssessed"),
    ("prepare-development-plan", PLAN, "DevelopmentPlanPrepared"),
    ("review-fund-record", REVIEW, "FundRecordReviewed"),
    ("renew-fund-committee", TERM, "FundCommitteeRenewed"),
    ("verify-fund-record", VERIFY, "FundRecordVerified"),
)


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        edge.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


async def established(edge) -> str:
    return str((await edge.post("/v1/funds", FUND)).headers["Location"])


def who(step: str) -> dict[str, str]:
    return {"Authorization": APPROVER} if step == "verify-fund-record" else {}


async def test_a_fund_goes_its_way_and_can_be_read(edge):
    path = await established(edge)
    for step, body, event in STEPS:
        answer = await edge.post(f"{path}/{step}", body, **who(step))
        assert answer.status_code == 200, answer.text
        assert answer.json()["events"] == [f"chumchon.funds.{event}.v1"]
    read = await edge.client.get(path, headers={"Authorization": ""})
    shown = read.json()
    assert version(read) == version(answer)
    assert shown["level"] == {
        "level": "1", "assessed_on": "2022-05-15", "fiscal_year": 2565, "database_fiscal_year": 2564,
        "form_version": "example-1", "passed": ["KKJ-01"], "failed": ["KKJ-02"], "without_plan": [],
        "eligible": True, "upgraded_in": [],
    }  # fmt: skip
    assert (shown["record"]["reviewed_on"], shown["record"]["verified_on"]) == ("2022-07-15", "2022-08-15")
    assert shown["committee"] == {"status": "active", "term_start": "2022-07-01", "term_end": "2097-06-30"}
    assert (shown["stage"], shown["warnings"]) == ("assessed", ["record-stale"])  # it is no longer FY2565


async def test_the_assessor_is_an_opaque_id_the_callers_where_none_is_given(edge):
    path = await established(edge)
    await edge.post(f"{path}/assess-fund-level", ASSESSMENT)
    team = stream_id("team", "51", 1)
    await edge.post(f"{path}/assess-fund-level", {**ASSESSMENT, "assessor": team})
    assert [data["assessor"] for _, data in edge.events()[1:]] == ["officer-7", team]
    named = await edge.post(f"{path}/assess-fund-level", {**ASSESSMENT, "assessor": "สมชาย"})
    assert wrong_fields(named) == {(None, "assessor", "pattern")}


@pytest.mark.parametrize(("step", "body", "event"), STEPS)
async def test_who_may_not_takes_no_step(edge, step, body, event):
    path = await established(edge)
    role, other = (
        (Role.APPROVER, Role.OFFICER) if step == "verify-fund-record" else (Role.OFFICER, Role.APPROVER)
    )
    for authorization, status, code in (
        ("", 401, "token-missing"),
        (bearer(other, Role.AUDITOR), 403, "role-missing"),
        (bearer(role, area="52"), 403, "outside-your-area"),
    ):
        problem(await edge.post(f"{path}/{step}", body, Authorization=authorization), status, code)
    assert event not in edge.names()


async def test_only_another_person_of_the_province_verifies(edge):
    path = await established(edge)
    problem(
        await edge.post(f"{path}/verify-fund-record", VERIFY, **who("verify-fund-record")),
        409,
        "record-not-reviewed",
    )
    await edge.post(f"{path}/review-fund-record", REVIEW)
    reviewer = bearer(Role.APPROVER, actor="officer-7")
    told = problem(
        await edge.post(f"{path}/verify-fund-record", VERIFY, Authorization=reviewer),
        403,
        "needs-a-second-person",
    )
    assert told["rule"] == "ARCHITECTURE §9"
    district = bearer(Role.APPROVER, area="5101", actor="x")
    problem(
        await edge.post(f"{path}/verify-fund-record", VERIFY, Authorization=district),
        403,
        "needs-the-province",
    )
    assert "FundRecordVerified" not in edge.names()


@pytest.mark.parametrize(("step", "body", "event"), STEPS)
async def test_only_days_that_have_come_and_only_known_fields(edge, step, body, event):
    path = await established(edge)
    wrong = {**body, "on": in_the_future(), "nmae": "x"}
    answer = await edge.post(f"{path}/{step}", wrong, **who(step))
    assert wrong_fields(answer) == {(None, "on", "date-in-the-future"), (None, "nmae", "unknown-field")}
    assert event not in edge.names()


async def test_codes_are_codes_and_never_sentences_or_somebodys_number(edge):
    path = await established(edge)
    wrong = {**ASSESSMENT, "level": "4", "form_version": number_of(1), "failed": ["ไม่มีบัญชี"]}
    assert wrong_fields(await edge.post(f"{path}/assess-fund-level", wrong)) == {
        (None, "level", "choice"), (None, "form_version", "citizen-number-here"), (None, "failed.0", "pattern"),
    }  # fmt: skip
    assert wrong_fields(await edge.post(f"{path}/prepare-development-plan", {**PLAN, "indicators": []})) == {
        (None, "indicators", "too-few")
    }


@pytest.mark.parametrize(("step", "body", "event"), STEPS)
async def test_a_fund_that_is_not_there_takes_no_step(edge, step, body, event):
    nowhere = f"/v1/funds/{stream_id('fund', 'nobody')}"
    problem(await edge.post(f"{nowhere}/{step}", body, **who(step)), 404, "fund-not-found")
    answer = await edge.post(f"/v1/funds/{stream_id('producer', 1)}/{step}", body, **who(step))
    assert wrong_fields(answer) == {(None, "fund_id", "pattern")}
    assert edge.names() == []


async def test_repeated_keys_and_stale_etags(edge):
    path = await established(edge)
    problem(await edge.post(f"{path}/assess-fund-level", ASSESSMENT, If_Match='"9"'), 412, "stale-version")
    first = await edge.post(f"{path}/assess-fund-level", ASSESSMENT, key="k", If_Match='"1"')
    again = await edge.post(f"{path}/assess-fund-level", ASSESSMENT, key="k", If_Match='"1"')
    assert again.json() == {**first.json(), "repeated": True}
    problem(
        await edge.post(f"{path}/assess-fund-level", {**ASSESSMENT, "level": "2"}, key="k"),
        422,
        "idempotency-key-reused",
    )
    assert edge.names() == ["FundEstablished", "FundLevelAssessed"]


async def test_a_repeat_with_a_token_of_other_areas_is_the_same_request(edge):
    path = await established(edge)
    first = await edge.post(f"{path}/review-fund-record", REVIEW, key="k")
    wider = bearer(Role.OFFICER, area="", actor="officer-7")
    again = await edge.post(f"{path}/review-fund-record", REVIEW, key="k", Authorization=wider)
    assert again.json() == {**first.json(), "repeated": True}
