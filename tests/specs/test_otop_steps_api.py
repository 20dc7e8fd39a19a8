"""A producer's steps over HTTP: who may take them, in which area, on which days, and what the query shows of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.ids import stream_id
from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.otop.app import SERVICE
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import bearer, edge_of
from tests.lamphun_edge import VILLAGE, number_of

FUND = stream_id("fund", "kkj", VILLAGE, 1)
APPLICATION = {
    "registration_ref": "12/2565", "category": "group", "channel": "office", "area": VILLAGE, "fund_id": FUND,
    "on": "1 มี.ค. 2565",
}  # fmt: skip
PROVINCE, GOVERNORS = bearer(Role.APPROVER, actor="province-1"), bearer(Role.APPROVER, actor="province-2")
RETURN = {"reasons": ["no-photo"], "on": "2022-03-02"}
RESUBMIT = {"on": "2022-03-03"}
OPINION = {"agreed": True, "on": "๑๐ มี.ค. ๒๕๖๕"}
CERTIFY = {"registration_number": "51-0001", "announced_on": "2022-04-05", "on": "2022-04-01"}
REFUSE = {
    "reasons": ["not-a-producer"],
    "letter": "lp-0019/77",
    "notified_on": "2022-04-07",
    "on": "2022-04-01",
}
APPEAL = {"on": "19/04/2565"}
UPHOLD = {"registration_number": "51-0002", "announced_on": "2022-05-10", "on": "2022-05-10"}
DISMISS = {"reasons": ["no-production-here"], "on": "2022-05-10"}
REVOKE = {"order": "d-0406/9", "reasons": ["not-a-producer"], "on": "2022-06-01"}
Step = tuple[str, dict[str, Any], str]
UP_TO_THE_PROVINCE: tuple[Step, ...] = (
    ("return-application", RETURN, ""), ("resubmit-application", RESUBMIT, ""), ("give-district-opinion", OPINION, ""),
)  # fmt: skip
DECISIONS: tuple[Step, ...] = (
    ("certify-producer", CERTIFY, PROVINCE), ("refuse-registration", REFUSE, PROVINCE), ("uphold-appeal", UPHOLD, GOVERNORS),
    ("dismiss-appeal", DISMISS, GOVERNORS), ("revoke-registration", REVOKE, PROVINCE),
)  # fmt: skip
ALL = (*UP_TO_THE_PROVINCE, ("file-appeal", APPEAL, ""), *DECISIONS)


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        edge.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


def who(bearer_of_step: str) -> dict[str, str]:
    return {"Authorization": bearer_of_step} if bearer_of_step else {}


async def path_of(edge, *steps: Step) -> str:
    path = str((await edge.post("/v1/producers", APPLICATION)).headers["Location"])
    for step, body, by in steps:
        answer = await edge.post(f"{path}/{step}", body, **who(by))
        assert answer.status_code == 200, answer.text
    return path


async def shown(edge, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await edge.client.get(path)).json()
    return found


async def test_a_producer_is_certified_and_revoked(edge):
    path = await path_of(edge, *UP_TO_THE_PROVINCE, ("certify-producer", CERTIFY, PROVINCE))
    page = await shown(edge, path)
    assert (page["stage"], page["district"], page["registration_number"], page["announced_on"]) == (
        "certified", "agreed", "51-0001", "2022-04-05",
    )  # fmt: skip
    assert (page["fund_id"], page["appeal"], page["warnings"]) == (FUND, None, [])
    await edge.post(f"{path}/revoke-registration", REVOKE, Authorization=PROVINCE)
    assert (await shown(edge, path))["stage"] == "revoked"
    assert edge.names() == [
        "ProducerApplied", "ApplicationReturned", "ApplicationResubmitted", "DistrictAgreed", "ProducerCertified",
        "RegistrationRevoked",
    ]  # fmt: skip


async def test_a_refused_producer_appeals_and_is_registered_or_not(edge):
    path = await path_of(edge, ("refuse-registration", REFUSE, PROVINCE))
    page = await shown(edge, path)
    assert (page["stage"], page["reasons"], page["warnings"]) == (
        "refused", ["not-a-producer"], ["district-opinion-skipped"],
    )  # fmt: skip
    assert page["appeal"] == {"notified_on": "2022-04-07", "last_day": "2022-04-19", "window": "over"}
    await edge.post(f"{path}/file-appeal", APPEAL)
    assert (await shown(edge, path))["appeal"]["window"] == "used"
    own = await edge.post(f"{path}/uphold-appeal", UPHOLD, Authorization=PROVINCE)
    problem(own, 403, "needs-a-second-person")
    upheld = await edge.post(f"{path}/uphold-appeal", UPHOLD, Authorization=GOVERNORS)
    assert upheld.json()["events"] == ["chumchon.otop.AppealUpheld.v1", "chumchon.otop.ProducerCertified.v1"]
    assert (await shown(edge, path))["stage"] == "certified"


async def test_an_appeal_is_dismissed(edge):
    path = await path_of(edge, ("refuse-registration", REFUSE, PROVINCE), ("file-appeal", APPEAL, ""))
    await edge.post(f"{path}/dismiss-appeal", DISMISS, Authorization=GOVERNORS)
    page = await shown(edge, path)
    assert (page["stage"], page["reasons"]) == ("dismissed", ["no-production-here"])


async def test_a_late_appeal_is_refused_with_its_rule(edge):
    """003 L6308: ภายใน 5 วันทำการ."""
    path = await path_of(edge, ("refuse-registration", REFUSE, PROVINCE))
    told = problem(await edge.post(f"{path}/file-appeal", {"on": "2022-04-20"}), 409, "appeal-late")
    assert told["rule"] == "003 L6308"
    assert "AppealFiled" not in edge.names()


async def test_a_refusal_without_reasons_is_refused_with_its_rule(edge):
    path = await path_of(edge)
    told = problem(
        await edge.post(f"{path}/refuse-registration", {**REFUSE, "reasons": []}, Authorization=PROVINCE),
        422,
        "reasons-needed",
    )
    assert told["rule"] == "003 L6308"


@pytest.mark.parametrize("step", ["certify-producer", "refuse-registration"])
async def test_who_recorded_the_application_does_not_decide_and_a_district_neither(edge, step):
    path = await path_of(edge)
    body = {"certify-producer": CERTIFY, "refuse-registration": REFUSE}[step]
    recorder = bearer(Role.APPROVER, actor="officer-7")
    problem(await edge.post(f"{path}/{step}", body, Authorization=recorder), 403, "needs-a-second-person")
    district = bearer(Role.APPROVER, area="5101", actor="x")
    problem(await edge.post(f"{path}/{step}", body, Authorization=district), 403, "needs-the-province")
    assert edge.names() == ["ProducerApplied"]


@pytest.mark.parametrize(("step", "body", "by"), ALL)
async def test_who_may_not_takes_no_step(edge, step, body, by):
    path = await path_of(edge)
    role, other = (Role.APPROVER, Role.OFFICER) if by else (Role.OFFICER, Role.APPROVER)
    for authorization, status, code in (
        ("", 401, "token-missing"),
        (bearer(other, Role.AUDITOR), 403, "role-missing"),
        (bearer(role, area="52"), 403, "outside-your-area"),
    ):
        problem(await edge.post(f"{path}/{step}", body, Authorization=authorization), status, code)
    assert edge.names() == ["ProducerApplied"]


@pytest.mark.parametrize(("step", "body", "by"), ALL)
async def test_only_days_that_have_come_and_only_known_fields(edge, step, body, by):
    path = await path_of(edge)
    answer = await edge.post(f"{path}/{step}", {**body, "on": in_the_future(), "nmae": "x"}, **who(by))
    assert wrong_fields(answer) == {(None, "on", "date-in-the-future"), (None, "nmae", "unknown-field")}
    assert edge.names() == ["ProducerApplied"]


@pytest.mark.parametrize(("step", "body", "by"), ALL)
async def test_a_producer_that_is_not_there_takes_no_step(edge, step, body, by):
    nowhere = f"/v1/producers/{stream_id('producer', 'nobody')}"
    problem(await edge.post(f"{nowhere}/{step}", body, **who(by)), 404, "producer-not-found")
    answer = await edge.post(f"/v1/producers/{stream_id('fund', 1)}/{step}", body, **who(by))
    assert wrong_fields(answer) == {(None, "producer_id", "pattern")}
    assert edge.names() == []


async def test_a_fund_is_named_by_its_id_and_by_a_group_only(edge):
    problem(await edge.post("/v1/producers", {**APPLICATION, "category": "sme"}), 422, "fund-of-a-group-only")
    other = {**APPLICATION, "fund_id": stream_id("producer", 1)}
    assert wrong_fields(await edge.post("/v1/producers", other)) == {(None, "fund_id", "pattern")}


async def test_reasons_and_numbers_are_codes_and_never_sentences_or_somebodys_number(edge):
    path = await path_of(edge)
    wrong = {**REFUSE, "reasons": ["นายสมชายไม่ได้ผลิต", "ok-1"], "letter": number_of(1)}
    answer = await edge.post(f"{path}/refuse-registration", wrong, Authorization=PROVINCE)
    assert wrong_fields(answer) == {
        (None, "reasons.0", "pattern"), (None, "letter", "citizen-number-here"),
    }  # fmt: skip
    assert "สมชาย" not in answer.text


async def test_repeated_keys_and_stale_etags(edge):
    path = await path_of(edge, *UP_TO_THE_PROVINCE)
    by = {"Authorization": PROVINCE}
    problem(await edge.post(f"{path}/certify-producer", CERTIFY, If_Match='"1"', **by), 412, "stale-version")
    first = await edge.post(f"{path}/certify-producer", CERTIFY, key="k", If_Match='"4"', **by)
    again = await edge.post(f"{path}/certify-producer", CERTIFY, key="k", If_Match='"4"', **by)
    assert again.json() == {**first.json(), "repeated": True}
    other = {**CERTIFY, "registration_number": "51-0009"}
    problem(await edge.post(f"{path}/certify-producer", other, key="k", **by), 422, "idempotency-key-reused")
    assert edge.names().count("ProducerCertified") == 1


async def test_who_decides_for_the_province_can_read_what_is_decided_on(edge):
    path = await path_of(edge)
    read = await edge.client.get(path, headers={"Authorization": PROVINCE})
    assert read.json()["stage"] == "applied"
