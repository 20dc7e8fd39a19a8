"""What an officer gets of a file: the same file with its faults, the good rows alone where so chosen, and how far it is."""

from __future__ import annotations

import csv
import io
import resource
import time
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter

from services.chassis.access import Role
from services.chassis.forms.sheets import MEDIA_TYPE
from services.chassis.forms.template import NOTE
from services.chassis.imports.routes import FILE_BYTES
from tests.answered import problem, wrong_fields
from tests.edge import bearer
from tests.importing import completed, counted, worker
from tests.lamphun_edge import COLUMNS, FAMILY, GIVEN, UNKNOWN, csv_of, line_of, members, number_of
from tests.spreadsheets import first_sheet, xlsx

EXCEL = "application/vnd.ms-excel"
WRONG: tuple[dict[str, Any], ...] = (
    line_of(1),
    line_of(2, area=UNKNOWN, applied_on="2021-10-16"),
    {},
    line_of(3, given_name="-", birth_date="?"),
)


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


def sheet_of(*lines) -> bytes:
    names = COLUMNS.split(",")
    return xlsx([names, *([line.get(name, "") for name in names] for line in lines)])


def in_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


async def test_all_faults_of_all_rows_come_in_one_round(edge):
    for content, kind in ((csv_of(*WRONG).encode(), EXCEL), (sheet_of(*WRONG), MEDIA_TYPE)):
        answer = await edge.csv("memberships", content, Content_Type=kind)
        assert wrong_fields(answer) == {
            (3, "area", "unknown-area"), (3, "registered_on", "before-applied"), (5, "given_name", "no-value"),
            (5, "birth_date", "date-unreadable"),
        }  # fmt: skip
        assert (answer.json()["rows"], answer.json()["wrong_rows"]) == (3, 2)


