"""Spreadsheets made for the specs (XlsxWriter), and read back as an officer sees them (calamine)."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook


def xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook whose first sheet has these rows; dates are date cells."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"constant_memory": True, "in_memory": True}) as book:
        day, sheet = book.add_format({"num_format": "d/m/yyyy"}), book.add_worksheet()
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(line, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(line, column, cell)
                elif cell is not None:
                    sheet.write(line, column, cell)
    return made.getvalue()


def sheets(raw: bytes) -> dict[str, list[list[Any]]]:
    """From the name of each sheet to its lines."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def first_sheet(raw: bytes) -> list[list[Any]]:
    """The lines of the first sheet."""
    return next(iter(sheets(raw).values()))
