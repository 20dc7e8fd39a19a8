"""The area register over HTTP: what is registered, split and abolished, by whom, and what is refused."""

from __future__ import annotations

import pytest

from services.chassis.access import Role
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import bearer
from tests.lamphun_edge import ABOLISHED, UNKNOWN, VILLAGE, assert_untold, members, number_of

NEW = {"code": "51010104", "name_th": "บ้านใหม่", "name_en": "Ban Mai", "valid_from": "๑ ต.ค. ๒๕๖๔"}


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


async def test_an_area_is_registered_and_everybody_can_read_it(edge):
    answer = await edge.post("/v1/areas", NEW)
    assert answer.status_code == 201
    read = await edge.client.get(answer.headers["Location"], headers={"Authorization": ""})
    assert read.json() == {
        "code": "51010104", "level": "village", "name_th": "บ้านใหม่", "name_en": "Ban Mai",
        "valid_from": "2021-10-01", "valid_to": None, "successor": "", "split_into": [],
    }  # fmt: skip
    assert read.headers["ETag"] == answer.headers["ETag"]


async def test_thai_digits_in_a_code_are_read_and_blanks_are_not_kept(edge):
    answer = await edge.post("/v1/areas", {**NEW, "code": " ๕๑๐๑๐๑๐๔ ", "name_th": " บ้านใหม่ "})
    assert answer.headers["Location"] == "/v1/areas/51010104"
    assert (await edge.client.get("/v1/areas/51010104")).json()["name_th"] == "บ้านใหม่"


async def test_a_tambon_is_split_and_an_area_abolished_and_both_keep_their_history(edge):
    assert (
        await edge.post("/v1/areas/510101/split-area", {"into": ["510201"], "on": "2021-12-01"})
    ).status_code == 200
    answer = await edge.post(
        f"/v1/areas/{VILLAGE}/abolish-area", {"successor": "51010102", "on": "1 ธ.ค. 2564"}
    )
    assert answer.json()["events"] == ["chumchon.members.AreaAbolished.v1"]
    assert (await edge.client.get("/v1/areas/510101")).json()["split_into"] == ["510201"]
    read = (await edge.client.get(f"/v1/areas/{VILLAGE}")).json()
    assert (read["valid_to"], read["successor"], read["name_en"]) == (
        "2021-12-01",
        "51010102",
        f"Place {VILLAGE}",
    )


async def test_an_area_that_is_not_registered_is_404_to_who_reads_and_422_to_who_writes(edge):
    problem(await edge.client.get(f"/v1/areas/{UNKNOWN}"), 404, "unknown-area")
    for path, body in (
        (f"/v1/areas/{UNKNOWN}/abolish-area", {"on": "2021-12-01"}),
        (f"/v1/areas/{UNKNOWN}/split-area", {"into": ["510101"], "on": "2021-12-01"}),
        ("/v1/areas/510101/split-area", {"into": ["510199"], "on": "2021-12-01"}),
        (f"/v1/areas/{VILLAGE}/abolish-area", {"successor": UNKNOWN, "on": "2021-12-01"}),
    ):
        problem(await edge.post(path, body), 422, "unknown-area")
    problem(await edge.post("/v1/areas", {**NEW, "code": "51990101"}), 422, "unknown-area")


async def test_what_was_abolished_is_no_heir_and_ends_once(edge):
    body = {"successor": ABOLISHED, "on": "2021-12-01"}
    problem(await edge.post(f"/v1/areas/{VILLAGE}/abolish-area", body), 422, "area-abolished")
    problem(
        await edge.post(f"/v1/areas/{ABOLISHED}/abolish-area", {"on": "2022-01-01"}), 422, "area-abolished"
    )
    again = await edge.post(f"/v1/areas/{ABOLISHED}/abolish-area", {"successor": VILLAGE, "on": "2021-10-01"})
    assert (again.status_code, again.json()["events"]) == (200, [])


