"""The same file with what is wrong written beside each row: CSV for CSV, .xlsx for a spreadsheet."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from typing import Any

import xlsxwriter

from services.chassis.forms import Blank
from services.chassis.forms.sheets import Cell
from services.chassis.forms.template import NOTE
from services.chassis.problems import FieldError, Language
from services.chassis.tables.columns import is_note
from services.chassis.tables.faults import Faults
from services.chassis.tables.opening import Opened
from services.chassis.tables.reading import MOST_LINES, filled

PIECE = 256 * 1024


def marked(file: Opened, faults: Faults, blanks: Sequence[Blank], language: Language) -> Iterator[bytes]:
    """The file in pieces; a line at a time is in memory. Raises Problem where the file cannot be read."""
    called = {blank.name: blank.label.said(language) for blank in blanks}
    told = {row: _said(errors, called, language) for row, errors in faults.by_row()}
    lines = _lines(file, told)
    return _xlsx(lines) if file.sheet else _csv(lines)


def _lines(file: Opened, told: dict[int, str]) -> Iterator[tuple[Sequence[Cell], str]]:
    """The lines without a column of notes, each with its note."""
    place: int | None = None
    header = False
    for number, line in file.lines(MOST_LINES):
        if header:
            note = told.get(number, "")
        elif filled(line):
            header, note = True, NOTE.th
            place = next((n for n, name in enumerate(line) if is_note(str(name))), None)
        else:
            note = ""
        yield ([*line[:place], *line[place + 1 :]] if place is not None else line), note


def _csv(lines: Iterator[tuple[Sequence[Cell], str]]) -> Iterator[bytes]:
    text, width = io.StringIO(newline=""), 0
    text.write("\ufeff")
    write = csv.writer(text).writerow
    for line, note in lines:
        width = width or len(line)
        write([*line, *[""] * (width - len(line)), note] if width or note else line)
        if text.tell() > PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _xlsx(lines: Iterator[tuple[Sequence[Cell], str]]) -> Iterator[bytes]:
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryFile())
        with xlsxwriter.Workbook(made, {"constant_memory": True, "strings_to_urls": False}) as book:
            text = book.add_format({"num_format": "@"})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            wrong = book.add_format({"bg_color": "#FBE3E0", "num_format": "@"})
            sheet, width = book.add_worksheet(), 0
            for number, (line, note) in enumerate(lines):
                width = width or len(line)
                for column, cell in enumerate(line):
                    _write(sheet, number, column, cell, wrong if note and number else text, day)
                if note:
                    sheet.write_string(number, max(width, len(line)), note[:32_000], wrong)
        made.seek(0)
        while piece := made.read(PIECE):
            yield piece


def _write(sheet: Any, row: int, column: int, cell: Cell, text: Any, day: Any) -> None:
    if isinstance(cell, date):
        sheet.write_datetime(row, column, cell, day)
    elif cell:
        sheet.write_string(row, column, cell, text)


def _said(errors: Sequence[FieldError], called: dict[str, str], language: Language) -> str:
    """`Column: what is wrong; …`."""
    return "; ".join(
        f"{called.get(error.field, error.field)}: {said}" if error.field else said
        for error in errors
        for said in (error.th if language == "th" else error.en,)
    )
