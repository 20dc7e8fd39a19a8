"""Runs accepted imports to their end, also those that a crash has left; then destroys the key to their rows."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

import structlog
from pymongo.errors import PyMongoError

from contracts.ids import derived
from services.chassis.calls import Call, KeyReused
from services.chassis.days import today
from services.chassis.doorbell import until_stopped
from services.chassis.projection import Order
from services.chassis.row_run import Job, RowError, Tally, run_rows, until_known
from services.chassis.service import Parts
from services.members.api.row_jobs import area_jobs, membership_jobs
from services.members.domain.intake import IMPORT, CompleteImport, Import, Kind
from services.members.views import REGISTER

ACTOR = "system:import"
REPORT_SECONDS = 0.5
UNREADABLE = ("กุญแจของไฟล์นี้หายไป กรุณาส่งไฟล์อีกครั้ง", "The key to this file is gone; send the file again.")


async def run_imports(parts: Parts, stop: asyncio.Event) -> None:
    """A worker: wakes when the register's view moves, and runs what is accepted and not completed, by id."""
    emptied: set[str] = set()
    async for _ in until_stopped(parts.moved, stop):
        try:
            await _round(parts, emptied, stop)
        except PyMongoError as trouble:  # the next ring, or the next five seconds, begin where it stopped
            structlog.get_logger().warning("import-waits", reason=type(trouble).__name__)


async def _round(parts: Parts, emptied: set[str], stop: asyncio.Event) -> None:
    async with parts.views[REGISTER.name].snapshot() as snapshot:
        found = await snapshot.facets("import")
    for row in found:
        import_id = row["subject"]
        if row["status"] == "running" and not stop.is_set():
            emptied.discard(import_id)
            await _run(parts, import_id, stop)
        elif row["status"] == "completed" and import_id not in emptied:
            if await parts.handler.sealing.holds(import_id):  # a crash left it, or it was accepted once more
                held = await parts.handler.proven(IMPORT, import_id)
                if held.state.running:
                    continue
                await parts.handler.sealing.destroy(import_id)
            emptied.add(import_id)


async def _run(parts: Parts, import_id: str, stop: asyncio.Event) -> None:
    held = await parts.handler.proven(IMPORT, import_id)
    state: Import = held.state
    if not state.running:  # the view is behind
        return
    sealed = await parts.handler.sealed_parts(import_id, state.accepted_version)
    rows = [row for _, opened in sealed if opened is not None for row in opened["rows"]]
    jobs: list[Job] = await asyncio.to_thread(_jobs, rows, parts, state)
    run_id = derived(import_id, state.run)
    call = Call(
        actor=ACTOR,
        command_id=run_id,
        now=datetime.now(UTC),
        correlation_id=str(run_id),
        causation_id=import_id,
    )
    tally = Tally()
    if len(rows) < state.rows:
        if not (await parts.handler.proven(IMPORT, import_id)).state.running:  # another process was faster
            return
        tally.refused = [RowError(row, "rows-unreadable", *UNREADABLE) for row in range(1, state.rows + 1)]
        jobs = []
    structlog.get_logger().info("import-runs", import_id=import_id, rows=len(rows))
    reporting = asyncio.create_task(_report(parts, import_id, state.run, tally))
    try:
        finished = await run_rows(
            jobs, parts.handler, call, tally, stop=stop, outbox_depth=parts.outbox_depth
        )
    finally:
        reporting.cancel()
        await asyncio.wait([reporting])
    await parts.import_reports.put(import_id, state.run, tally)
    if not finished:
        return
    completed = CompleteImport(
        import_id=import_id,
        on=today(),
        written=tally.written,
        unchanged=tally.unchanged,
        refused=len(tally.refused),
    )
    done = Call(
        actor=ACTOR,
        command_id=derived(str(run_id), "completed"),
        now=datetime.now(UTC),
        correlation_id=str(run_id),
    )
    with contextlib.suppress(KeyReused):  # another process has completed it, and counted otherwise
        if await until_known(parts.handler, Order(IMPORT, import_id, completed), done, stop) is None:
            return
    await parts.handler.sealing.destroy(import_id)
    structlog.get_logger().info(
        "import-completed", import_id=import_id, written=tally.written, refused=len(tally.refused)
    )


def _jobs(rows: list[Any], parts: Parts, state: Import) -> list[Job]:
    return area_jobs(rows) if state.kind == Kind.AREAS else membership_jobs(rows, parts, state.on)


async def _report(parts: Parts, import_id: str, run: int, tally: Tally) -> None:
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        with contextlib.suppress(PyMongoError):  # the next one will do
            await parts.import_reports.put(import_id, run, tally)
