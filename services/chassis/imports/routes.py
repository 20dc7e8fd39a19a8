"""Imports over HTTP: a file is read whole and accepted, or refused with every row that is wrong and nothing written."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import inspect
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, StringConstraints
from starlette.responses import Response

from contracts.areas import NATION, parents
from contracts.ids import id_pattern, stream_id
from services.chassis.access import Caller, Role
from services.chassis.decider import Refused
from services.chassis.desk import Desk, Entry, Stamp
from services.chassis.forms.sheets import MEDIA_TYPE as XLSX
from services.chassis.forms.template import csv_template, template
from services.chassis.http import BY_CALLER, PUBLIC, Part, Run
from services.chassis.http.run import ReplyDocument
from services.chassis.http.signature import part
from services.chassis.imports.intake import NOT_FOUND, AcceptImport, Intake
from services.chassis.imports.jobs import Known, jobs, kept, wrong
from services.chassis.imports.rehearsing import rehearse
from services.chassis.problems import Problem, refusal
from services.chassis.problems.catalogue import ROLE_MISSING
from services.chassis.row_run import RowError
from services.chassis.service import Parts
from services.chassis.tables import read_table, refuse

FILE_BYTES = 4 * 1024 * 1024
PART_ROWS = 400
"""Rows a sealed part holds: 400 of the longest allowed stay below an event's 256 KiB."""

ONE_AREA = Refused(
    "import-one-area",
    "ไฟล์นี้มีหลายพื้นที่ ซึ่งรวมกันเกินเขตเดียวที่ท่านรับผิดชอบ กรุณาแยกเป็นไฟล์ละเขต",
    "The file spans several of your areas. Send a file for each of them.",
    kind="invalid",
)

ImportId = Annotated[str, StringConstraints(pattern=id_pattern("import"))]


class RowDocument(BaseModel):
    """Why one row would be refused."""

    row: int
    field: str
    code: str
    th: str
    en: str


class Rehearsal(BaseModel):
    """What would become of a file: rows that would be written, whose fact is there already, or that would be refused."""

    rows: int
    written: int
    unchanged: int
    refused: int
    errors: list[RowDocument]


