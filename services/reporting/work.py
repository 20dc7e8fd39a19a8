"""The first page of the desk: what my office owes, what waits for my approval, what came back, and what waits at other services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from contracts.areas import level
from contracts.reporting import ReportLevel
from services.chassis.access import Role
from services.chassis.known_areas import KnownAreas, Named
from services.chassis.pages.shell import Shell, language, log_in
from services.chassis.read_models import ReadModels
from services.chassis.session import Session, session_of
from services.reporting.api.clock import Clock
from services.reporting.plan.promised import report
from services.reporting.views import Duty, duties, to_do
from services.reporting.words import Words

SHOWN = 30
"""Reports of one list; the page of all that is owed has the rest."""
LEVELS = {0: ReportLevel.DEPARTMENT, 2: ReportLevel.PROVINCE, 4: ReportLevel.DISTRICT}
"""The office of an officer, by the digits of the area."""


@dataclass(frozen=True, slots=True)
class MyWork:
    """What is on an officer's desk on a day."""

    owed: tuple[Duty, ...]
    to_accept: tuple[Duty, ...]
    given_back: tuple[Duty, ...]


def my_work(rows: Sequence[Duty], area: str, roles: frozenset[str]) -> MyWork:
    """Of all reports in an office's area: what the office itself is to hand in, what waits until it receives it, and what it gave
    back. Who only approves hands nothing in, and the other way round."""
    mine = LEVELS.get(len(area))
    own = [row for row in rows if row.area == area and row.waits_for is mine and row.handed_in is None]
    up = [
        row
        for row in rows
        if row.handed_in is not None and row.waits_for is mine and row.chain[0] is not mine
    ]
    back = [row for row in rows if row.returned and row.area != area]
    officer, approver = Role.OFFICER in roles, Role.APPROVER in roles
    return MyWork(
        to_do(own, SHOWN) if officer else (),
        tuple(up[:SHOWN]) if approver else (),
        tuple(back[:SHOWN]) if approver else (),
    )


class WorkPage:
    """`/desk`."""

    def __init__(self, owed: ReadModels, clock: Clock, areas: KnownAreas) -> None:
        self._owed, self._clock, self._areas = owed, clock, areas
        self._shell = Shell("reporting", Path(__file__).parent / "templates")

    def route(self) -> Route:
        """Its route."""
        return Route("/desk", self.show, methods=["GET"])

    async def show(self, request: Request) -> Response:
        """The work of whoever is logged in."""
        session = session_of(request)
        if session is None:
            return log_in(request)
        on = self._clock.today()
        found = [(area, await self._of(session, area, on)) for area in session.areas]
        return self._shell.page(
            request, "my_work.html", found=found, report_of=report, words_of=Words(language(request)), on=on,
            named_areas=await self._names(found), elsewhere=("members", "funds", "otop"), area_level=level, shown=SHOWN,
        )  # fmt: skip

    async def _names(self, found: Sequence[tuple[str, MyWork]]) -> dict[str, Named]:
        """Of the offices whose reports are listed, by code."""
        codes = {row.area for _, work in found for row in (*work.owed, *work.to_accept, *work.given_back)}
        names = {code: await self._areas.named(code) for code in codes}
        return {code: name for code, name in names.items() if name is not None}

    async def _of(self, session: Session, area: str, on: date) -> MyWork:
        async with self._owed.snapshot() as snapshot:
            rows: Any = (await duties(snapshot, area, on)).rows
        return my_work(rows, area, session.roles)
