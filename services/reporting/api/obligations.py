"""Reports that are owed, over HTTP: scheduled, moved, handed in with the board's figures, given back, accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from contracts.areas import AreaCode
from contracts.ids import derived, id_pattern
from contracts.reporting import DeadlineReason, ReportLevel, ReturnReason
from services.chassis.access import Role
from services.chassis.days import Day, PastDay
from services.chassis.decider import Refused
from services.chassis.handling import CommandHandler
from services.chassis.http import FiscalYear, Part, Reply, Routes, Run
from services.chassis.known_areas import KnownAreas
from services.chassis.problems import refusal
from services.chassis.read_models import ReadModels
from services.chassis.sent import Sent, TypedArea
from services.chassis.service import Parts
from services.reporting import views
from services.reporting.domain.obligation import (
    NOT_FOUND,
    OBLIGATION,
    AcceptReport,
    MoveDeadline,
    ReturnReport,
    ScheduleReport,
    SubmitReport,
    obligation_stream,
)
from services.reporting.domain.reports import owed

ObligationId = Annotated[str, StringConstraints(pattern=id_pattern("obligation"))]


class NewObligation(Sent):
    """One report that a unit owes; `on` is the day from which it is owed."""

    report: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", examples=["kkj-upgrades"])
    area: TypedArea
    fiscal_year: FiscalYear
    period: str = Field(default="", pattern=r"^[a-z0-9-]{0,16}$")
    due_on: Day | None
    chain: tuple[ReportLevel, ...] = Field(min_length=2, max_length=3, examples=[["district", "province"]])
    source: str = Field(default="", pattern=r"^[0-9A-Za-z ._-]{0,120}$", examples=["003 L6025"])
    on: PastDay


class WholeYear(Sent):
    """A unit's whole fiscal year, from the table of reports; `on` is the day from which they are owed."""

    fiscal_year: FiscalYear
    on: PastDay


class NewDeadline(Sent):
    """Another deadline, valid from `on`; null: none any more."""

    due_on: Day | None
    reason: DeadlineReason
    on: PastDay


class HandedIn(Sent):
    """When it was handed in. The figures are the board's, as of this day: nobody types them."""

    on: PastDay


class GivenBack(Sent):
    """When and why it was given back."""

    on: PastDay
    reason: ReturnReason


class Accepted(Sent):
    """When it was accepted."""

    on: PastDay


class ScheduledRow(BaseModel):
    """One obligation of a unit's year; `scheduled` is false where it was so already."""

    id: str
    version: int
    report: str
    period: str
    due_on: date | None
    scheduled: bool


class ScheduledYear(BaseModel):
    """What a unit owes in a fiscal year; `repeated` is true for the answer to a repeated Idempotency-Key."""

    area: str
    fiscal_year: int
    repeated: bool
    items: list[ScheduledRow]


def add(routes: Routes, board: ReadModels) -> None:
    """The commands; `board` is where the figures come from."""

    @routes.command(
        "POST", "/v1/obligations", roles={Role.APPROVER}, status=201, summary="Schedule one report of a unit"
    )
    async def schedule(body: NewObligation, run: Run, areas: Part[KnownAreas]) -> Reply:
        stream = obligation_stream(body.report, body.area, body.fiscal_year, body.period)
        command = ScheduleReport(obligation_id=stream, by=run.by, **body.model_dump())
        unless = await areas.refusal(body.area, body.on)
        return await run(OBLIGATION, stream, command, created=f"/v1/obligations/{stream}", unless=unless)

    @routes.command(
        "POST",
        "/v1/units/{area}/obligations",
        roles={Role.APPROVER},
        summary="Schedule all that a unit owes in a fiscal year",
    )
    async def schedule_year(
        area: AreaCode, body: WholeYear, run: Run, parts: Part[Parts], areas: Part[KnownAreas]
    ) -> ScheduledYear:
        """One command an obligation, each under a key derived from this request's: after a crash in the middle the same
        request completes it. What is scheduled already stays as it is."""
        unless = await areas.refusal(area, body.on)
        call, items, repeated = run.call(), [], []
        for one in owed(area, body.fiscal_year):
            stream = obligation_stream(one.report.code, area, body.fiscal_year, one.period)
            command = ScheduleReport(
                obligation_id=stream,
                report=one.report.code,
                area=area,
                fiscal_year=body.fiscal_year,
                period=one.period,
                due_on=one.due_on,
                chain=one.report.chain,
                source=one.report.source,
                on=body.on,
                by=run.by,
            )
            its_own = replace(call, command_id=derived(str(call.command_id), stream))
            done = await parts.handler.handle(OBLIGATION, stream, command, its_own, unless=unless)
            if isinstance(done, Refused):
                raise refusal(done)
            repeated.append(done.repeated)
            items.append(
                ScheduledRow(
                    id=stream,
                    version=done.version,
                    report=one.report.code,
                    period=one.period,
                    due_on=one.due_on,
                    scheduled=bool(done.events),
                )
            )
        return ScheduledYear(
            area=area, fiscal_year=body.fiscal_year, repeated=bool(repeated) and all(repeated), items=items
        )

    one = "/v1/obligations/{obligation_id}"

    @routes.command("POST", f"{one}/deadline", roles={Role.APPROVER}, summary="Move a deadline")
    async def move(obligation_id: ObligationId, body: NewDeadline, run: Run) -> Reply:
        command = MoveDeadline(by=run.by, **body.model_dump())
        return await run(OBLIGATION, obligation_id, command)

    @routes.command(
        "POST", f"{one}/submissions", roles={Role.OFFICER}, status=201, summary="Hand a report in"
    )
    async def submit(obligation_id: ObligationId, body: HandedIn, run: Run, parts: Part[Parts]) -> Reply:
        """With what the board shows of the unit's area as of the day, and the positions that it was made from."""
        area = await _area(parts.handler, obligation_id)
        shown = await views.board(board, area, body.on)
        command = SubmitReport(
            figures={} if shown is None else dict(views.figures(shown)),
            seen={} if shown is None else {name: dict(at) for name, at in shown.vector.positions.items()},
            newest=None if shown is None else shown.newest,
            by=run.by,
            on=body.on,
        )
        return await run(OBLIGATION, obligation_id, command, created=f"/v1/obligations/{obligation_id}")

    @routes.command(
        "POST", f"{one}/accept", roles={Role.APPROVER}, summary="Accept a report: a second person"
    )
    async def accept(obligation_id: ObligationId, body: Accepted, run: Run) -> Reply:
        command = AcceptReport(on=body.on, by=run.by)
        return await run(OBLIGATION, obligation_id, command)

    @routes.command("POST", f"{one}/return", roles={Role.APPROVER}, summary="Give a report back")
    async def give_back(obligation_id: ObligationId, body: GivenBack, run: Run) -> Reply:
        command = ReturnReport(on=body.on, reason=body.reason, by=run.by)
        return await run(OBLIGATION, obligation_id, command)


async def _area(handler: CommandHandler, obligation_id: str) -> str:
    """The unit's area, which never changes. Raises `obligation-not-found` (404)."""
    held = await handler.state(OBLIGATION, obligation_id, fresh=False)
    if not held.version:
        held = await handler.state(OBLIGATION, obligation_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    return str(held.state.area)