def add_routes(desk: Desk, imports: Intake) -> None:
    """Declare the three routes of a service's imports: a file, how far it is, the template. After all its entries."""
    roles = {role for entry in desk.entries.values() for role in entry.roles}
    parts = sorted(desk.parts(), key=str)
    kinds = Literal[tuple(desk.entries)]  # type: ignore[valid-type]  # they are known when the service is imported

    async def accept(
        kind: Any, raw: bytes, caller: Caller, run: Run, service: Parts, dry_run: bool, **own: Any
    ) -> Response:
        entry = desk.entries[kind]
        _require_role(caller, entry.roles)
        known = {**{one: own[f"part_{n}"] for n, one in enumerate(parts)}, Parts: service}
        stamp = Stamp(run.by)
        rows, area = await _read(entry, raw, stamp, caller, known)
        if dry_run:
            tried = await _rehearsed(entry, rows, stamp, caller, known, service)
            return Response(tried.model_dump_json(), 200, media_type="application/json")
        digest = hmac.digest(service.secrets.citizen_hmac, raw, hashlib.sha256).hex()
        stream, told = stream_id("import", kind, digest), kept(rows)
        command = AcceptImport(
            import_id=stream,
            kind=kind,
            area=area,
            on=stamp.today,
            digest=digest,
            rows=len(told),
            parts=tuple(tuple(told[start : start + PART_ROWS]) for start in range(0, len(told), PART_ROWS)),
            by=stamp.by,
        )
        return await run(imports, stream, command, created=f"/v1/imports/{stream}")

    keyword = inspect.Parameter.KEYWORD_ONLY
    taken: dict[str, Any] = {
        "kind": kinds, "raw": bytes, "caller": Caller, "run": Run, "service": Part[Parts],
        **{f"part_{n}": part(one) for n, one in enumerate(parts)},
    }  # fmt: skip
    signed = [inspect.Parameter(name, keyword, annotation=kind_) for name, kind_ in taken.items()]
    signed.append(inspect.Parameter("dry_run", keyword, annotation=bool, default=False))
    accept.__signature__ = inspect.Signature(signed, return_annotation=ReplyDocument | Rehearsal)  # type: ignore[attr-defined]
    summary = "นำเข้าไฟล์ CSV หรือ Excel · Import a CSV or an Excel file; `dry_run` decides every row and writes nothing"
    desk.routes.command(
        "POST", "/v1/imports/{kind}", roles=roles, status=202, summary=summary, body_limit=FILE_BYTES,
        consumes=("text/csv", XLSX), scope=BY_CALLER,
    )(accept)  # fmt: skip

    async def blank_file(kind: Any, format: Any) -> Response:  # noqa: A002 - it is the address's word
        form = desk.entries[kind].form
        content = template(form) if format == "xlsx" else csv_template(form)
        heads = {"Content-Disposition": f'attachment; filename="{kind}.{format}"'}
        return Response(content, media_type=XLSX if format == "xlsx" else "text/csv", headers=heads)

    blank_file.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("kind", keyword, annotation=kinds),
            inspect.Parameter("format", keyword, annotation=Literal["xlsx", "csv"], default="xlsx"),
        ],
        return_annotation=Response,
    )
    summary = "แบบไฟล์ว่าง · An empty file to fill in, with its columns and choices"
    desk.routes.query("/v1/imports/{kind}/template", roles=PUBLIC, summary=summary)(blank_file)

    @desk.routes.query(
        "/v1/imports/{import_id}",
        roles={*roles, Role.AUDITOR},
        scope=BY_CALLER,
        summary="How far an import is",
    )
    async def progress(import_id: ImportId, caller: Caller, parts: Part[Parts]) -> dict[str, Any]:
        held = await parts.handler.state(imports, import_id)
        run = held.state
        if not run.run:
            raise refusal(NOT_FOUND)
        _require_role(caller, {*desk.entries[run.kind].roles, Role.AUDITOR})
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


def _require_role(caller: Caller, roles: Collection[Role]) -> None:
    """The route is open to who may import anything; each kind to its own."""
    if caller.roles.isdisjoint(roles):
        raise Problem(ROLE_MISSING, more={"roles": sorted(roles)})


async def _read(
    entry: Entry, raw: bytes, stamp: Stamp, caller: Caller, known: Known
) -> tuple[Mapping[int, BaseModel], str]:
    """The typed rows by number, and the area that holds them; raises the problem that names every wrong row."""
    # in a thread: seconds of work must not hold up the others
    rows = await asyncio.to_thread(read_table, raw, entry.form.typed, entry.form.blanks)
    refuse(await wrong(entry, rows, stamp, caller, known))
    codes = [getattr(row, entry.area) for row in rows.values()] if entry.area else list(caller.scopes)
    area = _narrowest(codes)
    if not caller.reaches(area):
        raise refusal(ONE_AREA)
    return rows, area


async def _rehearsed(
    entry: Entry, rows: Mapping[int, BaseModel], stamp: Stamp, caller: Caller, known: Known, service: Parts
) -> Rehearsal:
    made = jobs(entry, rows, stamp, known)
    tally = await rehearse(made, service.handler, None if entry.whole else caller.scopes)
    return Rehearsal(
        rows=len(rows),
        written=tally.written,
        unchanged=tally.unchanged,
        refused=len(tally.refused),
        errors=[_row(error) for error in tally.refused[:1_000]],
    )


def _row(error: RowError) -> RowDocument:
    return RowDocument(row=error.row, field=error.field, code=error.code, th=error.th, en=error.en)


def _narrowest(codes: Sequence[str]) -> str:
    first, last = min(codes), max(codes)
    return max(
        (scope for scope in (*parents(first), first) if last.startswith(scope)), key=len, default=NATION
    )
