"""Rows written into a file as they come, CSV or Excel, in the same memory however many they are."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import IO, Any, Protocol

import xlsxwriter

SHEET_ROWS = 1_000_000
"""Excel has 1,048,576; further rows stand on further sheets."""
FORMULAS = frozenset("=+-@−")
BLANKS = frozenset("\t\r\n")

Cells = Sequence[str]


class Writer(Protocol):
    """Made with its file and what stands over the columns, which is written at once."""

    def write(self, lines: Iterable[Cells]) -> None:
        """Add lines."""
        ...

    def close(self) -> None:
        """Write what is left; the file stays open."""
        ...


class CsvWriter:
    """UTF-8 with a byte order mark, as Excel opens it. A cell that Excel would take for a formula begins with a quote."""

    def __init__(self, file: IO[bytes], head: Cells) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self._writer.writerow(head)

    def write(self, lines: Iterable[Cells]) -> None:
        """See `Writer`."""
        self._writer.writerows([harmless(cell) for cell in line] for line in lines)

    def close(self) -> None:
        """See `Writer`."""
        self._text.detach()


class SheetWriter:
    """Every cell a text: Excel would make a day of 12/2565, and a Gregorian year of a Thai one. `name` is the sheet's."""

    def __init__(self, file: IO[bytes], head: Cells, name: str) -> None:
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True})
        self._bold = self._book.add_format(
            {"bold": True, "bg_color": "#EEF2F5", "text_wrap": True, "valign": "top"}
        )
        self._head, self._name = head, name
        self._sheets = 0
        self._begin()

    def write(self, lines: Iterable[Cells]) -> None:
        """See `Writer`."""
        for line in lines:
            if self._line == SHEET_ROWS:
                self._begin()
            self._line += 1
            for column, text in enumerate(line):
                if text:
                    self._sheet.write_string(self._line, column, text)

    def close(self) -> None:
        """See `Writer`."""
        self._book.close()

    def _begin(self) -> None:
        self._sheets, self._line = self._sheets + 1, 0
        self._sheet: Any = self._book.add_worksheet(f"{self._name[:24]} {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        for column, text in enumerate(self._head):
            self._sheet.set_column(column, column, max(12, len(text) * 0.6))
            self._sheet.write_string(0, column, text, self._bold)


def harmless(cell: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe before it.

    Excel takes the full-width signs of an Asian keyboard (＝ ＋ － ＠) for the plain ones, and blanks before them for none.
    """
    if cell[:1].isalnum():
        return cell
    first = unicodedata.normalize("NFKC", cell).lstrip()[:1]
    return f"'{cell}" if first in FORMULAS or cell[:1] in BLANKS else cell
