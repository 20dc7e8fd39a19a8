"""A table that an officer sends: CSV in UTF-8 or a spreadsheet, with a header. All rows are read before any is used."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.chassis.forms import Blank
from services.chassis.forms.sheets import Cell, is_sheet, sheet_lines
from services.chassis.problems import FieldError, Problem, field_errors, invalid, kind

MOST_ROWS = 20_000
MOST_COLUMNS = 100

_TITLE = ("อ่านไฟล์ไม่ได้", "The file cannot be read")
NOT_UTF8 = kind(
    "file-not-utf8", 422, title=_TITLE,
    th="ไฟล์ไม่ได้เข้ารหัสเป็น UTF-8 ใน Excel ให้บันทึกเป็น “CSV UTF-8”",
    en="The file is not UTF-8. In Excel, save it as “CSV UTF-8”.",
)  # fmt: skip
NOT_CSV = kind(
    "file-not-csv", 422, title=_TITLE,
    th="ไฟล์ไม่ใช่ CSV ที่อ่านได้ อาจมีเครื่องหมายคำพูดที่ไม่ได้ปิด",
    en="The file is not a CSV that can be read. Perhaps a quotation mark is not closed.",
)  # fmt: skip
SEPARATOR = kind(
    "file-separator", 422, title=_TITLE,
    th="ช่องของไฟล์ไม่ได้คั่นด้วยจุลภาค (,) ใน Excel ให้บันทึกเป็น “CSV UTF-8 (คั่นด้วยจุลภาค)”",
    en="The cells are not divided by commas. In Excel, save it as “CSV UTF-8 (Comma delimited)”.",
)  # fmt: skip
COLUMNS = kind(
    "file-columns", 422, title=_TITLE,
    th="แถวแรกของไฟล์ต้องเป็นชื่อคอลัมน์ตามแบบ", en="The first line of the file must be the columns of the form.",
)  # fmt: skip
EMPTY = kind("file-empty", 422, title=_TITLE, th="ไฟล์ไม่มีข้อมูลสักแถว", en="The file has no row.")
TOO_MANY = kind(
    "file-too-many-rows", 422, title=_TITLE,
    th=f"ไฟล์มีเกิน {MOST_ROWS:,} แถว กรุณาแบ่งไฟล์", en=f"The file has more than {MOST_ROWS:,} rows. Divide it.",
)  # fmt: skip

R = TypeVar("R", bound=BaseModel)


def read_table(raw: bytes, row_type: type[R], blanks: Sequence[Blank] = ()) -> dict[int, R]:
    """The rows of a CSV or of a spreadsheet's first sheet, typed, by number: 1 is the row under the header, and empty
    rows count, as a spreadsheet counts.

    Columns are the fields of `row_type`, in any order, under their names or the labels of their `blanks`; those with a
    default may be missing, and an empty cell of one is that default. Raises Problem: for the whole file, or naming row,
    field and reason of what is wrong. Nothing of a cell's content is repeated.
    """
    called = {_plain(name): blank.name for blank in blanks for name in blank.names}
    if is_sheet(raw):
        sheet = iter(sheet_lines(raw, 10 * MOST_ROWS + 2))
        heads = next((line for line in sheet if _filled(line)), None)
        if heads is None:
            raise Problem(EMPTY)
        return _rows(sheet, _columns([str(cell) for cell in heads], row_type, called), row_type)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(NOT_UTF8, more={"byte": error.start}) from None
    if "\0" in text:  # UTF-16 without its mark
        raise Problem(NOT_UTF8, more={"byte": raw.index(0)})
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next((line for line in lines if _filled(line)), None)
        if header is None:
            raise Problem(EMPTY)
        return _rows(lines, _columns(header, row_type, called), row_type)
    except csv.Error:
        raise Problem(NOT_CSV, more={"line": lines.line_num}) from None


def refuse(errors: Sequence[FieldError]) -> None:
    """Raise the problem of these errors, if there is one."""
    if errors:
        raise invalid(errors)


def _rows(lines: Iterable[Sequence[Cell]], names: Sequence[str], row_type: type[R]) -> dict[int, R]:
    required = {name for name, field in row_type.model_fields.items() if field.is_required()}
    rows: dict[int, R] = {}
    errors: list[FieldError] = []
    found = 0
    for number, line in enumerate(lines, start=1):
        if not _filled(line):
            continue
        found += 1
        if found > MOST_ROWS or number > 10 * MOST_ROWS:
            raise Problem(TOO_MANY)
        if len(line) < len(names) or _filled(line[len(names) :]):
            errors.append(_cells(len(line), len(names), number))
            continue
        # blanks and line ends inside a cell are one blank: they come from copying, not from the person
        cells = {
            name: cell if isinstance(cell, date) else " ".join(cell.split())
            for name, cell in zip(names, line, strict=False)
        }
        given = {name: cell for name, cell in cells.items() if cell or name in required}
        try:
            rows[number] = row_type.model_validate(given)
        except ValidationError as error:
            errors += field_errors(error.errors(include_input=False, include_url=False), row=number)
    refuse(errors)
    if not rows:
        raise Problem(EMPTY)
    return rows


def _filled(line: Sequence[Cell]) -> bool:
    return any(isinstance(cell, date) or (cell and not cell.isspace()) for cell in line)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _cells(has: int, needs: int, number: int) -> FieldError:
    return FieldError("", "cells", f"มี {has} ช่อง ต้องมี {needs}", f"has {has} cells, not {needs}", number)


def _columns(header: Sequence[str], row_type: type[BaseModel], called: Mapping[str, str]) -> list[str]:
    """The names of the columns, those at the end without one left out; raises Problem unless they are the form's."""
    fields = row_type.model_fields
    names = [called.get(_plain(name), name.strip()) for name in header[: MOST_COLUMNS + 1]]
    while names and not names[-1]:
        names.pop()
    if not any(name in fields for name in names) and any(
        part.strip(' "') in fields for name in names for mark in ";\t|" for part in name.split(mark)
    ):
        raise Problem(SEPARATOR)
    missing = [name for name, field in fields.items() if field.is_required() and name not in names]
    errors = [FieldError(name, "column-missing", "ไม่มีคอลัมน์นี้", "is a missing column") for name in missing]
    if any(name in fields for name in names):  # else it is no header: a row of people, whom we do not repeat
        errors += [
            FieldError(
                name[:64] or f"({place})",
                "column-unknown",
                "ไม่ใช่คอลัมน์ของแบบนี้",
                "is not a column of this form",
            )
            for place, name in enumerate(names, start=1)
            if name not in fields
        ]
        counts = Counter(names)
        errors += [
            FieldError(name, "column-twice", "มีคอลัมน์นี้ซ้ำ", "is there twice")
            for name in sorted(fields)
            if counts[name] > 1
        ]
    if errors:
        raise Problem(COLUMNS, errors=tuple(errors[:MOST_COLUMNS]))
    return names
