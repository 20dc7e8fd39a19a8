"""Reports that are owed, over HTTP: scheduled, moved, handed in with the board's figures, given back, accepted."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.ids import id_pattern
from contracts.reporting import DeadlineReason, ReportLevel, ReturnReason
from services.chassis.access import Role
from services.chassis.days import Day, PastDay
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

ObligationId = Annotated[str, StringConstraints(pattern=id_pattern("obligation"))]


class NewObligation(Sent):
    """One report that a unit owes; `on` is the day from which it is owed."""

    report: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", examples=["duty-12-upgrade"])
    area: TypedArea
    fiscal_year: FiscalYear
    period: str = Field(default="", pattern=r"^[a-z0-9-]{0,16}$")
    due_on: Day | None
    chain: tuple[ReportLevel, ...] = Field(min_length=2, max_length=3, examples=[["district", "province"]])
    source: str = Field(default="", pattern=r"^[0-9A-Za-z ._-]{0,120}$", examples=["003 L6025"])
    outside_year: bool = Field(default=False, description="yes, the deadline lies outside the fiscal year")
    on: PastDay


class NewDeadline(Sent):
    """Another deadline, valid from `on`; null: none any more."""

    due_on: Day | None
    reason: DeadlineReason
    outside_year: bool = Field(default=False, description="yes, the deadline lies outside the fiscal year")
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
        held = await handler.proven(OBLIGATION, obligation_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    return str(held.state.area)
