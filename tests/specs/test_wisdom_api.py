"""Products of local wisdom over HTTP: roles, bodies and answers follow from the table."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.otop.app import SERVICE
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import bearer, edge_of
from tests.lamphun_edge import VILLAGE

SURVEY = {"survey_ref": "7/2565", "category": "textiles", "area": VILLAGE, "on": "1 ม.ค. 2565"}
SCREEN = {"points": ["2.3"], "forum_on": "๑ ม.ค. ๒๕๖๕", "on": "2022-02-01"}
STEPS = (
    ("screen-product", SCREEN), ("record-product", {"database_ref": "BD-51-7", "on": "2022-03-01"}), ("update-entry", {"on": "2022-04-01"}),
    ("publish-product", {"channel": "otop-big-data", "on": "2022-05-01"}),
)  # fmt: skip
PROVINCE = bearer(Role.OFFICER, actor="province-1")


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        edge.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        yield edge


async def test_a_product_goes_from_the_survey_to_the_public(edge):
    path = (await edge.post("/v1/wisdom-products", SURVEY)).headers["Location"]
    for step, body in STEPS:
        answer = await edge.post(f"{path}/{step}", body, Authorization=PROVINCE)
        assert answer.status_code == 200, answer.text
    assert edge.names() == [
        "WisdomProductSurveyed", "WisdomProductScreened", "WisdomProductRecorded", "WisdomDatabaseUpdated",
        "WisdomProductPublished",
    ]  # fmt: skip


async def test_out_of_turn_it_is_told_where_it_stands(edge):
    path = (await edge.post("/v1/wisdom-products", SURVEY)).headers["Location"]
    told = problem(
        await edge.post(f"{path}/record-product", STEPS[1][1], Authorization=PROVINCE),
        409,
        "not-at-this-stage",
    )
    assert "that is screened; this one is surveyed" in str(told)
    assert "คัดเลือกแล้ว แต่รายการนี้สำรวจแล้ว" in str(told)


async def test_fields_are_checked_as_people_send_them_and_roles_are_the_tables(edge):
    path = (await edge.post("/v1/wisdom-products", SURVEY)).headers["Location"]
    wrong = {"points": ["4"], "on": in_the_future(), "nmae": "x"}
    assert wrong_fields(await edge.post(f"{path}/screen-product", wrong)) == {
        (None, "points.0", "choice"), (None, "on", "date-in-the-future"), (None, "nmae", "unknown-field"),
    }  # fmt: skip
    out = {"reasons": ["ไม่ใช่ของที่นี่"], "on": "2022-02-01"}
    assert wrong_fields(await edge.post(f"{path}/leave-out-product", out)) == {(None, "reasons.0", "pattern")}
    problem(
        await edge.post(f"{path}/screen-product", SCREEN, Authorization=bearer(Role.APPROVER)),
        403,
        "role-missing",
    )
    district = bearer(Role.OFFICER, area="5101", actor="d")
    await edge.post(f"{path}/screen-product", SCREEN, Authorization=district)
    problem(
        await edge.post(f"{path}/record-product", STEPS[1][1], Authorization=district),
        403,
        "needs-the-province",
    )
