"""The rows of a table, typed, and all that is wrong with the form of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from services.chassis.forms import Blank
from services.chassis.forms.sheets import Cell
from services.chassis.forms.template import EXAMPLE
from services.chassis.problems import FieldError, Problem, field_errors, invalid, kind
from services.chassis.problems.fields import MOST
from services.chassis.tables.columns import REMARK, columns
from services.chassis.tables.decoding import TITLE
from services.chassis.tables.faults import Faults
from services.chassis.tables.opening import Notice, Opened
from services.chassis.thai import visible

MOST_ROWS = 100_000
"""Rows that are read."""
GOOD_ROWS = 20_000
"""Rows that one file may bring: as many as fit into one commit."""
MOST_LINES = 3 * MOST_ROWS
_NOTHING = frozenset({"-", "–", "—", "null", "n/a", "none"})
"""What people and programs write where there is nothing."""

EMPTY = kind("file-empty", 422, title=TITLE, th="ไฟล์ไม่มีข้อมูลสักแถว", en="The file has no row.")
TOO_MANY = kind(
    "file-too-many-rows", 422, title=TITLE,
    th=f"ไฟล์มีเกิน {GOOD_ROWS:,} แถว กรุณาแบ่งไฟล์", en=f"The file has more than {GOOD_ROWS:,} rows. Divide it.",
)  # fmt: skip
EXAMPLES = tuple(name.lower() for name in (EXAMPLE.th, EXAMPLE.en))
LEFT_OUT = ("example-left-out", "แถวตัวอย่างของแบบไฟล์ ไม่ถูกนำเข้า", "is the template's example, and was left out")
STILL_EXAMPLE = (
    "still-an-example",
    "แถวนี้ยังมีหมายเหตุว่าเป็นตัวอย่าง ถ้าเป็นข้อมูลจริงให้ลบหมายเหตุ ถ้าไม่ใช่ให้ลบทั้งแถว",
    "is still noted as the example: delete the note if this row is real, or the row if it is not",
)

R = TypeVar("R", bound=BaseModel)


@dataclass(slots=True)
class Table(Generic[R]):
    """What was read: `rows` that could be made, by the number that the spreadsheet shows (the header is 1); what is wrong
    with the others; and a word where something was taken for what it is."""

    rows: dict[int, R] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    notices: list[Notice] = field(default_factory=list)
    found: int = 0
    """Rows that are not empty, and not the example."""


def read_table(
    file: Opened, row_type: type[R], blanks: Sequence[Blank] = (), example: Mapping[str, str] | None = None
) -> Table[R]:
    """Read a whole file. Columns are the fields of `row_type`, in any order, under their names or the labels of their
    `blanks`; those with a default may be missing, and an empty cell of one is that default. A row that is shorter than the
    header is filled up. A row that is the template's `example` is left out. Raises Problem for the file as a whole; nothing
    of a cell's content is repeated.
    """
    lines = file.lines(MOST_LINES)
    names: list[str] = []
    for _, line in lines:
        if filled(line):
            names = columns([str(cell) for cell in line], row_type, blanks)
            break
    else:
        raise Problem(EMPTY)
    table = Table[R](notices=list(file.notices))
    required = {name for name, told in row_type.model_fields.items() if told.is_required()}
    for number, line in lines:
        if not filled(line):
            continue
        table.found += 1
        if table.found > MOST_ROWS or len(table.rows) > GOOD_ROWS:
            raise Problem(TOO_MANY)
        _read(table, number, line, names, row_type, required, example)
    if len(table.rows) > GOOD_ROWS:
        raise Problem(TOO_MANY)
    if not table.found:
        raise Problem(EMPTY)
    return table


def filled(line: Sequence[Cell]) -> bool:
    """Whether anything stands in the line."""
    return any(isinstance(cell, date) or (cell and bool(visible(cell).strip())) for cell in line)


def refuse(errors: Sequence[FieldError]) -> None:
    """Raise the problem of these errors, if there is one."""
    if errors:
        raise invalid(errors)


def _read(
    table: Table[R], number: int, line: Sequence[Cell], names: Sequence[str], row_type: type[R],
    required: set[str], example: Mapping[str, str] | None,
) -> None:  # fmt: skip
    if filled(line[len(names) :]):
        has, needs = len(line), len(names)
        error = FieldError("", "cells", f"มี {has} ช่อง ต้องมี {needs}", f"has {has} cells, not {needs}", number)
        table.faults.add([error])
        return
    # blanks and line ends inside a cell are one blank: they come from copying, not from the person
    cells = {
        name: cell if isinstance(cell, date) else " ".join(visible(cell).split())
        for name, cell in zip_longest(names, line[: len(names)], fillvalue="")
    }
    note = cells.pop(REMARK, "")
    if isinstance(note, str) and note.casefold().startswith(EXAMPLES):
        if all(cells[name] == told for name, told in (example or {}).items() if name in cells):
            table.found -= 1
            table.notices.append(Notice(*LEFT_OUT, number))
        else:
            table.faults.add([FieldError("", *STILL_EXAMPLE, number)])
        return
    given = {name: cell for name, cell in cells.items() if name in required or not _nothing(cell)}
    try:
        table.rows[number] = row_type.model_validate(given)
    except ValidationError as error:
        table.faults.add(
            field_errors(error.errors(include_input=False, include_url=False)[:MOST], row=number)
        )


def _nothing(cell: Cell) -> bool:
    return not isinstance(cell, date) and (not cell or cell.casefold() in _NOTHING)
