"""Reports that are owed: scheduled, moved, handed in with the board's figures, given back, accepted."""

from __future__ import annotations

from contracts.reporting import ImportAccepted, ImportCompleted
from services.chassis.access import Role
from services.chassis.desk import Desk, Stream
from services.chassis.handling import CommandHandler
from services.chassis.http import Part, Routes
from services.chassis.imports import Imports
from services.chassis.known_areas import in_open_area
from services.chassis.service import Parts
from services.reporting import views
from services.reporting.domain.obligation import (
    OBLIGATION,
    AcceptReport,
    MoveDeadline,
    ObligationKey,
    ReturnReport,
    ScheduleReport,
    SubmitReport,
)


async def as_the_board_shows(submit: SubmitReport, obligation_id: Stream, parts: Part[Parts]) -> SubmitReport:
    """With what the board shows of the unit's area as of the day, and the positions that it was made from."""
    area = await _area(parts.handler, obligation_id)
    shown = None if area is None else await views.board(parts.views[views.BOARD.name], area, submit.on)
    if shown is None:
        return submit
    seen = {name: dict(at) for name, at in shown.vector.positions.items()}
    figures = dict(views.figures(shown))
    return SubmitReport(on=submit.on, by=submit.by, figures=figures, seen=seen, newest=shown.newest)


async def _area(handler: CommandHandler, obligation_id: str) -> str | None:
    """The unit's area, which never changes; None where nothing was scheduled, and the command itself says so."""
    held = await handler.state(OBLIGATION, obligation_id, fresh=False)
    if not held.version:
        held = await handler.proven(OBLIGATION, obligation_id)
    return held.state.area or None


OFFICER, APPROVER = {Role.OFFICER}, {Role.APPROVER}

desk = Desk(Routes("reporting"), places=in_open_area)

obligation = desk.about(
    OBLIGATION, ObligationKey, "/v1/obligations/{obligation_id}", listed=False, answers="desk"
)
obligation.opens(ScheduleReport, roles=APPROVER)
obligation.takes(MoveDeadline, roles=APPROVER)
obligation.takes(SubmitReport, roles=OFFICER, fill=as_the_board_shows)
obligation.takes(AcceptReport, roles=APPROVER)
obligation.takes(ReturnReport, roles=APPROVER)

imports = Imports(desk, ImportAccepted, ImportCompleted)
