"""Persons over HTTP: registered, found, read, corrected, forgotten; and nothing personal where it must not be."""

from __future__ import annotations

import pytest
from pymongo.errors import PyMongoError

from contracts.ids import stream_id
from services.chassis.access import Role
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import bearer, logged
from tests.lamphun_edge import (
    ABOLISHED,
    BIRTH_DAYS,
    ELSEWHERE,
    FAMILY,
    GIVEN,
    UNKNOWN,
    VILLAGE,
    assert_untold,
    members,
    number_of,
    person_of,
)

APPROVER = {"Authorization": bearer(Role.APPROVER)}


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


async def registered(edge, n: int = 1) -> str:
    answer = await edge.post("/v1/persons", person_of(n))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_a_person_is_registered_found_by_number_and_read(edge):
    person = await registered(edge)
    number = number_of(1)
    dashed = f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"
    thai = dashed.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    for typed in (number, dashed, f" {thai} "):
        assert (await edge.post("/v1/persons/lookup", {"citizen_number": typed})).json() == {"id": person}
    assert (await edge.client.get(f"/v1/persons/{person}")).json() == {
        "id": person, "area": VILLAGE, "citizen_number": number, "given_name": f"{GIVEN}1", "family_name": FAMILY,
        "birth_date": BIRTH_DAYS[1],
    }  # fmt: skip
    assert [data["generated"] for name, data in edge.events() if name == "PersonRegistered"] == [True]


async def test_a_reading_is_noted_before_anything_is_shown(edge):
    person = await registered(edge)
    answer = await edge.client.get(
        f"/v1/persons/{person}", headers={"X-Correlation-ID": "0b9c4ad02f5c4d0b8f5e3f1f6a0e7c11"}
    )
    [noted] = edge.access_log.noted
    assert answer.headers["Cache-Control"] == "no-store"
    assert (noted["actor"], noted["subject"], noted["correlation_id"]) == (
        "officer-7",
        person,
        "0b9c4ad02f5c4d0b8f5e3f1f6a0e7c11",
    )
    edge.access_log.broken = PyMongoError("no primary")
    with logged() as lines:
        broken = await edge.client.get(f"/v1/persons/{person}")
    assert broken.status_code >= 500
    assert_untold(broken.text + lines(), 1)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("10000700001", "citizen-number-length"),
        ("12345678901234", "citizen-number-length"),
        ("1000x70000011", "citizen-number-characters"),
        ("0000000000000", "citizen-number-first-digit"),
        (number_of(1)[:-1] + str((int(number_of(1)[-1]) + 1) % 10), "citizen-number-checksum"),
        ("", "citizen-number-length"),
        (1000070000011, "text"),
        (None, "text"),
    ],
)
async def test_each_wrong_citizen_number_is_told_apart_and_never_repeated(edge, number, code):
    with logged() as lines:
        answers = [
            await edge.post("/v1/persons", person_of(1, citizen_number=number)),
            await edge.post("/v1/persons/lookup", {"citizen_number": number}),
        ]
    for answer in answers:
        assert wrong_fields(answer) == {(None, "citizen_number", code)}
        assert_untold(answer.text, 1)
        assert not number or str(number) not in answer.text
    assert_untold(lines(), 1)
    assert not number or str(number) not in lines()


async def test_every_wrong_field_is_named_and_no_value_is_repeated(edge):
    body = person_of(
        1, given_name=" ", family_name="ก" * 101, birth_date=in_the_future(), area="5101010", tel="x"
    )
    del body["citizen_number"]
    answer = await edge.post("/v1/persons", body)
    assert wrong_fields(answer) == {
        (None, "citizen_number", "missing"), (None, "given_name", "too-short"), (None, "family_name", "too-long"),
        (None, "birth_date", "date-in-the-future"), (None, "area", "pattern"), (None, "tel", "unknown-field"),
    }  # fmt: skip
    assert "ก" * 101 not in answer.text
    assert "PersonRegistered" not in edge.names()


async def test_a_year_of_one_era_typed_as_the_other_is_told(edge):
    for day, code in (
        ("26/11/2021", "date-order"),
        ("3107-01-01", "date-era"),
        ("26/11/64", "date-year-digits"),
    ):
        answer = await edge.post("/v1/persons", person_of(1, birth_date=day))
        assert wrong_fields(answer) == {(None, "birth_date", code)}
        assert day not in answer.text


async def test_unknown_abolished_and_foreign_areas_take_nobody(edge):
    problem(await edge.post("/v1/persons", person_of(1, area=UNKNOWN)), 422, "unknown-area")
    problem(await edge.post("/v1/persons", person_of(1, area=ABOLISHED)), 422, "area-abolished")
    problem(await edge.post("/v1/persons", person_of(1, area=ELSEWHERE)), 403, "outside-your-area")
    assert "PersonRegistered" not in edge.names()


async def test_a_person_is_registered_once_and_a_repeated_key_is_answered_again(edge):
    first = await edge.post("/v1/persons", person_of(1), key="k")
    again = await edge.post("/v1/persons", person_of(1), key="k")
    assert again.json() == {**first.json(), "repeated": True}
    other = await edge.post("/v1/persons", person_of(1, given_name="อื่น"), key="k")
    problem(other, 422, "idempotency-key-reused")
    problem(await edge.post("/v1/persons", person_of(1)), 409, "person-known")
    assert edge.names().count("PersonRegistered") == 1


