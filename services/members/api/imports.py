"""Imports over HTTP: a file is read whole and accepted, or refused with every row that is wrong and nothing written."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from contracts.areas import NATION, parents
from contracts.ids import stream_id
from services.chassis.access import Caller, Role
from services.chassis.days import today
from services.chassis.decider import Refused
from services.chassis.http import BY_CALLER, Part, Reply, Run
from services.chassis.problems import FieldError, refusal
from services.chassis.service import Parts
from services.chassis.tables import read_table, refuse
from services.members.api.ids import ImportId
from services.members.api.row_jobs import kept
from services.members.api.rows import AreaLine, MembershipLine, area_errors, membership_errors
from services.members.api.table import routes
from services.members.domain.intake import IMPORT, NOT_FOUND, AcceptImport, Kind

FILE_BYTES = 4 * 1024 * 1024
PART_ROWS = 400
"""Rows a sealed part holds: 400 of the longest allowed stay below an event's 256 KiB."""

ONE_AREA = Refused(
    "import-one-area",
    "ไฟล์นี้มีหลายพื้นที่ ซึ่งรวมกันเกินเขตเดียวที่ท่านรับผิดชอบ กรุณาแยกเป็นไฟล์ละเขต",
    "The file spans several of your areas. Send a file for each of them.",
    kind="invalid",
)


@routes.command(
    "POST",
    "/v1/imports/{kind}",
    roles={Role.OFFICER},
    status=202,
    summary="Import a CSV",
    body_limit=FILE_BYTES,
    consumes=("text/csv",),
    scope=BY_CALLER,
)
async def accept(kind: Kind, raw: bytes, caller: Caller, run: Run, parts: Part[Parts]) -> Reply:
    checked, areas = await _checked(kind, raw, parts, caller)
    rows, area = kept(checked), _narrowest(areas)
    if not caller.reaches(area):
        raise refusal(ONE_AREA)
    digest = hmac.digest(parts.secrets.citizen_hmac, raw, hashlib.sha256).hex()
    stream = stream_id("import", kind, digest)
    command = AcceptImport(
        import_id=stream,
        kind=kind,
        area=area,
        on=today(),
        digest=digest,
        rows=len(rows),
        parts=tuple(tuple(rows[start : start + PART_ROWS]) for start in range(0, len(rows), PART_ROWS)),
    )
    return await run(IMPORT, stream, command, created=f"/v1/imports/{stream}")


@routes.query(
    "/v1/imports/{import_id}",
    roles={Role.OFFICER, Role.AUDITOR},
    scope=BY_CALLER,
    summary="How far an import is",
)
async def progress(import_id: ImportId, caller: Caller, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(IMPORT, import_id)
    run = held.state
    if not run.run:
        raise refusal(NOT_FOUND)
    caller.require_area(run.area)
    report = await parts.import_reports.get(import_id, run.run)
    return {
        "id": import_id,
        "kind": run.kind,
        "status": "running" if run.running else "completed",
        "rows": run.rows,
        "done": report.done if run.running else run.rows,
        "written": report.written if run.running else run.written,
        "unchanged": report.unchanged if run.running else run.unchanged,
        "refused": len(report.refused) if run.running else run.refused,
        "errors": report.refused[:1_000],
    }


async def _checked(
    kind: Kind, raw: bytes, parts: Parts, caller: Caller
) -> tuple[Mapping[int, BaseModel], list[str]]:
    """The typed rows by number and their areas; raises the problem that names every wrong row."""
    if kind is Kind.AREAS:
        # in a thread: seconds of work must not hold up the others
        lines = await asyncio.to_thread(read_table, raw, AreaLine)
        codes = {number: line.code for number, line in lines.items()}
        refuse(_outside(codes.items(), "code", caller) + await area_errors(lines, parts))
        return lines, list(codes.values())
    rows = await asyncio.to_thread(read_table, raw, MembershipLine)
    codes = {number: row.area for number, row in rows.items()}
    refuse(_outside(codes.items(), "area", caller) + await membership_errors(rows, parts))
    return rows, list(codes.values())


def _outside(codes: Iterable[tuple[int, str]], field: str, caller: Caller) -> list[FieldError]:
    return [
        FieldError(field, "outside-your-area", "อยู่นอกเขตที่ท่านรับผิดชอบ", "is outside your area", number)
        for number, code in codes
        if not caller.reaches(code)
    ]


def _narrowest(codes: Sequence[str]) -> str:
    first, last = min(codes), max(codes)
    return max(
        (scope for scope in (*parents(first), first) if last.startswith(scope)), key=len, default=NATION
    )
