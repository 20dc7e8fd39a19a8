"""Runs accepted imports to their end, also those that a crash has left; then destroys the key to their rows."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from pymongo.errors import PyMongoError

from contracts.ids import derived
from services.chassis.calls import Call, KeyReused
from services.chassis.days import today
from services.chassis.decider import Actor
from services.chassis.desk import Desk, Stamp
from services.chassis.doorbell import until_stopped
from services.chassis.imports.intake import CompleteImport, Import, Intake
from services.chassis.imports.jobs import Known, jobs
from services.chassis.imports.kept_files import drop
from services.chassis.projection import Order
from services.chassis.row_run import Job, RowError, Step, Tally, run_rows, until_known
from services.chassis.service import Parts

ACTOR = "system:import"
REPORT_SECONDS = 0.5
OTHERS_SECONDS = 1.0
"""How long a process that found another one at an import leaves it alone."""
UNREADABLE = ("กุญแจของไฟล์นี้หายไป กรุณาส่งไฟล์อีกครั้ง", "The key to this file is gone; send the file again.")


@dataclass(frozen=True, slots=True)
class Running:
    """What the worker of a service works with. `known` is what look-ups and rows may ask for."""

    desk: Desk
    imports: Intake
    view: str
    parts: Parts
    known: Known


async def run_imports(running: Running, stop: asyncio.Event) -> None:
    """A worker: wakes when a view moves, and runs what is accepted and not completed, by id."""
    emptied: set[str] = set()
    me = str(uuid4())
    async for _ in until_stopped(running.parts.moved, stop):
        try:
            if await _round(running, emptied, me, stop):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), OTHERS_SECONDS)
        except PyMongoError as trouble:  # the next ring, or the next five seconds, begin where it stopped
            structlog.get_logger().warning("import-waits", reason=type(trouble).__name__)


async def _round(running: Running, emptied: set[str], me: str, stop: asyncio.Event) -> bool:
    """Whether another process is at one that waits."""
    parts, others = running.parts, False
    async with parts.views[running.view].snapshot() as snapshot:
        found = await snapshot.facets("import")
    for row in found:
        import_id = row["subject"]
        if row["status"] == "running" and not stop.is_set():
            emptied.discard(import_id)
            others = not await _run(running, import_id, me, stop) or others
        elif row["status"] == "completed" and import_id not in emptied:
            if await parts.handler.sealing.holds(import_id):  # a crash left it, or it was accepted once more
                held = await parts.handler.proven(running.imports, import_id)
                if held.state.running:
                    continue
                await parts.handler.sealing.destroy(import_id)
            emptied.add(import_id)
    return others


async def _run(running: Running, import_id: str, me: str, stop: asyncio.Event) -> bool:
    """False where another process is at it."""
    reports = running.parts.import_reports
    if not await reports.hold(import_id, me):
        return False
    try:
        await _run_held(running, import_id, me, stop)
    finally:
        with contextlib.suppress(PyMongoError):  # then it ends by itself
            await reports.release(import_id, me)
    return True


async def _run_held(running: Running, import_id: str, me: str, stop: asyncio.Event) -> None:
    parts, imports = running.parts, running.imports
    held = await parts.handler.proven(imports, import_id)
    state: Import = held.state
    if not state.running:  # the view is behind
        return
    sealed = await parts.handler.sealed_parts(import_id, state.accepted_version)
    opened = [part for _, part in sealed if part is not None]
    rows = [row for part in opened for row in part["rows"]]
    by = next((Actor(**part["by"]) for part in opened if "by" in part), None)
    entry = running.desk.entries[state.kind]
    stamp = Stamp(by or Actor(id=ACTOR, scopes=()), state.on)
    made: Iterable[Job] = await asyncio.to_thread(jobs, entry, rows, stamp, running.known)
    run_id = derived(import_id, state.run)
    call = Call(
        actor=ACTOR,
        command_id=run_id,
        now=datetime.now(UTC),
        correlation_id=str(run_id),
        causation_id=import_id,
        scopes=None if entry.whole or by is None else by.scopes,
    )
    tally = Tally()
    if len(rows) < state.rows:
        if not (await parts.handler.proven(imports, import_id)).state.running:  # another process was faster
            return
        tally.refused = [RowError(row, "rows-unreadable", *UNREADABLE) for row in range(2, state.rows + 2)]
        made = []
    structlog.get_logger().info("import-runs", import_id=import_id, rows=len(rows))
    reporting = asyncio.create_task(_report(parts, import_id, state.run, me, tally))
    try:
        finished = await run_rows(
            made, parts.handler, call, tally, stop=stop, outbox_depth=parts.outbox_depth
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
        if await until_known(parts.handler, Step(Order(imports, import_id, completed)), done, stop) is None:
            return
    await parts.handler.sealing.destroy(import_id)
    _, _, left_out = await parts.import_reports.counts(import_id, 0)
    if not tally.refused and not left_out:
        await drop(parts, import_id)
    structlog.get_logger().info(
        "import-completed", import_id=import_id, written=tally.written, refused=len(tally.refused)
    )


async def _report(parts: Parts, import_id: str, run: int, me: str, tally: Tally) -> None:
    while True:
        await asyncio.sleep(REPORT_SECONDS)
        with contextlib.suppress(PyMongoError):  # the next one will do
            await parts.import_reports.hold(import_id, me)
            await parts.import_reports.put(import_id, run, tally)
