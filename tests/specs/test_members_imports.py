"""Imports over HTTP: a file is accepted whole or refused with every row that is wrong, and then nothing is written."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.ids import stream_id
from services.chassis.access import Role
from services.chassis.imports.routes import FILE_BYTES
from tests.answered import in_the_future, problem, wrong_fields
from tests.edge import Edge, bearer, bearer_of, logged
from tests.lamphun_edge import (
    ABOLISHED,
    BIRTH_DAYS,
    COLUMNS,
    ELSEWHERE,
    FAMILY,
    GIVEN,
    OTHER_VILLAGE,
    UNKNOWN,
    assert_untold,
    csv_of,
    line_of,
    members,
    number_of,
)

AREAS = "code,level,name_th,name_en,valid_from\n"


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


async def refused(edge: Edge, kind: str, content: str | bytes, **heads: str):
    """The answer to a file that is refused; nothing was written, and nothing personal was said or logged."""
    before = len(edge.store.documents)
    with logged() as lines:
        answer = await edge.csv(kind, content, **heads)
    assert 400 <= answer.status_code < 500, answer.text
    assert len(edge.store.documents) == before
    assert all(owner.endswith("/file") for owner in edge.keys)
    assert_untold(answer.text + lines(), *range(10))
    return answer


async def test_a_file_is_accepted_once_and_tells_where_to_ask(edge):
    content = csv_of(line_of(1), line_of(2))
    answer = await edge.csv("memberships", content)
    assert (answer.status_code, answer.json()["events"]) == (202, ["chumchon.members.ImportAccepted.v1"])
    assert_untold(answer.text, 1, 2)
    path = answer.headers["Location"]
    assert (await edge.client.get(path)).json() == {
        "id": answer.json()["id"], "kind": "memberships", "status": "running", "rows": 2, "done": 0, "written": 0,
        "unchanged": 0, "refused": 0, "left_out": 0, "errors": [], "faults": None, "ask_again_seconds": 1,
    }  # fmt: skip
    again = await edge.csv("memberships", content)
    assert (again.status_code, again.json()["events"], again.headers["Location"]) == (202, [], path)


async def test_a_repeated_key_is_answered_again_and_another_file_under_it_refused(edge):
    first = await edge.csv("memberships", csv_of(line_of(1)), key="k")
    again = await edge.csv("memberships", csv_of(line_of(1)), key="k")
    assert again.json() == {**first.json(), "repeated": True}
    other = await edge.csv("memberships", csv_of(line_of(2)), key="k")
    problem(other, 422, "idempotency-key-reused")
    assert edge.names().count("ImportAccepted") == 1


async def test_every_row_that_is_wrong_is_named_with_its_field(edge):
    content = csv_of(
        line_of(0),
        line_of(1, citizen_id=number_of(1)[:-1]),
        line_of(2, area="๕๑๐๑", given_name=""),
        line_of(3, applied_on="1/10/2021", registered_on=in_the_future()),
        line_of(4, network="x", old_or_new="?", generated="มั้ง"),
    )
    answer = await refused(edge, "memberships", content)
    assert wrong_fields(answer) == {
        (3, "citizen_id", "citizen-number-length"), (4, "given_name", "too-short"), (5, "applied_on", "date-order"),
        (5, "registered_on", "date-in-the-future"), (6, "network", "choice"), (6, "old_or_new", "choice"),
        (6, "generated", "yes-no"),
    }  # fmt: skip
    assert number_of(1)[:-1] not in answer.text


async def test_what_is_wrong_beyond_the_form_is_named_too_and_rows_keep_their_numbers(edge):
    lines: tuple[dict[str, Any], ...] = (
        line_of(1), line_of(2, area=UNKNOWN), {}, line_of(3, area=ABOLISHED), line_of(4, area="510101"),
        line_of(1, area=OTHER_VILLAGE), line_of(5, area=ELSEWHERE), line_of(6, applied_on="2021-10-16"),
        line_of(7, card_issued_on="2021-10-14"), line_of(8, card_no=""),
    )  # fmt: skip
    answer = await refused(edge, "memberships", csv_of(*lines))
    assert wrong_fields(answer) == {
        (3, "area", "unknown-area"), (5, "area", "area-abolished"), (6, "area", "village-needed"),
        (7, "citizen_id", "twice"), (8, "area", "outside-your-area"), (9, "registered_on", "before-applied"),
        (10, "card_issued_on", "before-registered"), (11, "card_no", "card-incomplete"),
    }  # fmt: skip
    assert 'row 2"' in answer.text


async def test_a_file_without_a_header_is_refused_without_a_word_about_its_people(edge):
    answer = await refused(edge, "memberships", csv_of(line_of(1), line_of(2)).partition("\n")[2])
    assert {code for _, _, code in wrong_fields(answer, code="file-columns")} == {"column-missing"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (csv_of(line_of(1)).encode("utf-16"), "file-not-utf8"),
        (csv_of(line_of(1)).replace(",", ";"), "file-separator"),
        (csv_of(line_of(1)).replace(GIVEN, f'"{GIVEN}'), "file-not-csv"),
        ("", "file-empty"),
        (f"{COLUMNS}\n", "file-empty"),
        (csv_of(line_of(1)).replace("citizen_id", "id"), "file-columns"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_with_its_reason(edge, content, code):
    problem(await refused(edge, "memberships", content), 422, code)


async def test_a_mark_at_the_begin_quotes_and_line_ends_in_a_cell_are_read(edge):
    line = line_of(1, given_name=f'"{GIVEN}\n1"', family_name=f'"{FAMILY}, ""แดง"""')
    answer = await edge.csv("memberships", "\ufeff" + csv_of(line).replace("\n", "\r\n"))
    assert answer.status_code == 202, answer.text
    [(_, opened)] = await edge.parts.handler.sealed_parts(answer.json()["id"], 1)
    [row] = opened["rows"]
    assert (row["row"], row["given_name"], row["family_name"]) == (2, f"{GIVEN} 1", f'{FAMILY}, "แดง"')
    assert (row["citizen_id"], row["birth_date"], row["card_issued_on"]) == (
        number_of(1),
        BIRTH_DAYS[1],
        "2021-10-20",
    )


