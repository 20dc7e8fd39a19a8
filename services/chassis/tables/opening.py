"""A file as lines of cells, each with the number that a spreadsheet shows beside it; and a word on how it was read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.chassis.forms.sheets import Cell, is_sheet, sheet_lines
from services.chassis.problems import Problem, kind
from services.chassis.tables.decoding import THAI, TITLE, decoded, require_once

NOT_CSV = kind(
    "file-not-csv", 422, title=TITLE,
    th="ไฟล์ไม่ใช่ CSV ที่อ่านได้ อาจมีเครื่องหมายคำพูดที่ไม่ได้ปิด",
    en="The file is not a CSV that can be read. Perhaps a quotation mark is not closed.",
)  # fmt: skip

_SEPARATOR = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
"""Excel's own first line of a CSV; it shows it to nobody."""

Line = tuple[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Notice:
    """A word on how a file, or a row of it, was taken; nothing is wrong. `row` as a spreadsheet numbers it."""

    code: str
    th: str
    en: str
    row: int | None = None


READ_AS_THAI = Notice(
    "file-read-as-windows-874",
    "ไฟล์ไม่ได้เข้ารหัสเป็น UTF-8 ระบบอ่านเป็น Windows-874 (TIS-620) กรุณาตรวจว่าตัวอักษรไทยถูกต้อง",
    "The file is not UTF-8; it was read as Windows-874 (TIS-620). See whether its Thai is right.",
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that can be read, as often as wanted. `sheet`: it is a spreadsheet, and not CSV."""

    raw: bytes
    sheet: bool
    text: str = ""
    separator: str = ","
    notices: tuple[Notice, ...] = ()

    def lines(self, most: int) -> Iterator[Line]:
        """Its lines from 1 on, `most` at most, the empty ones too; raises Problem where they cannot be read."""
        lines = sheet_lines(self.raw, most) if self.sheet else self._csv()
        for number, line in enumerate(lines, start=1):
            if number > most:
                return
            require_once("\x1f".join(cell for cell in line if isinstance(cell, str)))
            yield number, line

    def _csv(self) -> Iterator[Sequence[Cell]]:
        lines = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)
        try:
            yield from lines
        except csv.Error:
            raise Problem(NOT_CSV, more={"line": lines.line_num}) from None


def opened(raw: bytes, charset: str = "") -> Opened:
    """Look at what it is. `charset` is what was declared of a CSV, "" for nothing. Raises Problem."""
    if is_sheet(raw):
        return Opened(raw, sheet=True)
    text, read_as = decoded(raw, charset)
    text = text.lstrip("\ufeff").rstrip("\x1a \t\r\n")  # marks of byte order, and the Ctrl-Z of DOS programs
    notices = (READ_AS_THAI,) if read_as == THAI and not charset else ()
    if found := _SEPARATOR.match(text + "\n"):
        return Opened(b"", False, text[found.end() :].lstrip("\ufeff"), found[1], notices)
    return Opened(b"", False, text, ",", notices)
