"""The whole list as a file, CSV or Excel: written row by row into a temporary file, and sent from there.

From one snapshot, which MongoDB keeps for minutes: a slow reader must not hold it open. The memory is the same for a
thousand rows and for a million.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import IO, Any, Literal, cast

from starlette.responses import Response, StreamingResponse

from services.chassis.forms.label import BETWEEN
from services.chassis.forms.sheets import MEDIA_TYPE
from services.chassis.read_models import Row
from services.chassis.things.columns import day
from services.chassis.things.kind import Kind
from services.chassis.things.view import ITS, ON
from services.chassis.things.writers import Cells, CsvWriter, SheetWriter, Writer

Format = Literal["json", "csv", "xlsx"]
AT_ONCE = 500
IN_MEMORY = 1024 * 1024
_CHUNK = 256 * 1024


async def sent(kind: Kind, rows: AsyncIterator[Row], wanted: Format) -> Response:
    """The answer; its first line is there also where no row is."""
    spooled = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    file = cast("IO[bytes]", spooled)
    try:
        head, cells = columns(kind)
        writer: Writer = (
            SheetWriter(file, head, kind.called.th) if wanted == "xlsx" else CsvWriter(file, head)
        )
        batch: list[Cells] = []
        async for row in rows:
            batch.append([cell(row) for cell in cells])
            if len(batch) == AT_ONCE:
                await asyncio.to_thread(writer.write, batch)
                batch = []
        writer.write(batch)
        await asyncio.to_thread(writer.close)
        size = file.seek(0, io.SEEK_END)
    except BaseException:
        file.close()
        raise
    media = MEDIA_TYPE if wanted == "xlsx" else "text/csv; charset=utf-8"
    heads = {
        "Content-Disposition": f'attachment; filename="{kind.name}.{wanted}"',
        "Content-Length": str(size),
    }
    return StreamingResponse(_chunks(file), media_type=media, headers=heads)


def columns(kind: Kind) -> tuple[list[str], list[Callable[[Row], str]]]:
    """What stands over the columns, and how their cells are made."""
    made: list[tuple[str, Callable[[Row], str]]] = [("รหัสในระบบ · id", lambda row: str(row["subject"]))]
    if kind.stages:
        made.append(("สถานะ · stage", lambda row: _stage(kind, row.get("stage"))))
    made += [
        ("วันที่ของขั้นตอนล่าสุด · date of the last step", lambda row: day(row["since"])),
        ("วันที่เริ่ม · began on", lambda row: day(row.get("began_on"))),
        (_area_of(kind), lambda row: str(row["area"])),
    ]
    for column in kind.columns:
        made.append((column.head, lambda row, column=column: column.shown(row.get(f"{ITS}{column.name}"))))  # type: ignore[misc]
    said: dict[str, list[str]] = {}  # events of one name, as two answers to one question, share a column
    for event in kind.kept:
        called = kind.events[event.type]
        head = f"วันที่: {called.th}{BETWEEN}date: {called.en}"
        said.setdefault(head, []).append(f"{ON}{event.__name__}")
    made += [(head, partial(_last_day, names)) for head, names in said.items()]
    return [head for head, _ in made], [cell for _, cell in made]


def _last_day(names: Sequence[str], row: Row) -> str:
    return day(max(filter(None, (row.get(name) for name in names)), default=None))


def _area_of(kind: Kind) -> str:
    found = kind.labels.get("area")
    return "พื้นที่ · area" if found is None else f"{found.th}{BETWEEN}{found.en}"


def _stage(kind: Kind, stage: Any) -> str:
    found = kind.stages.get(stage)
    return "" if found is None else found.th


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while piece := await asyncio.to_thread(file.read, _CHUNK):
            yield piece
