"""Imports over HTTP: a file is read whole and accepted, or answered with every row that is wrong and nothing written."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from contracts.ids import stream_id
from services.chassis.access import Caller
from services.chassis.desk import Desk, Entry, Stamp
from services.chassis.forms.sheets import MEDIA_TYPE as XLSX
from services.chassis.forms.template import csv_template, template
from services.chassis.http import BY_CALLER, PUBLIC, Part, Run
from services.chassis.http.run import ReplyDocument
from services.chassis.http.signature import part
from services.chassis.imports.checking import Checked, checked
from services.chassis.imports.documents import (
    NAMED,
    Rehearsal,
    faults_of,
    not_taken,
    notice_document,
    row_document,
)
from services.chassis.imports.intake import AcceptImport, Intake
from services.chassis.imports.jobs import Known, jobs, kept
from services.chassis.imports.kept_files import keep
from services.chassis.imports.rehearsing import rehearse
from services.chassis.problems import FieldError
from services.chassis.row_run import RowError, Tally
from services.chassis.service import Parts
from services.chassis.tables.decoding import charset_of

FILE_BYTES = 4 * 1024 * 1024
PART_ROWS = 400
"""Rows a sealed part holds: 400 of the longest allowed stay below an event's 256 KiB."""
KINDS = (
    "text/csv", XLSX,
    "application/vnd.ms-excel",  # what browsers say of a CSV where Excel is installed, and of an .xls
    "application/vnd.oasis.opendocument.spreadsheet",
)  # fmt: skip
ABOUT = """A CSV (UTF-8, Windows-874 or TIS-620) or a spreadsheet (.xlsx, .xls, .ods), with the columns of the template.

All or nothing: where a row is wrong, nothing is written, and the answer (422) names every fault, up to a bound.
`skip_bad_rows`: the good rows run, the wrong ones are left out and told. `dry_run`: every row is decided, nothing is written.
`faults` is where the same file lies, with what is wrong beside each row.
"""


def add_routes(desk: Desk, imports: Intake) -> None:
    """Declare a route a kind of file, so that who may not is told before the file is read; and the templates. After all
    entries of the desk."""
    for entry in desk.entries.values():
        _accepting(desk, imports, entry)
    kinds = Literal[tuple(desk.entries)]  # type: ignore[valid-type]  # they are known when the service is imported

    async def blank_file(kind: Any, format: Any) -> Response:  # noqa: A002 - it is the address's word
        form = desk.entries[kind].form
        content = template(form) if format == "xlsx" else csv_template(form)
        heads = {"Content-Disposition": f'attachment; filename="{kind}.{format}"'}
        return Response(content, media_type=XLSX if format == "xlsx" else "text/csv", headers=heads)

    keyword = inspect.Parameter.KEYWORD_ONLY
    blank_file.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter("kind", keyword, annotation=kinds),
            inspect.Parameter("format", keyword, annotation=Literal["xlsx", "csv"], default="xlsx"),
        ],
        return_annotation=Response,
    )
    summary = "แบบไฟล์ว่าง · An empty file to fill in, with its columns, choices, notes and an example"
    desk.routes.query("/v1/imports/{kind}/template", roles=PUBLIC, summary=summary)(blank_file)