async def test_a_file_that_is_too_large_or_no_csv_is_refused(edge):
    problem(await refused(edge, "memberships", b"x" * (FILE_BYTES + 1)), 413, "body-too-large")
    problem(
        await refused(edge, "memberships", csv_of(line_of(1)), Content_Type="application/json"),
        415,
        "content-type",
    )
    problem(await refused(edge, "people", csv_of(line_of(1))), 405, "method-not-allowed")


async def test_who_may_not_import_is_told_before_the_file_is_read(edge):
    content = csv_of(line_of(1))
    for authorization, status, code in (
        ("", 401, "token-missing"),
        (bearer_of(exp=1), 401, "token-expired"),
        (bearer(Role.AUDITOR), 403, "role-missing"),
    ):
        problem(await refused(edge, "memberships", content, Authorization=authorization), status, code)


async def test_each_row_outside_the_officers_area_is_named(edge):
    content = csv_of(line_of(1), line_of(2, area="51020101"))
    answer = await refused(edge, "memberships", content, Authorization=bearer(Role.OFFICER, area="5101"))
    assert wrong_fields(answer) == {(3, "area", "outside-your-area")}


async def test_an_officer_of_two_districts_is_told_to_send_two_files(edge):
    content = csv_of(line_of(1), line_of(2, area="51020101"))
    both = bearer_of(areas=["5101", "5102"])
    problem(await refused(edge, "memberships", content, Authorization=both), 422, "import-one-area")
    assert (await edge.csv("memberships", csv_of(line_of(1)), Authorization=both)).status_code == 202


async def test_how_far_an_import_is_is_told_in_its_area_only(edge):
    path = (await edge.csv("memberships", csv_of(line_of(1)))).headers["Location"]
    problem(
        await edge.client.get(path, headers={"Authorization": bearer_of(areas=["5102"])}),
        403,
        "outside-your-area",
    )
    problem(
        await edge.client.get(path, headers={"Authorization": bearer(Role.APPROVER)}), 403, "role-missing"
    )
    assert (await edge.client.get(path, headers={"Authorization": bearer(Role.AUDITOR)})).status_code == 200
    problem(await edge.client.get(f"/v1/imports/{stream_id('import', 'x')}"), 404, "import-not-found")
    for wrong in (stream_id("person", "x"), "areas", "import:1"):
        assert wrong_fields(await edge.client.get(f"/v1/imports/{wrong}")) == {(None, "import_id", "pattern")}


async def test_areas_are_imported_with_every_mistake_named(edge):
    content = (
        f"{AREAS}๕๑๐๑๐๑๐๕,village,บ้านห้า,Ban Ha,\n51010105,village,บ้านห้า,Ban Ha,\n51010106,tambon,บ้านหก,Ban Hok,\n"
        f"51990101,village,บ้านเจ็ด,Ban Chet,\n52010102,village,บ้านแปด,Ban Paet,\n51010107,village,{number_of(1)},Ban Kao,\n"
    )
    answer = await refused(edge, "areas", content)
    assert wrong_fields(answer) == {
        (7, "name_th", "citizen-number-here"),
        (3, "code", "twice"), (4, "level", "level-of-code"), (5, "code", "unknown-parent"),
        (6, "code", "outside-your-area"),
    }  # fmt: skip
    accepted = await edge.csv(
        "areas",
        f"{AREAS}51010105,village,บ้านห้า,Ban Ha,๑ ต.ค. ๒๕๖๔\n510105,tambon,ห้า,Ha,\n51010501,village,ก,Ko,\n",
    )
    assert accepted.status_code == 202, accepted.text


async def test_a_parent_may_stand_below_its_child_in_the_file(edge):
    answer = await edge.csv("areas", f"{AREAS}51010501,village,ก,Ko,\n510105,tambon,ห้า,Ha,\n")
    assert answer.status_code == 202