async def test_the_same_csv_comes_back_with_a_column_of_faults_and_can_be_mended_and_sent_again(edge):
    answer = await edge.csv("memberships", csv_of(*WRONG))
    file = await edge.client.get(answer.json()["faults"])
    assert (file.status_code, file.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert 'filename="memberships-faults.csv"' in file.headers["Content-Disposition"]
    lines = in_csv(file.content)
    assert lines[0] == [*COLUMNS.split(","), NOTE.th]
    assert [line[:12] for line in lines] == [
        line[:12] or [""] * 12 for line in csv.reader(io.StringIO(csv_of(*WRONG)))
    ]
    assert [bool(line[12]) for line in lines[1:]] == [False, True, False, True]
    assert "หมู่บ้าน: " in lines[2][12]
    assert "วันขึ้นทะเบียน: " in lines[2][12]
    mended = file.content.decode().replace(UNKNOWN, "51010101").replace("2021-10-16", "2021-10-01")
    mended = mended.replace(",-,", f",{GIVEN}3,").replace(",?,", ",,")
    again = await edge.csv("memberships", mended)
    assert again.status_code == 202, again.text


async def test_the_same_spreadsheet_comes_back_with_a_column_of_faults_in_the_language_asked_for(edge):
    answer = await edge.csv("memberships", sheet_of(*WRONG), Content_Type=MEDIA_TYPE)
    file = await edge.client.get(answer.json()["faults"], headers={"Accept-Language": "en"})
    assert file.headers["Content-Type"] == MEDIA_TYPE
    lines = first_sheet(file.content)
    assert lines[0] == [*COLUMNS.split(","), NOTE.th]
    assert lines[1][:2] == [number_of(1), f"{GIVEN}1"]
    assert "village: " in lines[2][12]
    again = await edge.csv("memberships", file.content, Content_Type=MEDIA_TYPE)
    assert again.json()["wrong_rows"] == 2
    twice = await edge.client.get(again.json()["faults"])
    assert len(first_sheet(twice.content)[0]) == 13


async def test_the_file_is_kept_sealed_for_its_sender_and_three_days(edge):
    path = (await edge.csv("memberships", csv_of(*WRONG))).json()["faults"]
    assert GIVEN.encode() not in b"".join(
        piece for _, pieces in edge.reports.files.values() for piece in pieces
    )
    other = await edge.client.get(path, headers={"Authorization": bearer(Role.OFFICER, actor="officer-8")})
    problem(other, 404, "faults-not-found")
    assert (await edge.client.get(path)).status_code == 200
    assert [noted["route"] for noted in edge.access_log.noted] == ["GET /v1/imports/{import_id}/faults"]
    [(about, _)] = edge.reports.files.values()
    about["until"] = datetime.now(UTC)
    problem(await edge.client.get(path), 404, "faults-not-found")


async def test_bad_rows_are_skipped_where_so_chosen_and_told_with_their_file(edge):
    answer = await edge.csv("memberships?skip_bad_rows=true", csv_of(*WRONG))
    assert answer.status_code == 202, answer.text
    await edge.tell()
    async with worker(edge):
        told = await completed(edge, answer.json()["id"])
    assert (counted(told), told["left_out"]) == (("completed", 1, 1, 0, 0), 2)
    assert {error["row"] for error in told["errors"]} == {3, 5}
    lines = in_csv((await edge.client.get(told["faults"])).content)
    assert [bool(line[12]) for line in lines[1:]] == [False, True, False, True]


async def test_a_file_whose_rows_became_good_is_another_import_and_the_others_run_too(edge):
    content = csv_of(line_of(1), line_of(2, area="51010105"))
    some = await edge.csv("memberships?skip_bad_rows=true", content)
    area = {"code": "51010105", "name_th": "บ้านห้า", "name_en": "Ban Ha", "valid_from": "2021-01-01"}
    assert (await edge.post("/v1/areas", area)).status_code == 201
    every = await edge.csv("memberships?skip_bad_rows=true", content)
    assert every.json()["id"] != some.json()["id"]
    await edge.tell()
    async with worker(edge):
        told = await completed(edge, every.json()["id"])
    assert (told["written"] + told["unchanged"], told["left_out"], told["faults"]) == (2, 0, None)


async def test_a_file_of_bad_rows_only_is_refused_in_every_way(edge):
    answer = await edge.csv("memberships?skip_bad_rows=true", csv_of(line_of(1, area=UNKNOWN)))
    assert wrong_fields(answer) == {(2, "area", "unknown-area")}
    assert "ImportAccepted" not in edge.names()


async def test_a_trial_tells_the_faults_of_form_and_of_what_is_so_and_writes_nothing(edge):
    before = len(edge.store.documents)
    tried = await edge.csv("memberships?dry_run=true", csv_of(*WRONG))
    told = tried.json()
    assert (tried.status_code, told["rows"], told["written"], told["refused"]) == (200, 3, 1, 2)
    assert {error["row"] for error in told["errors"]} == {3, 5}
    assert (await edge.client.get(told["faults"])).status_code == 200
    assert len(edge.store.documents) == before


async def test_a_file_without_faults_is_not_kept_after_it_has_run(edge):
    answer = await edge.csv("memberships", csv_of(line_of(1)))
    assert edge.reports.files
    await edge.tell()
    async with worker(edge):
        await completed(edge, answer.json()["id"])
    await edge.csv("memberships", csv_of(line_of(1)))
    assert edge.reports.files == {}
    assert edge.keys.keys() == {owner for owner in edge.keys if owner.startswith("person:")}


async def test_who_asks_how_far_it_is_gets_304_until_it_has_moved(edge):
    path = (await edge.csv("memberships", csv_of(line_of(1), line_of(2)))).headers["Location"]
    first = await edge.client.get(path)
    assert first.json()["ask_again_seconds"] == 1
    same = {"If-None-Match": first.headers["ETag"]}
    assert (await edge.client.get(path, headers=same)).status_code == 304
    await edge.tell()
    async with worker(edge):
        await completed(edge, first.json()["id"])
    moved = await edge.client.get(path, headers=same)
    assert (moved.status_code, moved.json()["ask_again_seconds"], moved.json()["done"]) == (200, None, 2)


async def test_a_role_that_may_not_is_told_before_a_byte_of_the_file_is_read(edge):
    async def never():
        for _ in range(1):
            yield pytest.fail("the body was read")

    for kind in ("memberships", "areas"):
        heads = {"Authorization": bearer(Role.APPROVER), "Content-Type": "text/csv"}
        answer = await edge.client.post(f"/v1/imports/{kind}", content=never(), headers=heads)
        problem(answer, 403, "role-missing")


async def test_a_charset_that_is_declared_is_honoured_and_one_that_is_not_is_told_in_the_report(edge):
    raw = csv_of(line_of(1)).encode("cp874")
    tried = await edge.csv("memberships?dry_run=true", raw)
    assert [one["code"] for one in tried.json()["notices"]] == ["file-read-as-windows-874"]
    tried = await edge.csv("memberships?dry_run=true", raw, Content_Type="text/csv; charset=TIS-620")
    assert tried.json()["notices"] == []
    refused = await edge.csv("memberships?dry_run=true", raw, Content_Type="text/csv; charset=utf-8")
    problem(refused, 422, "file-not-as-declared")


def many() -> bytes:
    line = f"{number_of(1)},x,{FAMILY},,t,5,1,1,,,,\n".encode()
    return f"{COLUMNS}\n".encode() + b"1,x,y,,t,5,1,1,,,,\n" * 100_000 + line


@pytest.mark.parametrize("sheet", [False, True])
async def test_a_file_of_100000_wrong_rows_answers_with_all_of_them_in_bounded_time_and_memory(edge, sheet):
    lines = many().splitlines()[:100_001]
    raw = xlsx(line.decode().split(",") for line in lines) if sheet else b"\n".join(lines)
    assert len(raw) < FILE_BYTES
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.process_time()
    answer = await edge.csv("memberships", raw, Content_Type=MEDIA_TYPE if sheet else "text/csv")
    file = await edge.client.get(answer.json()["faults"])
    seconds = time.process_time() - began
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - held
    found = answer.json()
    assert (found["wrong_rows"], len(found["errors"])) == (100_000, 100)
    assert found["errors_left_out"] == 100_000 * 6 - 100
    told = first_sheet(file.content) if sheet else in_csv(file.content)
    assert len(told) == 100_001
    assert all(line[12] for line in told)
    print(f"sheet={sheet}: {seconds:.1f} s CPU, {grown:.0f} MiB more")
    assert grown < 400
    assert seconds < 120


async def test_a_bomb_a_sheet_with_two_far_cells_and_a_file_that_is_too_large_are_refused(edge):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 200 * 2**20)
    for raw in (bomb.getvalue(), spread()):
        began = time.perf_counter()
        answer = await edge.csv("memberships", raw, Content_Type=MEDIA_TYPE)
        problem(answer, 422, "file-not-a-spreadsheet")
        assert time.perf_counter() - began < 60
    problem(await edge.csv("memberships", b"x" * (FILE_BYTES + 1)), 413, "body-too-large")


def spread() -> bytes:
    """A sheet of two cells at its far ends: a parser that makes a full table of it wants all memory there is."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "citizen_id")
        sheet.write(1_048_575, 16_383, "x")
    return made.getvalue()
