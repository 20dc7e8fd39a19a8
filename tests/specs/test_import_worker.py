"""An accepted import runs to its end, doubles nothing, reports what was refused, and its rows are destroyed afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from io import StringIO

import pytest

from contracts.areas import within
from services.chassis.access import Role
from services.cli import lamphun
from services.cli.areas import AreaRow, area_rows, write_csv
from services.members.app import SERVICE
from tests.answered import wrong_fields
from tests.chain import assert_whole
from tests.edge import bearer, edge_of, logged, nothing_waits
from tests.importing import (
    IMPORT,
    PEOPLE,
    accepted,
    completed,
    counted,
    facts,
    imported,
    memberships_of,
    people,
    streams,
    worker,
)
from tests.lamphun_edge import OTHER_VILLAGE, VILLAGE, assert_untold, csv_of, line_of, members, person_of


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


async def test_an_accepted_file_runs_to_its_end_and_its_rows_are_destroyed(edge):
    import_id = await accepted(edge, people())
    [(_, opened)] = await edge.parts.handler.sealed_parts(import_id, 1)
    assert len(opened["rows"]) == PEOPLE
    with logged() as lines:
        async with worker(edge):
            while (await edge.parts.handler.state(IMPORT, import_id)).state.running:
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.02)
            assert import_id not in edge.keys  # though no view has heard of the end yet
            told = await completed(edge, import_id)
    assert counted(told) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert import_id not in edge.keys
    assert [opened for _, opened in await edge.parts.handler.sealed_parts(import_id, 1)] == [None]
    assert "import-completed" in lines()
    assert_untold(lines(), *range(PEOPLE))
    names = Counter(edge.names())
    assert names["PersonRegistered"] == names["MembershipRegistered"] == names["MemberCardIssued"] == PEOPLE
    for documents in streams(edge):
        assert_whole(documents)


async def test_the_same_file_and_the_same_people_in_another_file_double_nothing(edge):
    await imported(edge, people())
    before = facts(edge)
    assert counted(await imported(edge, people())) == ("completed", PEOPLE, PEOPLE, 0, 0)
    other = people(*reversed(range(PEOPLE)))
    assert counted(await imported(edge, other)) == ("completed", PEOPLE, 0, PEOPLE, 0)
    assert facts(edge) == before


async def test_rows_that_are_refused_when_they_run_are_reported_by_number_and_reason(edge):
    await imported(edge, csv_of(line_of(3, area=OTHER_VILLAGE)))
    with logged() as lines:
        told = await imported(edge, csv_of(line_of(1), {}, line_of(2), line_of(3)))
    assert counted(told) == ("completed", 3, 2, 0, 1)
    assert [(error["row"], error["code"]) for error in told["errors"]] == [(5, "member-already")]
    assert_untold(str(told) + lines(), 1, 2, 3)


async def test_a_file_whose_import_had_refused_rows_runs_anew_when_it_is_sent_again(edge):
    elsewhere = line_of(
        2,
        area=OTHER_VILLAGE,
        card_no="",
        card_issued_on="",
        applied_on="2020-01-01",
        registered_on="2020-01-02",
    )
    await imported(edge, csv_of(elsewhere))
    assert counted(await imported(edge, people(1, 2))) == ("completed", 2, 1, 0, 1)
    [member] = [row["subject"] for row in await memberships_of(edge) if row["area"] == OTHER_VILLAGE]
    await edge.post(f"/v1/memberships/{member}/leave", {"on": "2021-01-01"})
    told = await imported(edge, people(1, 2))
    assert (counted(told), told["errors"]) == (("completed", 2, 1, 1, 0), [])
    assert told["id"] not in edge.keys


async def test_a_person_who_is_known_is_taken_up_with_the_row(edge):
    await edge.post("/v1/persons", person_of(1))
    assert counted(await imported(edge, people(1, 3))) == ("completed", 2, 2, 0, 0)


async def forget(edge, n: int) -> str:
    gone = (await edge.post("/v1/persons/lookup", {"citizen_number": person_of(n)["citizen_number"]})).json()[
        "id"
    ]
    heads = {"Authorization": bearer(Role.APPROVER)}
    assert (await edge.post(f"/v1/persons/{gone}/forget-person", **heads)).status_code == 200
    return str(gone)


async def test_a_file_does_not_bring_back_who_was_forgotten_and_says_so(edge):
    await edge.post("/v1/persons", person_of(2))
    gone = await forget(edge, 2)
    refused = await edge.csv("memberships", people(1, 2))
    assert wrong_fields(refused) == {(3, "citizen_id", "person-forgotten")}
    assert (await edge.client.get(f"/v1/persons/{gone}")).status_code == 409
    alone = await edge.post("/v1/register-entries", line_of(2))
    assert {code for _, _, code in wrong_fields(alone)} == {"person-forgotten"}


async def test_who_is_forgotten_between_the_file_and_its_rows_stays_forgotten(edge):
    await edge.post("/v1/persons", person_of(2))
    import_id = await accepted(edge, people(1, 2))
    gone = await forget(edge, 2)
    async with worker(edge):
        told = await completed(edge, import_id)
    assert counted(told) == ("completed", 2, 1, 0, 1)
    assert [(error["row"], error["code"]) for error in told["errors"]] == [(3, "person-forgotten")]
    assert (await edge.client.get(f"/v1/persons/{gone}")).status_code == 409


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("given_name", "อื่น"),
        ("family_name", "อื่น"),
        ("birth_date", "2511-01-01"),
        ("applied_on", "2021-10-02"),
        ("registered_on", "2021-10-16"),
        ("card_no", "อื่น"),
        ("card_issued_on", "2021-10-21"),
        ("old_or_new", "old"),
    ],
)
async def test_a_row_that_is_known_and_differs_is_told_with_its_field_and_writes_nothing(edge, field, other):
    await imported(edge, people(1))
    before = facts(edge)
    answer = await edge.csv("memberships", csv_of(line_of(1, **{field: other}), line_of(2)))
    assert wrong_fields(answer) == {(2, field, "differs")}
    alone = await edge.post("/v1/register-entries", line_of(1, **{field: other}))
    assert wrong_fields(alone) == {(None, field, "differs")}
    assert_untold(answer.text + alone.text, 1, 2)
    assert facts(edge) == before
    some = await edge.csv("memberships?skip_bad_rows=true", csv_of(line_of(1, **{field: other}), line_of(2)))
    assert some.status_code == 202
    await edge.tell()
    async with worker(edge):
        told = await completed(edge, some.json()["id"])
    assert (counted(told), told["left_out"]) == (("completed", 1, 1, 0, 0), 1)
    assert [(error["row"], error["field"], error["code"]) for error in told["errors"]] == [
        (2, field, "differs")
    ]


async def test_an_officer_is_not_told_what_somebody_elsewhere_is_called(edge):
    await edge.post("/v1/persons", person_of(1))
    elsewhere = bearer(Role.OFFICER, area="5102")
    line = line_of(1, area="51020101", given_name="อื่น")
    answer = await edge.csv("memberships?dry_run=true", csv_of(line), Authorization=elsewhere)
    assert "differs" not in answer.text


async def test_areas_of_several_provinces_run_with_parents_first(edge):
    edge.client.headers["Authorization"] = bearer(Role.OFFICER, area="")
    rows = [AreaRow(f"{province}{tail}", level, "ก", "K", "") for province in (50, 53) for level, tail in (
        ("village", "010101"), ("tambon", "0101"), ("province", ""), ("district", "01"),
    )]  # fmt: skip
    text = StringIO(newline="")
    write_csv(
        AreaRow._fields, [*rows, AreaRow(VILLAGE, "village", f"ที่ {VILLAGE}", f"Place {VILLAGE}", "")], text
    )
    assert counted(await imported(edge, text.getvalue(), "areas")) == ("completed", 9, 8, 1, 0)
    assert (await edge.client.get("/v1/areas/53010101")).json()["valid_from"] == "1889-04-01"


async def test_the_whole_example_of_lamphun_goes_through_with_its_printed_totals():
    async with edge_of(SERVICE, outbox_depth=nothing_waits) as edge:
        text = StringIO(newline="")
        edge.client.headers["Authorization"] = bearer(Role.OFFICER, area="51")
        of_lamphun = [row for row in area_rows() if within(row.code, lamphun.PROVINCE)]
        write_csv(AreaRow._fields, [*of_lamphun, *lamphun.village_rows()], text)
        areas = await imported(edge, text.getvalue(), "areas")
        assert counted(areas) == ("completed", 465, 465, 0, 0)
        text = StringIO(newline="")
        assert lamphun.write_members(text) == 3348
        told = await imported(edge, text.getvalue())
        assert counted(told) == ("completed", 3348, 3348, 0, 0)
        rows = await memberships_of(edge)
        villages = {row["area"] for row in rows if row["stage"] == "registered"}
        assert (len(rows), len({village[:6] for village in villages}), len(villages)) == (3348, 48, 405)
        names = Counter(edge.names())
        assert names["FirstMemberInTambonRegistered"] == 48
        assert names["MembershipRegistered"] == names["PersonRegistered"] == 3348
        assert all(data["generated"] for name, data in edge.events() if name == "PersonRegistered")
