"""What is told of an import over HTTP: how far it is, and its file with what is wrong beside each row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Annotated

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import StreamingResponse

from contracts.ids import id_pattern
from services.chassis.access import Caller, Role
from services.chassis.decider import Refused
from services.chassis.desk import Desk
from services.chassis.forms.sheets import MEDIA_TYPE as XLSX
from services.chassis.http import BY_CALLER, Part
from services.chassis.http.headers import headers, wanted_language
from services.chassis.http.reading import Seen
from services.chassis.imports.documents import NAMED, Progress, faults_of, row_document
from services.chassis.imports.intake import NOT_FOUND, Intake
from services.chassis.imports.kept_files import kept
from services.chassis.problems import FieldError, Problem, refusal
from services.chassis.problems.catalogue import ROLE_MISSING
from services.chassis.read_models import Vector
from services.chassis.service import Parts
from services.chassis.tables import marked

ASK_AGAIN_SECONDS = 1
NO_FILE = Refused(
    "faults-not-found",
    "ไม่มีไฟล์นี้ ไฟล์เก็บไว้ 3 วัน และให้เฉพาะผู้ที่ส่งไฟล์",
    "There is no such file: it is kept for 3 days, and given to its sender only.",
    kind="missing",
)

ImportId = Annotated[str, StringConstraints(pattern=id_pattern("import"))]


def add_told(desk: Desk, imports: Intake) -> None:
    """Declare the two routes. After all entries of the desk."""
    roles = {role for entry in desk.entries.values() for role in entry.roles}

    @desk.routes.query(
        "/v1/imports/{import_id}",
        roles={*roles, Role.AUDITOR},
        scope=BY_CALLER,
        summary="ความคืบหน้าของการนำเข้า · How far an import is; with If-None-Match, 304 until it has moved",
    )
    async def progress(import_id: ImportId, caller: Caller, parts: Part[Parts], seen: Seen) -> Progress:
        held = await parts.handler.state(imports, import_id)
        run = held.state
        if not run.run:
            raise refusal(NOT_FOUND)
        _require_role(caller, {*desk.entries[run.kind].roles, Role.AUDITOR})
        caller.require_area(run.area)
        reports = parts.import_reports
        counts = (run.written, run.unchanged, run.refused)
        if run.running:
            counts = await reports.counts(import_id, run.run)
        _, _, left_out = await reports.counts(import_id, 0)
        seen.vector(Vector({}, None), import_id, str(held.version), *map(str, counts), str(left_out))
        errors = [
            row_document(error)
            for one in (0, run.run)
            for error in (await reports.get(import_id, one)).refused[:NAMED]
        ]
        return Progress(
            id=import_id,
            kind=run.kind,
            status="running" if run.running else "completed",
            rows=run.rows,
            done=sum(counts) if run.running else run.rows,
            written=counts[0],
            unchanged=counts[1],
            refused=counts[2],
            left_out=left_out,
            errors=errors[:NAMED],
            faults=faults_of(import_id) if errors else None,
            ask_again_seconds=ASK_AGAIN_SECONDS if run.running else None,
        )

    @desk.routes.query(
        "/v1/imports/{import_id}/faults",
        roles=roles,
        scope=BY_CALLER,
        summary="ไฟล์เดิมพร้อมเหตุที่ผิดในแต่ละแถว · The same file, with what is wrong beside each row; for its sender",
    )
    async def faults(
        import_id: ImportId, caller: Caller, parts: Part[Parts], request: Request
    ) -> StreamingResponse:
        found = await kept(parts, import_id)
        if found is None or found.actor != caller.actor:
            raise refusal(NO_FILE)
        entry = desk.entries[found.kind]
        _require_role(caller, entry.roles)
        held = await parts.handler.state(imports, import_id)
        report = await parts.import_reports.get(import_id, held.state.run) if held.state.run else None
        if report is not None:
            found.faults.add(
                FieldError(one.field, one.code, one.th, one.en, one.row) for one in report.refused
            )
        await parts.access_log.note(
            actor=caller.actor,
            subject=import_id,
            route="GET /v1/imports/{import_id}/faults",
            at=datetime.now(UTC),
            correlation_id=request.scope["chumchon.correlation_id"],
        )
        language = wanted_language(headers(request.scope))
        pieces = marked(found.file, found.faults, entry.form.blanks, language)
        ends = "xlsx" if found.file.sheet else "csv"
        heads = {"Content-Disposition": f'attachment; filename="{found.kind}-faults.{ends}"'}
        media = XLSX if found.file.sheet else "text/csv; charset=utf-8"
        return StreamingResponse(pieces, media_type=media, headers=heads)


def _require_role(caller: Caller, roles: Collection[Role]) -> None:
    """The route is open to who may import anything; each kind to its own."""
    if caller.roles.isdisjoint(roles):
        raise Problem(ROLE_MISSING, more={"roles": sorted(roles)})
