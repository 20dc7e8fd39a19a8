"""Every entry of every desk, and every row of a register, comes and goes as CSV and as a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import date
from typing import Any

import pytest

from services.chassis.decider import Actor
from services.chassis.desk import Entry, Stamp
from services.chassis.forms.example import example
from services.chassis.forms.template import EXAMPLE_SAYS, NOTE, NOTES, csv_template, template
from services.chassis.http import Routes
from services.chassis.http.routes import Declared
from services.chassis.imports.jobs import kept
from services.chassis.imports.routes import KINDS
from services.chassis.tables import Table, opened, read_table
from services.funds import api as funds
from services.members.api.table import desk as members
from services.otop import api as otop
from tests.spreadsheets import first_sheet, sheets, xlsx

DESKS = (members, funds.desk, otop.desk)
ENTRIES = [
    pytest.param(desk.routes, entry, id=f"{desk.routes.name}-{name}")
    for desk in DESKS
    for name, entry in desk.entries.items()
]


def read(entry: Entry, raw: bytes) -> Table[Any]:
    return read_table(opened(raw), entry.form.typed, entry.form.blanks, example(entry.form))


def csv_of(*lines: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


def shown(entry: Entry) -> tuple[list[str], list[str]]:
    """A header of Thai labels and the example's cells."""
    return [blank.label.th for blank in entry.form.blanks], list(example(entry.form).values())


def route(routes: Routes, entry: Entry) -> Declared:
    [found] = [
        one for one in routes.declared if (one.method, one.path) == ("POST", f"/v1/imports/{entry.name}")
    ]
    return found


@pytest.mark.parametrize(("routes", "entry"), ENTRIES)
def test_it_has_a_route_of_its_own_that_asks_for_its_roles_before_the_file_is_read(routes, entry):
    declared = route(routes, entry)
    assert declared.roles == entry.roles
    assert declared.consumes == KINDS
    assert {"text/csv", "application/vnd.ms-excel"} < set(KINDS)


@pytest.mark.parametrize(("routes", "entry"), ENTRIES)
def test_a_row_filled_in_as_the_example_shows_is_read_from_csv_and_from_a_spreadsheet(routes, entry):
    header, cells = shown(entry)
    of_csv, of_sheet = read(entry, csv_of(header, cells)), read(entry, xlsx((header, cells)))
    assert of_csv.faults.first(9) == of_sheet.faults.first(9) == []
    assert list(of_csv.rows) == [2]
    assert of_csv.rows == of_sheet.rows


@pytest.mark.parametrize(("routes", "entry"), ENTRIES)
def test_a_row_that_an_accepted_file_keeps_is_made_into_what_was_entered(routes, entry):
    stamp = Stamp(Actor(id="officer-7", scopes=("51",)), date(2022, 1, 31))
    row = read(entry, csv_of(*shown(entry))).rows[2]
    [told] = json.loads(json.dumps(kept({2: row})))
    assert entry.made_again(told, stamp) == entry.made(vars(row), stamp)
    if entry.key is not None:
        names = entry.key.model_fields
        assert entry.key(**{name: told[name] for name in names}) == entry.key(
            **{name: getattr(row, name) for name in names}
        )


@pytest.mark.parametrize(("routes", "entry"), ENTRIES)
def test_its_template_has_a_thai_header_an_example_lists_and_notes(routes, entry):
    header, cells = shown(entry)
    raw = template(entry.form)
    book = sheets(raw)
    assert first_sheet(raw)[:2] == [[*header, NOTE.th], [*cells, EXAMPLE_SAYS]]
    assert all(re.search("[ก-๙]", name) for name in header)
    told = [str(cell) for line in book["คำอธิบาย"] for cell in line]
    assert all(th in told and en in told for th, en in NOTES)
    assert all(blank.label.en in told for blank in entry.form.blanks)
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    lists = [one for one in entry.form.blanks if one.choices and not one.many]
    assert sheet.count("<dataValidation ") == len(lists)


@pytest.mark.parametrize(("routes", "entry"), ENTRIES)
def test_its_template_sent_back_as_it_is_holds_no_row_and_says_that_the_example_was_left_out(routes, entry):
    header, cells = shown(entry)
    for raw in (template(entry.form), csv_template(entry.form)):
        with pytest.raises(Exception, match="file-empty"):
            read(entry, raw)
    found = read(entry, xlsx(([*header, NOTE.th], [*cells, EXAMPLE_SAYS], cells)))
    assert list(found.rows) == [3]
    assert [(one.row, one.code) for one in found.notices] == [(2, "example-left-out")]


@pytest.mark.parametrize(("routes", "entry"), ENTRIES)
def test_an_example_that_was_typed_over_is_not_left_out_in_silence(routes, entry):
    header, cells = shown(entry)
    found = read(entry, xlsx(([*header, NOTE.th], [*cells[:-1], f"{cells[-1]}9", EXAMPLE_SAYS], cells)))
    assert [(one.row, one.code) for one in found.faults] == [(2, "still-an-example")]


@pytest.mark.parametrize(("routes", "entry"), ENTRIES)
def test_every_choice_is_read_in_thai_in_english_and_in_capitals(routes, entry):
    header, cells = shown(entry)
    for place, blank in enumerate(entry.form.blanks):
        for value, called in blank.choices.items():
            for word in (value.upper(), called.th, called.en.upper(), f"\u200b{called.th}\u200b", called.en):
                row = [*cells[:place], word, *cells[place + 1 :]]
                [read_row] = read(entry, csv_of(header, row)).rows.values()
                got = getattr(read_row, blank.name)
                assert str(got[0] if blank.many else got).casefold() == value.casefold(), (blank.name, word)
            assert re.search("[ก-๙]", called.th)
