"""The first page of the desk: what an office owes, what waits for whom, and whose it is."""

from __future__ import annotations

from datetime import date

import pytest

from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.reporting.app import SERVICE
from tests.edge import at_the_desk, bearer, edge_of

WISH = {
    "report": "duty-12-debt-1", "area": "5101", "fiscal_year": 2565, "period": "", "due_on": "2022-03-31",
    "chain": ["district", "province"], "on": "2021-10-01",
}  # fmt: skip
PROVINCE = bearer(Role.APPROVER, area="51", actor="p")
DISTRICT = bearer(Role.OFFICER, area="5101", actor="d")


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        for code, th in (("51", "ลำพูน"), ("5101", "เมืองลำพูน")):
            edge.hear(AreaRegistered(area=code, on=date(1900, 1, 1), name_th=th, name_en=th))
        yield edge


async def work(edge, role: Role, area: str) -> str:
    await edge.tell()
    async with at_the_desk(edge, role, area=area) as browser:
        answer = await browser.get("/desk")
        assert answer.status_code == 200, answer.text
        return answer.text


async def test_a_report_is_on_the_desk_of_whose_turn_it_is_and_on_no_other(edge):
    made = (await edge.post("/v1/obligations", WISH, Authorization=PROVINCE)).headers["Location"]
    link = f"/reporting/desk/thing/{made.rpartition('/')[2]}"
    assert link in await work(edge, Role.OFFICER, "5101")
    assert link not in await work(edge, Role.OFFICER, "5102")
    assert link not in await work(edge, Role.APPROVER, "51")
    assert (
        await edge.post(f"{made}/submit-report", {"on": "2022-03-25"}, Authorization=DISTRICT)
    ).status_code == 200
    assert link not in await work(edge, Role.OFFICER, "5101")
    waiting = await work(edge, Role.APPROVER, "51")
    assert (link in waiting, "เมืองลำพูน ·" in waiting) == (True, True)
    assert link not in await work(edge, Role.OFFICER, "51")
    back = {"on": "2022-04-01", "reason": "incomplete"}
    assert (await edge.post(f"{made}/return-report", back, Authorization=PROVINCE)).status_code == 200
    assert link in await work(edge, Role.OFFICER, "5101")
    assert "รายงานที่ส่งคืนให้แก้ไข" in await work(edge, Role.APPROVER, "51")


async def test_other_services_are_pieces_of_the_page_and_nobody_without_a_session_sees_it(edge):
    page = await work(edge, Role.OFFICER, "5101")
    assert all(f'data-piece="/{name}/desk/work"' in page for name in ("members", "funds", "otop"))
    async with at_the_desk(edge, Role.OFFICER, expires=1) as nobody:
        assert (await nobody.get("/desk")).headers["location"] == "/desk/login"