async def test_codes_that_are_none_are_named(edge):
    for code in ("510", "5101010", "510101011", "51 01", "", "๕๑๐", 51):
        assert {found[1] for found in wrong_fields(await edge.post("/v1/areas", {**NEW, "code": code}))} == {
            "code"
        }
    problem(await edge.client.get("/v1/areas/510"), 422, "invalid")
    problem(await edge.client.get("/v1/areas/%E0%B9%95%E0%B9%91"), 422, "invalid")


async def test_fields_that_are_wrong_are_named_together_and_one_too_many_is_no_slip_that_passes(edge):
    body = {"code": "51010104", "name_th": "  ", "valid_from": "26/11/2021", "assumd": True}
    assert wrong_fields(await edge.post("/v1/areas", body)) == {
        (None, "name_th", "too-short"), (None, "name_en", "missing"), (None, "valid_from", "date-order"),
        (None, "assumd", "unknown-field"),
    }  # fmt: skip
    assert edge.names().count("AreaRegistered") == 13


async def test_a_day_that_is_a_number_or_still_to_come_is_refused(edge):
    for on in (0, 86_400, 1_638_316_800.0, True):
        found = wrong_fields(await edge.post(f"/v1/areas/{VILLAGE}/abolish-area", {"on": on}))
        assert found == {(None, "on", "date-unreadable")}
    answer = await edge.post(f"/v1/areas/{VILLAGE}/abolish-area", {"on": in_the_future()})
    assert wrong_fields(answer) == {(None, "on", "date-in-the-future")}


async def test_a_citizen_number_in_a_public_name_is_refused_and_not_repeated(edge):
    answer = await edge.post("/v1/areas", {**NEW, "name_th": f"บ้านของ {number_of(1)}"})
    assert wrong_fields(answer) == {(None, "name_th", "citizen-number-here")}
    assert_untold(answer.text, 1)


async def test_who_may_not_is_told_so_and_nothing_is_written(edge):
    before = len(edge.store.documents)
    problem(await edge.post("/v1/areas", NEW, Authorization=""), 401, "token-missing")
    problem(await edge.post("/v1/areas", NEW, Authorization=bearer(Role.AUDITOR)), 403, "role-missing")
    for area in ("52", "5102"):
        heads = {"Authorization": bearer(Role.OFFICER, area=area)}
        problem(await edge.post("/v1/areas", NEW, **heads), 403, "outside-your-area")
        answer = await edge.post(f"/v1/areas/{VILLAGE}/abolish-area", {"on": "2021-12-01"}, **heads)
        problem(answer, 403, "outside-your-area")
    assert len(edge.store.documents) == before


async def test_a_stale_etag_is_refused_and_a_fresh_one_passes(edge):
    fresh = (await edge.client.get("/v1/areas/51")).headers["ETag"]
    body = {"on": "2021-12-01"}
    problem(await edge.post(f"/v1/areas/{VILLAGE}/abolish-area", body, If_Match='"1"'), 412, "stale-version")
    assert (await edge.post(f"/v1/areas/{VILLAGE}/abolish-area", body, If_Match=fresh)).status_code == 200


async def test_a_repeated_key_has_its_first_answer_and_another_body_is_refused(edge):
    first = await edge.post("/v1/areas", NEW, key="k")
    again = await edge.post("/v1/areas", NEW, key="k")
    assert again.json() == {**first.json(), "repeated": True}
    problem(await edge.post("/v1/areas", {**NEW, "name_en": "Other"}, key="k"), 422, "idempotency-key-reused")
    assert edge.names().count("AreaRegistered") == 14


async def test_a_body_of_more_than_a_mebibyte_is_refused(edge):
    answer = await edge.post("/v1/areas", {**NEW, "name_th": "ก" * 400_000})
    problem(answer, 413, "body-too-large")


async def test_nobody_waits_for_more_than_two_reads_however_many_areas_are_unknown(edge):
    from services.members.api.areas import registers_of

    read, asked = edge.store.read, []

    async def counted(stream, after=0):
        asked.append(stream)
        return await read(stream, after)

    edge.store.read = counted
    await registers_of(edge.parts.handler, [f"5101{n:04}" for n in range(2000)])
    assert len(asked) == 1
