"""What Excel, old programs and copying make of a file is taken for what it is, or told as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.forms import Form
from services.chassis.problems import CATALOGUE, Problem
from services.chassis.tables import Table, opened, read_table
from services.chassis.tables.decoding import charset_of
from services.chassis.thai import Unreadable, citizen_number
from services.members.api.rows import MembershipLine
from tests.lamphun_edge import COLUMNS, FAMILY, GIVEN, csv_of, line_of, number_of
from tests.spreadsheets import xlsx

FORM = Form(MembershipLine)
THAI = csv_of(line_of(1), line_of(2))


def read(content: str | bytes, charset: str = "") -> Table[Any]:
    raw = content.encode() if isinstance(content, str) else content
    return read_table(opened(raw, charset), FORM.typed, FORM.blanks)


def refused(content: str | bytes, charset: str = "") -> Problem:
    with pytest.raises(Problem) as caught:
        read(content, charset)
    assert GIVEN not in f"{caught.value} {caught.value.errors} {caught.value.more}"
    return caught.value


def as_sheet(*lines: dict[str, object]) -> bytes:
    names = COLUMNS.split(",")
    return xlsx([names, *([line.get(name, "") for name in names] for line in lines)])


def cut(line: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in line.items() if name not in ("old_or_new", "generated")}


def test_a_row_that_is_shorter_than_the_header_is_filled_up_with_nothing():
    order = "old_or_new,network," + COLUMNS.replace(",network", "").replace(",old_or_new", "")
    short = f"{order}\nnew,tsm,{number_of(1)},{GIVEN},{FAMILY},,51010101,2021-10-01,2021-10-02\n"
    for found in (read(short), read(xlsx([line.split(",") for line in short.splitlines()]))):
        assert (len(found.rows), found.rows[2].card_no, found.rows[2].birth_date) == (1, "", None)
    missing = read(f"{COLUMNS}\n{number_of(1)},{GIVEN}\n")
    assert {error.code for error in missing.faults} >= {"too-short", "date-unreadable"}


@pytest.mark.parametrize(
    "content",
    [
        f"sep=,\r\n{THAI}", f"\ufeffsep=,\n{THAI}", f"\ufeff\ufeff{THAI}", f"\ufeffsep=,\n\ufeff{THAI}", f"{THAI}\x1a", f"{THAI}\r\n\x1a\r\n",
        f"{THAI},,,,,,,,,,,\n", f"{THAI}\n\n \n", f"sep=;\n{THAI.replace(',', ';')}",
        THAI.replace("citizen_id", "\u200bcitizen\u2060_id\ufeff").replace("area", "are\u200ca"),
        THAI.replace("51010101", "\u200b51010101"),
    ],
)  # fmt: skip
def test_marks_separators_ends_and_what_nobody_sees_are_taken_for_what_they_are(content):
    found = read(content)
    assert (list(found.rows), found.faults.rows, found.notices) == ([2, 3], 0, [])
    assert found.rows[2].given_name == f"{GIVEN}1"


def test_tis_620_is_read_where_it_is_declared_and_recognised_with_a_word_where_not():
    for name in ("tis-620", "TIS-620", "windows-874", "cp874", "iso-8859-11", '"windows-874"'):
        found = read(THAI.encode("cp874"), charset_of(f"text/csv; charset={name}"))
        assert (found.rows[2].given_name, found.notices) == (f"{GIVEN}1", [])
    found = read(THAI.encode("cp874"))
    assert found.rows[2].given_name == f"{GIVEN}1"
    assert [one.code for one in found.notices] == ["file-read-as-windows-874"]


def test_a_declared_charset_is_held_to_and_an_unknown_one_is_told():
    assert refused(THAI.encode("cp874"), "utf-8").kind is CATALOGUE["file-not-as-declared"]
    assert refused(b"\x81\x82\xff", "windows-874").kind is CATALOGUE["file-not-as-declared"]
    with pytest.raises(Problem) as caught:
        charset_of("text/csv; charset=shift-jis")
    assert caught.value.kind is CATALOGUE["file-charset"]


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "cp874"])
def test_thai_that_was_encoded_twice_is_refused_with_its_cause(wrong):
    name = "สมพร มาลา วนิดา" if wrong == "cp874" else FAMILY
    twice = name.encode().decode(wrong, "replace").replace("\ufffd", "ก")
    for content in (THAI.replace(FAMILY, twice), as_sheet(line_of(1, family_name=twice))):
        assert refused(content).kind is CATALOGUE["file-encoded-twice"]


def test_thai_that_is_lost_is_refused_and_thai_words_that_look_odd_are_not():
    assert refused(THAI.replace(FAMILY, "สม\ufffd")).kind is CATALOGUE["file-characters-lost"]
    assert read(THAI.replace(FAMILY, "เธอเนาเธียร เนตรเธียร")).faults.rows == 0


def test_broken_utf_8_is_not_taken_for_windows_874():
    assert refused(THAI.encode()[:-40] + b"\xe0\xb8\n").kind is CATALOGUE["file-not-utf8"]


@pytest.mark.parametrize(
    "typed", ["1.00007E+12", "1.23457e+12", "1000070000001.0", "'{}", "’{}", '="{}"', "={}"]
)
def test_a_citizen_number_that_excel_has_changed_is_told_as_that(typed):
    with pytest.raises(Unreadable) as caught:
        citizen_number(typed.format(number_of(1)))
    assert caught.value.code == "citizen-number-changed-by-excel"
    assert number_of(1) not in f"{caught.value.th}{caught.value.en}"
    line = line_of(1, citizen_id=typed.format(number_of(1)))
    for content in (csv_of(line), as_sheet(line)):
        assert [(e.row, e.field, e.code) for e in read(content).faults] == [
            (2, "citizen_id", "citizen-number-changed-by-excel")
        ]


def test_a_citizen_number_that_is_a_quantity_in_its_cell_is_whole_and_read():
    assert read(as_sheet(line_of(1, citizen_id=int(number_of(1))))).rows[2].citizen_id == number_of(1)


def test_nan_is_a_province_and_no_sign_for_nothing():
    assert read(csv_of(line_of(1, given_name="Nan"))).rows[2].given_name == "Nan"


@pytest.mark.parametrize("word", ["NULL", "null", "#N/A", "-", "–", "N/A", "#REF!"])
def test_signs_for_nothing_are_no_names(word):
    for content in (csv_of(line_of(1, given_name=word)), as_sheet(line_of(1, given_name=word))):
        assert [(e.row, e.field, e.code) for e in read(content).faults] == [(2, "given_name", "no-value")]


@pytest.mark.parametrize("word", ["NULL", "-", "–", "N/A"])
def test_signs_for_nothing_are_nothing_where_a_cell_may_be_empty(word):
    found = read(csv_of(line_of(1, birth_date=word, card_no=word, card_issued_on=word)))
    assert (found.faults.rows, found.rows[2].birth_date, found.rows[2].card_no) == (0, None, "")


@pytest.mark.parametrize("word", ["ใหม่", "new", "NEW", "New", "ใหม่ ", "เก่า", "OLD"])
def test_old_and_new_are_read_in_both_languages(word):
    expected = "old" if word in ("เก่า", "OLD") else "new"
    for content in (
        csv_of(line_of(1, old_or_new=word)),
        as_sheet(line_of(1, old_or_new=word, network="ทสม")),
    ):
        assert read(content).rows[2].old_or_new == expected


def test_rows_are_numbered_as_the_spreadsheet_numbers_them():
    lines = [line_of(1), {}, line_of(2, area="?")]
    for content in (csv_of(*lines), as_sheet(*lines), f"sep=,\n{csv_of(*lines)}"):
        assert [e.row for e in read(content).faults] == [4]