async def test_details_are_corrected_by_who_has_read_the_newest(edge):
    person = await registered(edge)
    path = f"/v1/persons/{person}/correct-person"
    body = person_of(1, given_name="ใหม่")
    del body["area"]
    assert (await edge.post(path, body, If_Match='"1"')).headers["ETag"] == '"2"'
    stale = await edge.post(path, {**body, "given_name": f"{GIVEN}1"}, If_Match='"1"')
    assert problem(stale, 412, "stale-version")["version"] == 2
    assert_untold(stale.text, 1)
    assert (await edge.client.get(f"/v1/persons/{person}")).json()["given_name"] == "ใหม่"


async def test_details_with_another_persons_number_are_refused(edge):
    person = await registered(edge)
    body = person_of(2)
    del body["area"]
    answer = await edge.post(f"/v1/persons/{person}/correct-person", body)
    problem(answer, 404, "person-not-found")
    assert_untold(answer.text, 1, 2)


async def test_a_forgotten_person_is_no_longer_there_to_be_read_nor_corrected(edge):
    person = await registered(edge)
    problem(await edge.post(f"/v1/persons/{person}/forget-person"), 403, "role-missing")
    assert (await edge.post(f"/v1/persons/{person}/forget-person", **APPROVER)).status_code == 200
    read = await edge.client.get(f"/v1/persons/{person}")
    problem(read, 409, "person-forgotten")
    assert_untold(read.text, 1)
    assert edge.access_log.noted[-1]["subject"] == person
    body = person_of(1)
    del body["area"]
    problem(await edge.post(f"/v1/persons/{person}/correct-person", body), 409, "person-forgotten")
    again = await edge.post(f"/v1/persons/{person}/forget-person", **APPROVER)
    assert (again.status_code, again.json()["events"]) == (200, [])
    assert person not in edge.keys


async def test_who_comes_back_is_registered_anew_and_the_old_part_stays_unreadable(edge):
    person = await registered(edge)
    await edge.post(f"/v1/persons/{person}/forget-person", **APPROVER)
    assert (await edge.post("/v1/persons", person_of(1, given_name="กลับมา"))).status_code == 201
    assert (await edge.client.get(f"/v1/persons/{person}")).json()["given_name"] == "กลับมา"
    assert await edge.parts.handler.sealed_parts(person, 1) == [
        ((await edge.store.read(person))[0].events[0].envelope.parsed(), None)
    ]


async def test_nobody_of_another_area_reads_finds_corrects_or_forgets_and_no_reading_is_noted(edge):
    person = await registered(edge)
    body = person_of(1)
    del body["area"]
    officer, approver = (
        {"Authorization": bearer(role, area="5102")} for role in (Role.OFFICER, Role.APPROVER)
    )
    answers = [
        await edge.client.get(f"/v1/persons/{person}", headers=officer),
        await edge.post("/v1/persons/lookup", {"citizen_number": number_of(1)}, **officer),
        await edge.post(f"/v1/persons/{person}/correct-person", body, **officer),
        await edge.post(f"/v1/persons/{person}/forget-person", **approver),
        await edge.post("/v1/persons", person_of(1, area="51020101"), **officer),
    ]
    for answer in answers:
        problem(answer, 403, "outside-your-area")
        assert_untold(answer.text, 1)
    assert edge.access_log.noted == []
    assert (await edge.client.get(f"/v1/persons/{person}")).status_code == 200


async def test_without_a_token_or_with_another_role_nothing_is_read(edge):
    person = await registered(edge)
    for path in (f"/v1/persons/{person}", f"/v1/persons/{stream_id('person', 'nobody')}"):
        problem(await edge.client.get(path, headers={"Authorization": ""}), 401, "token-missing")
        for role in (Role.AUDITOR, Role.APPROVER, Role.OPERATOR, Role.SUBSCRIBER):
            problem(await edge.client.get(path, headers={"Authorization": bearer(role)}), 403, "role-missing")
    assert edge.access_log.noted == []


async def test_ids_of_another_kind_or_none_are_clear_mistakes(edge):
    await registered(edge)
    membership, uuid = stream_id("membership", "tsm", "x"), stream_id("person", "x").partition(":")[2]
    for wrong in (
        membership,
        uuid,
        f"person:{uuid.upper()}",
        f"person:{uuid}%0A",
        "person:1",
        "person:" + "0" * 2000,
    ):
        for answer in (
            await edge.client.get(f"/v1/persons/{wrong}"),
            await edge.post(f"/v1/persons/{wrong}/forget-person", **APPROVER),
        ):
            assert wrong_fields(answer) == {(None, "person_id", "pattern")}
    problem(await edge.client.get(f"/v1/persons/person:{uuid}"), 404, "person-not-found")
    problem(await edge.post("/v1/persons/lookup", {"citizen_number": number_of(5)}), 404, "person-not-found")
