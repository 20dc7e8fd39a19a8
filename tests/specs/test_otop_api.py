"""Producers over HTTP: they apply where the service knows the area, once a reference; nobody's name is asked for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from contracts.ids import stream_id
from contracts.members import AreaAbolished, AreaRegistered
from services.chassis.access import Role
from services.chassis.days import today
from services.otop.app import SERVICE
from tests.answered import in_the_future, problem, version, wrong_fields
from tests.edge import bearer, bearer_of, edge_of, logged
from tests.lamphun_edge import ABOLISHED, ELSEWHERE, UNKNOWN, VILLAGE, assert_untold, number_of

PATH = "/v1/producers"
APPLICATION = {
    "registration_ref": "12/2565", "category": "group", "channel": "office", "area": VILLAGE, "on": "1 ต.ค. 2564",
}  # fmt: skip


@pytest.fixture
async def edge():
    async with edge_of(SERVICE) as edge:
        codes = (VILLAGE, ABOLISHED, ELSEWHERE, "510101", "5101")
        edge.hear(
            *(AreaRegistered(area=code, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban") for code in codes)
        )
        edge.hear(AreaAbolished(area=ABOLISHED, on=date(2021, 10, 1)))
        yield edge


async def test_a_producer_applies_and_the_area_can_read_it(edge):
    answer = await edge.post(PATH, APPLICATION)
    assert (answer.status_code, answer.json()["events"]) == (201, ["chumchon.otop.ProducerApplied.v1"])
    read = await edge.client.get(answer.headers["Location"])
    shown = read.json()
    assert (shown["id"], shown["version"], shown["area"]) == (answer.json()["id"], 1, VILLAGE)
    assert (shown["stage"], shown["category"], shown["appeal"]) == ("applied", "group", None)
    assert version(read) == version(answer)
    [(_, data)] = edge.events()
    assert set(data) == {"area", "on", "producer_id", "category", "channel", "fund_id", "recorder"}


async def test_a_producer_is_another_answer_on_another_day(edge, monkeypatch):
    path = (await edge.post(PATH, APPLICATION)).headers["Location"]
    tag = (await edge.client.get(path)).headers["ETag"]
    assert (await edge.client.get(path, headers={"If-None-Match": tag})).status_code == 304
    monkeypatch.setattr("services.chassis.things.own.today", lambda: today() + timedelta(days=1))
    assert (await edge.client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_a_reference_is_one_producer_in_its_district(edge):
    first = await edge.post(PATH, APPLICATION, key="k")
    assert (await edge.post(PATH, APPLICATION, key="k")).json() == {**first.json(), "repeated": True}
    problem(await edge.post(PATH, {**APPLICATION, "category": "sme"}, key="k"), 422, "idempotency-key-reused")
    problem(await edge.post(PATH, APPLICATION), 409, "producer-applied")
    problem(await edge.post(PATH, {**APPLICATION, "area": "510101"}), 409, "producer-applied")
    problem(
        await edge.post(PATH, {**APPLICATION, "registration_ref": "13"}, If_Match='"4"'), 412, "stale-version"
    )
    assert edge.names() == ["ProducerApplied"]


async def test_unknown_abolished_too_wide_and_foreign_areas_are_refused(edge):
    for area, status, code in (
        (UNKNOWN, 422, "unknown-area"),
        (ABOLISHED, 422, "area-abolished"),
        ("5101", 422, "producer-needs-a-tambon"),
        (ELSEWHERE, 403, "outside-your-area"),
    ):
        problem(await edge.post(PATH, {**APPLICATION, "area": area}), status, code)
    assert edge.names() == []


async def test_who_may_not_reads_and_writes_nothing(edge):
    path = (await edge.post(PATH, APPLICATION)).headers["Location"]
    for authorization, status, code in (
        ("", 401, "token-missing"),
        (bearer_of(aud="another"), 401, "token-audience"),
        (bearer(Role.SUBSCRIBER), 403, "role-missing"),
        (bearer(Role.OFFICER, area="52"), 403, "outside-your-area"),
    ):
        problem(await edge.client.get(path, headers={"Authorization": authorization}), status, code)
        other = {**APPLICATION, "registration_ref": "99"}
        problem(await edge.post(PATH, other, Authorization=authorization), status, code)
    elsewhere = bearer(Role.OFFICER, area="52")
    problem(await edge.post(PATH, APPLICATION, Authorization=elsewhere), 403, "outside-your-area")
    assert edge.names() == ["ProducerApplied"]


async def test_wrong_fields_are_named_together(edge):
    wrong = {
        "registration_ref": "สมชาย 1",
        "category": "x",
        "channel": "fax",
        "area": "",
        "on": in_the_future(),
        "name": "ก",
    }
    answer = await edge.post(PATH, wrong)
    assert wrong_fields(answer) == {
        (None, "registration_ref", "pattern"), (None, "category", "choice"), (None, "channel", "choice"),
        (None, "area", "pattern"), (None, "on", "date-in-the-future"), (None, "name", "unknown-field"),
    }  # fmt: skip
    assert "สมชาย" not in answer.text


async def test_a_citizen_number_is_no_reference(edge):
    number = number_of(1)
    for ref in (
        number,
        f"A{number}"[1:],
        f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}",
    ):
        with logged() as lines:
            answer = await edge.post(PATH, {**APPLICATION, "registration_ref": ref})
        assert wrong_fields(answer) == {(None, "registration_ref", "citizen-number-here")}
        assert_untold(answer.text + lines(), 1)


async def test_ids_of_another_kind_are_clear_mistakes(edge):
    for wrong in (stream_id("fund", 1), "producer:1", "x"):
        assert wrong_fields(await edge.client.get(f"{PATH}/{wrong}")) == {(None, "producer_id", "pattern")}
    problem(await edge.client.get(f"{PATH}/{stream_id('producer', 1)}"), 404, "producer-not-found")
