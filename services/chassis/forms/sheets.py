"""The first sheet of a spreadsheet (.xlsx, .xls, .ods) as lines of cells."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import IO

from services.chassis.problems import Problem, kind

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How a zip (.xlsx, .ods) and an old Office file (.xls) begin."""
UNPACKED_BYTES = 128 * 1024 * 1024
CHILD = Path(__file__).with_name("sheet_child.py")
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


def sheet_lines(raw: bytes, most: int) -> Iterator[list[Cell]]:
    """The lines of the first sheet, `most` at most and one more where there are more; raises Problem where there are none
    to read. A process of its own reads them (`sheet_child.py`), and ends with this."""
    try:
        _unpack_within_reason(raw)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise Problem(NOT_A_SHEET) from error
    child = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-I", CHILD, str(most)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert child.stdin is not None
    assert child.stdout is not None
    feeding = Thread(target=_feed, args=(child.stdin, raw), daemon=True)
    feeding.start()
    try:
        for line in child.stdout:
            yield [
                date.fromisoformat(cell[0]) if isinstance(cell, list) else cell for cell in json.loads(line)
            ]
        if child.wait():
            raise Problem(NOT_A_SHEET)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        feeding.join()


def _feed(pipe: IO[bytes], raw: bytes) -> None:
    with contextlib.suppress(OSError):  # it ended before it had read all
        pipe.write(raw)
    with contextlib.suppress(OSError):
        pipe.close()


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
