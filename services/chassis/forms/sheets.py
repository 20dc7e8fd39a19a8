"""The first sheet of a spreadsheet (.xlsx, .xls, .ods) as lines of cells."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from services.chassis.problems import Problem, kind

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How a zip (.xlsx, .ods) and an old Office file (.xls) begin."""
UNPACKED_BYTES = 128 * 1024 * 1024
_AT_ONCE = 1024 * 1024

Cell = str | date

NOT_A_SHEET = kind(
    "file-not-a-spreadsheet", 422, title=("อ่านไฟล์ไม่ได้", "The file cannot be read"),
    th="ไฟล์ไม่ใช่ตารางคำนวณ (.xlsx, .xls, .ods) ที่เปิดได้ หรือมีรหัสผ่าน หรือใหญ่เกินไปเมื่อคลายออก",
    en="The file is no spreadsheet (.xlsx, .xls, .ods) that can be opened, or has a password, or is too large unpacked.",
)  # fmt: skip


def is_sheet(raw: bytes) -> bool:
    """Whether a file says that it is a spreadsheet."""
    return raw.startswith(SIGNATURES)


def sheet_lines(raw: bytes, most: int) -> list[list[Cell]]:
    """The lines of the first sheet, `most` at most; raises Problem where there are none to read."""
    try:
        _unpack_within_reason(raw)
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        lines = book.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=most)
    except (CalamineError, zipfile.BadZipFile, zlib.error, IndexError, OSError, NotImplementedError) as error:
        raise Problem(NOT_A_SHEET) from error
    return [[_cell(value) for value in line] for line in lines]


def _unpack_within_reason(raw: bytes) -> None:
    """A small file can unpack to more than the machine has; what its directory says of the sizes may be a lie."""
    if not raw.startswith(SIGNATURES[0]):
        return
    left = UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        for name in packed.namelist():
            with packed.open(name) as member:
                while piece := member.read(_AT_ONCE):
                    left -= len(piece)
                    if left < 0:
                        raise zipfile.BadZipFile("too large")


def _cell(value: Any) -> Cell:
    """A cell as it was typed: numbers that are whole without a fraction, days as days."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, date) else str(value)
