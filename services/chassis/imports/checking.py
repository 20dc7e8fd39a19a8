"""A file before it is accepted: read, and every row looked at; what is wrong is known of all of them at once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel

from contracts.areas import NATION, parents
from services.chassis.access import Caller
from services.chassis.decider import Refused
from services.chassis.desk import Entry, Stamp
from services.chassis.forms.example import example
from services.chassis.imports.jobs import Known, wrong
from services.chassis.problems import refusal
from services.chassis.tables import Faults, Notice, Table, opened, read_table

READERS = ThreadPoolExecutor(2, "reader")
"""Threads that read files: not on the loop, whom seconds of work would hold up; no more files than these in memory as rows."""

ONE_AREA = Refused(
    "import-one-area",
    "ไฟล์นี้มีหลายพื้นที่ ซึ่งรวมกันเกินเขตเดียวที่ท่านรับผิดชอบ กรุณาแยกเป็นไฟล์ละเขต",
    "The file spans several of your areas. Send a file for each of them.",
    kind="invalid",
)


@dataclass(frozen=True, slots=True)
class Checked:
    """The rows that may run, by number; and what is wrong with the others."""

    rows: Mapping[int, BaseModel]
    faults: Faults
    notices: Sequence[Notice]
    found: int

    def digest(self, raw: bytes, secret: bytes, *, partly: bool) -> str:
        """What the import is known by: its file; and where it is taken `partly`, the rows of it that are left out. So the
        same file is another import once more of its rows are good."""
        left_out = self.faults.numbers() if partly else []
        known = raw + (b"\0" + json.dumps(left_out).encode() if left_out else b"")
        return hmac.digest(secret, known, hashlib.sha256).hex()

    def area(self, entry: Entry, caller: Caller) -> str:
        """The narrowest area that holds all rows; raises Problem where the caller does not reach it."""
        codes = (
            [getattr(row, entry.area) for row in self.rows.values()] if entry.area else list(caller.scopes)
        )
        area = _narrowest(codes)
        if not caller.reaches(area):
            raise refusal(ONE_AREA)
        return area


async def checked(
    entry: Entry, raw: bytes, charset: str, stamp: Stamp, caller: Caller, known: Known
) -> Checked:
    """Read a file, and look at every row that could be made. Raises Problem for the file as a whole."""
    reading = partial(_read, entry, raw, charset)
    table = await asyncio.get_running_loop().run_in_executor(READERS, reading)
    table.faults.add(await wrong(entry, table.rows, stamp, caller, known))
    rows = {number: row for number, row in table.rows.items() if number not in table.faults}
    return Checked(rows, table.faults, table.notices, table.found)


def _read(entry: Entry, raw: bytes, charset: str) -> Table[BaseModel]:
    form = entry.form
    return read_table(opened(raw, charset), form.typed, form.blanks, example(form))


def _narrowest(codes: Sequence[str]) -> str:
    first, last = min(codes), max(codes)
    return max(
        (scope for scope in (*parents(first), first) if last.startswith(scope)), key=len, default=NATION
    )
