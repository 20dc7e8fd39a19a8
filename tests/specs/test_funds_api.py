"""Funds over HTTP: established in a village that the service has heard of, once, by an officer of the area."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.ids import stream_id
from contracts.members import AreaAbolished, AreaRegistered
from services.chassis.access import Role
from services.chassis.days import today
from services.funds.app import SERVICE
from tests.answered import in_the_future, problem, version, wrong_fields
from tests.edge import bearer, bearer_of, edge_of, logged
from tests.lamphun_edge import ABOLISHED, ELSEWHERE, UNKNOWN, VILLAGE, assert_untold, number_of

PATH = "/v1/funds"
FUND = {"kind": "kkj", "area": VILLAGE, "name_th": "กองทุน กข.คจ. บ้านตัวอย่าง", "on": "๑ ต.ค. ๒๕๖๔"}


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        edge.hear(*(registered(code) for code in (VILLAGE, ABOLISHED, ELSEWHERE, "510101")))
        edge.hear(AreaAbolished(area=ABOLISHED, on=date(2021, 10, 1), successor=VILLAGE))
        yield edge


def registered(code: str) -> AreaRegistered:
    return AreaRegistered(area=code, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban")


async def test_a_fund_is_established_and_everybody_can_read_it(edge):
    answer = await edge.post(PATH, {**FUND, "area": "๕๑๐๑๐๑๐๑"})
    assert (answer.status_code, answer.json()["events"]) == (201, ["chumchon.funds.FundEstablished.v1"])
    read = await edge.client.get(answer.headers["Location"], headers={"Authorization": ""})
    shown = read.json()
    assert (shown["id"], shown["version"]) == (answer.json()["id"], 1)
    assert (shown["kind"], shown["area"], shown["name_th"], shown["on"]) == (
        "kkj", VILLAGE, FUND["name_th"], "2021-10-01",
    )  # fmt: skip
    assert (shown["stage"], shown["level"], shown["producers"]) == ("established", None, [])
    assert version(read) == version(answer)


async def test_what_depends_on_the_day_has_the_day_in_its_etag_which_serves_as_if_match(edge, monkeypatch):
    path = (await edge.post(PATH, FUND)).headers["Location"]
    tag = (await edge.client.get(path)).headers["ETag"]
    assert (await edge.client.get(path, headers={"If-None-Match": tag})).status_code == 304
    monkeypatch.setattr("services.chassis.things.own.today", lambda: today() + timedelta(days=1))
    later = await edge.client.get(path, headers={"If-None-Match": tag})
    assert later.status_code == 200
    assert later.headers["ETag"] != tag
    problem(await edge.post(PATH, {**FUND, "name_th": "อื่น"}, If_Match=tag), 409, "fund-established")


async def test_the_same_fund_twice_is_once_and_another_name_for_it_is_refused(edge):
    await edge.post(PATH, FUND)
    assert (await edge.post(PATH, FUND)).json()["events"] == []
    problem(await edge.post(PATH, {**FUND, "name_th": "อื่น"}), 409, "fund-established")
    problem(await edge.post(PATH, {**FUND, "number": 2}), 422, "one-poverty-fund-a-village")
    assert (await edge.post(PATH, {**FUND, "kind": "savings", "number": 2})).status_code == 201
    assert edge.names() == ["FundEstablished"] * 2


async def test_repeated_keys_and_stale_etags(edge):
    first = await edge.post(PATH, FUND, key="k")
    assert (await edge.post(PATH, FUND, key="k")).json() == {**first.json(), "repeated": True}
    problem(await edge.post(PATH, {**FUND, "on": "2021-10-02"}, key="k"), 422, "idempotency-key-reused")
    problem(await edge.post(PATH, {**FUND, "kind": "women"}, key="k"), 422, "idempotency-key-reused")
    problem(await edge.post(PATH, {**FUND, "kind": "mother"}, If_Match='"1"'), 412, "stale-version")
    assert edge.names() == ["FundEstablished"]


async def test_unknown_abolished_and_foreign_areas_have_no_fund(edge):
    problem(await edge.post(PATH, {**FUND, "area": UNKNOWN}), 422, "unknown-area")
    problem(await edge.post(PATH, {**FUND, "area": ABOLISHED}), 422, "area-abolished")
    problem(await edge.post(PATH, {**FUND, "area": "510101"}), 422, "fund-needs-a-village")
    problem(await edge.post(PATH, {**FUND, "area": ELSEWHERE}), 403, "outside-your-area")
    assert edge.names() == []
    assert (await edge.post(PATH, {**FUND, "area": ABOLISHED, "on": "2021-09-30"})).status_code == 201


async def test_who_may_not_writes_nothing(edge):
    problem(await edge.post(PATH, FUND, Authorization=""), 401, "token-missing")
    problem(await edge.post(PATH, FUND, Authorization=bearer_of(exp=1)), 401, "token-expired")
    problem(await edge.post(PATH, FUND, Authorization=bearer(Role.APPROVER)), 403, "role-missing")
    await edge.post(PATH, FUND)
    other = bearer(Role.OFFICER, area="5102")
    problem(await edge.post(PATH, {**FUND, "name_th": "อื่น"}, Authorization=other), 403, "outside-your-area")
    assert edge.names() == ["FundEstablished"]


async def test_wrong_fields_are_named_together(edge):
    wrong = {"kind": "kkk", "area": "5101010", "number": 0, "name_th": "", "on": in_the_future(), "nmae": "x"}
    assert wrong_fields(await edge.post(PATH, wrong)) == {
        (None, "kind", "choice"), (None, "area", "pattern"), (None, "number", "too-small"),
        (None, "name_th", "too-short"), (None, "on", "date-in-the-future"), (None, "nmae", "unknown-field"),
    }  # fmt: skip
    for day, code in (
        ("01/10/2021", "date-order"),
        (1633046400, "date-unreadable"),
        ("3107-01-01", "date-era"),
    ):
        assert wrong_fields(await edge.post(PATH, {**FUND, "on": day})) == {(None, "on", code)}


async def test_a_citizen_number_is_no_name_of_a_fund(edge):
    with logged() as lines:
        answer = await edge.post(PATH, {**FUND, "name_th": f"กองทุนของ {number_of(1)}"})
    assert wrong_fields(answer) == {(None, "name_th", "citizen-number-here")}
    assert_untold(answer.text + lines(), 1)


async def test_ids_of_another_kind_are_clear_mistakes_and_a_body_too_large_is_refused(edge):
    for wrong in (stream_id("producer", 1), stream_id("membership", 1), "1", "fund:1"):
        assert wrong_fields(await edge.client.get(f"{PATH}/{wrong}")) == {(None, "fund_id", "pattern")}
    problem(await edge.client.get(f"{PATH}/{stream_id('fund', 1)}"), 404, "fund-not-found")
    problem(await edge.post(PATH, {**FUND, "name_th": "ก" * 400_000}), 413, "body-too-large")
