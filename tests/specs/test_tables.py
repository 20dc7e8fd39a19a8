"""Files that officers send: read as they meant them, or refused with every row that is wrong, and nobody's data repeated."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from services.chassis.days import PastDay
from services.chassis.problems import CATALOGUE, Problem
from services.chassis.sent import Sent, TypedArea
from services.chassis.tables import GOOD_ROWS, Table, opened, read_table, refuse

HEAD = "name,area,born,n\n"
SECRET = "สมมุติทองดี"


class Row(Sent):
    name: str = Field(min_length=1, max_length=20)
    area: TypedArea
    born: PastDay | None = None
    n: int = 1


def table(content: str | bytes, charset: str = "") -> Table[Row]:
    raw = content if isinstance(content, bytes) else content.encode()
    return read_table(opened(raw, charset), Row)


def rows(content: str | bytes) -> dict[int, Row]:
    found = table(content)
    refuse(found.faults.first(1_000))
    return found.rows


def refused(content: str | bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        rows(content)
    problem = caught.value
    for th, en in ((problem.kind.th, problem.kind.en), *((error.th, error.en) for error in problem.errors)):
        assert re.search(r"[ก-๙]", th)
        assert en
    return problem


def errors(content: str | bytes) -> list[tuple[int | None, str, str]]:
    return [(error.row, error.field, error.code) for error in refused(content).errors]


def told(problem: Problem) -> str:
    return f"{problem} {problem.th} {problem.errors} {problem.more}"


def test_columns_in_any_order_a_mark_at_the_begin_and_an_optional_column_left_out():
    assert rows("\ufeffborn,name,area\r\n๒๖ พ.ย. ๒๕๖๔,ก,๕๑๐๑\r\n,ข,52\r\n") == {
        2: Row(name="ก", area="5101", born=date(2021, 11, 26)), 3: Row(name="ข", area="52"),
    }  # fmt: skip


def test_days_of_either_era_and_in_thai_digits_are_one_day():
    for day in ("2021-11-26", "2564-11-26", "26/11/2564", "๒๖/๑๑/๒๕๖๔", "26 พฤศจิกายน 2564", "๒๖ พ.ย. ๒๕๖๔"):
        assert rows(f"{HEAD}ก,51,{day},\n")[2].born == date(2021, 11, 26)


def test_quotes_commas_and_line_ends_inside_a_cell():
    assert rows(f'{HEAD}"ก ""ข"", ค\r\n  ง",51,,\n')[2].name == 'ก "ข", ค ง'


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_way_to_end_a_line(end):
    assert list(rows(f"{HEAD}ก,51,,\nข,51,,\n".replace("\n", end))) == [2, 3]


def test_rows_are_numbered_as_a_spreadsheet_does_it():
    content = f"{HEAD}ก,51,,\n\n , ,,\nข,5,,\n"
    assert errors(content) == [(5, "area", "pattern")]
    assert list(rows(content.replace(",5,", ",52,"))) == [2, 5]
    assert list(rows("\n\n" + content.replace(",5,", ",52,"))) == [4, 7]


def test_empty_columns_at_the_end_and_empty_rows_are_nothing():
    assert len(rows("name,area,,\nก,51,,\n,,,\n\n")) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (f"{HEAD}{SECRET},51,,\n".encode("utf-16"), "file-not-utf8"),
        (f"{HEAD}name,51,,\n".encode("utf-16-le"), "file-not-utf8"),
        (b"PK\x03\x04\x14\x00\x06\x00", "file-not-a-spreadsheet"),
        (HEAD.encode() + b"\xed\xa0\x80,51,,\n", "file-not-utf8"),
        (b"", "file-empty"),
        (b"\xef\xbb\xbf", "file-empty"),
        (b"\n\r\n  \n", "file-empty"),
        (HEAD.encode(), "file-empty"),
        (f"{HEAD},,,\n\n".encode(), "file-empty"),
        (f'{HEAD}"{SECRET},51,,\n'.encode(), "file-not-csv"),
        (f"{HEAD}{'ก' * 200_000},51,,\n".encode(), "file-not-csv"),
        (f"{HEAD}{SECRET},51,,\n".replace(",", ";").encode(), "file-separator"),
        (f"{HEAD}{SECRET},51,,\n".replace(",", "\t").encode(), "file-separator"),
        (HEAD.encode() + "ก,51,,\n".encode() * (GOOD_ROWS + 1), "file-too-many-rows"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, code):
    problem = refused(content)
    assert problem.kind is CATALOGUE[code]
    assert SECRET not in told(problem)


def test_where_a_file_stops_being_readable_is_told():
    assert refused(HEAD.encode() + b"\xff\xfe\xff").more == {"byte": len(HEAD)}
    assert refused(f'{HEAD}ก,51,,\n"ก" x,51,,\n').more == {"line": 3}


def test_columns_that_are_missing_unknown_or_double_are_named():
    assert errors("name,born,nmae,name,,n\nก,,,,,\n") == [
        (None, "area", "column-missing"), (None, "nmae", "column-unknown"), (None, "(5)", "column-unknown"),
        (None, "name", "column-twice"),
    ]  # fmt: skip


def test_a_file_without_a_header_is_told_the_columns_and_its_first_row_is_not_repeated():
    problem = refused(f"{SECRET},51010101,2510-04-13,1\n")
    assert [(error.field, error.code) for error in problem.errors] == [
        ("name", "column-missing"), ("area", "column-missing"),
    ]  # fmt: skip
    assert SECRET not in told(problem)


def test_every_wrong_cell_of_every_row_is_named_and_none_is_repeated():
    content = f"{HEAD}{SECRET * 3},51,,\nก,515,{SECRET},\nก,51\nก,51,,{SECRET}\nก,51,,1,{SECRET}\n,,,\n,51,,\nก,51,26/11/2021,\n"
    problem = refused(content)
    assert [(error.row, error.field, error.code) for error in problem.errors] == [
        (2, "name", "too-long"), (3, "area", "pattern"), (3, "born", "date-unreadable"),
        (5, "n", "whole-number"), (6, "", "cells"), (8, "name", "too-short"), (9, "born", "date-order"),
    ]  # fmt: skip
    assert SECRET not in told(problem)


def test_all_faults_are_kept_each_sentence_once():
    found = table(HEAD + "ก,515,,\n" * 150)
    assert (len(found.faults), found.faults.rows, found.faults.numbers()[-1]) == (150, 150, 151)
    assert len(found.faults.kept()["said"]) == 1
    assert list(type(found.faults).read(found.faults.kept())) == list(found.faults)


@pytest.mark.parametrize(
    "content",
    [
        b"," * 1_000_000,
        b"name,area," + b"name," * 200_000,
        HEAD.encode() + b"\n" * 1_000_000,
        HEAD.encode() + b"x," * 500_000,
        HEAD.encode() + b",,,\n" * 500_000,
    ],
)
def test_a_hostile_file_costs_little(content):
    began = time.process_time()
    assert len(refused(content).errors) <= 1_000
    assert time.process_time() - began < 5


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=100).map(lambda text: (HEAD + text).encode("utf-8", "ignore")),
    )
)
def test_whatever_is_sent_is_rows_or_a_problem(content):
    with contextlib.suppress(Problem):
        assert all(isinstance(row, Row) for row in rows(content).values())