def _accepting(desk: Desk, imports: Intake, entry: Entry) -> None:
    parts = sorted(desk.parts(), key=str)

    async def accept(
        raw: bytes, caller: Caller, run: Run, service: Parts, request: Request, dry_run: bool,
        skip_bad_rows: bool, **own: Any,
    ) -> Response:  # fmt: skip
        known = {**{one: own[f"part_{n}"] for n, one in enumerate(parts)}, Parts: service}
        stamp, charset = Stamp(run.by), charset_of(request.headers.get("content-type", ""))
        found = await checked(entry, raw, charset, stamp, caller, known)
        tally = await _tried(entry, found, stamp, caller, known, service) if dry_run else None
        taken = bool(found.rows) and (skip_bad_rows or not found.faults.rows)
        area = found.area(entry, caller) if taken and tally is None else ""
        digest = await asyncio.to_thread(
            found.digest, raw, service.secrets.citizen_hmac, partly=skip_bad_rows
        )
        stream = stream_id("import", entry.name, digest)
        if found.faults.rows or (taken and tally is None and not await _settled(service, imports, stream)):
            await keep(service, stream, caller.actor, entry.name, raw, charset, found.faults)
        if tally is not None:
            return _rehearsal(found, tally, faults_of(stream))
        if not taken:
            raise not_taken(found.faults, found.found, found.notices, faults_of(stream))
        left_out = [RowError(one.row or 0, one.code, one.th, one.en, one.field) for one in found.faults]
        await service.import_reports.put(stream, 0, Tally(refused=left_out))
        command = await asyncio.to_thread(_command, entry, found, stream, area, digest, stamp)
        return await run(imports, stream, command, created=f"/v1/imports/{stream}")

    keyword = inspect.Parameter.KEYWORD_ONLY
    taken: dict[str, Any] = {
        "raw": bytes, "caller": Caller, "run": Run, "service": Part[Parts], "request": Request,
        **{f"part_{n}": part(one) for n, one in enumerate(parts)},
    }  # fmt: skip
    signed = [inspect.Parameter(name, keyword, annotation=kind) for name, kind in taken.items()]
    signed += [
        inspect.Parameter(name, keyword, annotation=bool, default=False)
        for name in ("dry_run", "skip_bad_rows")
    ]
    accept.__signature__ = inspect.Signature(signed, return_annotation=ReplyDocument | Rehearsal)  # type: ignore[attr-defined]
    accept.__name__ = accept.__qualname__ = f"import_{entry.name.replace('-', '_')}"
    accept.__doc__ = ABOUT
    summary = f"นำเข้าไฟล์: {entry.form.label.th} · Import a file: {entry.form.label.en}"
    desk.routes.command(
        "POST", f"/v1/imports/{entry.name}", roles=entry.roles, status=202, summary=summary,
        body_limit=FILE_BYTES, consumes=KINDS, scope=BY_CALLER,
    )(accept)  # fmt: skip


def _command(entry: Entry, found: Checked, stream: str, area: str, digest: str, stamp: Stamp) -> AcceptImport:
    told = kept(found.rows)
    return AcceptImport(
        import_id=stream,
        kind=entry.name,
        area=area,
        on=stamp.today,
        digest=digest,
        rows=len(told),
        parts=tuple(tuple(told[start : start + PART_ROWS]) for start in range(0, len(told), PART_ROWS)),
        by=stamp.by,
    )


async def _settled(service: Parts, imports: Intake, stream: str) -> bool:
    """Whether this file has run to its end, and nothing was refused: then it does not run again."""
    run = (await service.handler.state(imports, stream)).state
    return bool(run.run and not run.running and not run.refused)


async def _tried(
    entry: Entry, found: Checked, stamp: Stamp, caller: Caller, known: Known, service: Parts
) -> Tally:
    """What would become of the good rows; those that would be refused are faults, too."""
    made = await asyncio.to_thread(lambda: list(jobs(entry, kept(found.rows), stamp, known)))
    tally = await rehearse(made, service.handler, None if entry.whole else caller.scopes)
    found.faults.add(FieldError(one.field, one.code, one.th, one.en, one.row) for one in tally.refused)
    return tally


def _rehearsal(found: Checked, tally: Tally, address: str) -> Response:
    faults = found.faults
    told = Rehearsal(
        rows=found.found,
        written=tally.written,
        unchanged=tally.unchanged,
        refused=faults.rows,
        errors=[row_document(error) for error in faults.first(NAMED)],
        errors_left_out=max(0, len(faults) - NAMED),
        notices=[notice_document(notice) for notice in found.notices],
        faults=address if faults.rows else None,
    )
    return Response(told.model_dump_json(), 200, media_type="application/json")
