"""What waits for an officer at a service: things that need the reader's decision, things that came back. A piece of the work page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from contracts.areas import within
from contracts.stage import Stage
from services.chassis.access import Role
from services.chassis.desk import Desk, Entry
from services.chassis.lifecycle import Lifecycle
from services.chassis.pages.asking import ask
from services.chassis.pages.picking import Picking
from services.chassis.pages.shell import Shell, language
from services.chassis.read_models import ReadModels, Row
from services.chassis.session import Session, session_of
from services.chassis.things.kind import Kind

SHOWN = 20
"""Kind of one kind and stage; the register has the rest."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Kind of a kind at a stage."""

    things: Kind
    stage: Stage
    rows: list[tuple[Any, str]]
    more: bool


class WorkPages:
    """The work of the reader at one service."""

    def __init__(self, desk: Desk, shell: Shell, picking: Picking, imports: ReadModels | None) -> None:
        self._desk, self._shell, self._picking, self._imports = desk, shell, picking, imports

    async def show(self, request: Request) -> Response:
        """What waits for approval, what was returned, and files that run: without the frame of a page."""
        session = session_of(request)
        if session is None:
            return Response(status_code=401)
        waits = [
            found
            for stop in approvals(self._desk, session)
            if (found := await self._at(request, session, *stop)).rows
        ]
        back = [
            found
            for stop in returned(self._desk, session)
            if (found := await self._at(request, session, *stop)).rows
        ]
        return self._shell.page(
            request, "work.html", waits=waits, back=back, runs=await self._running(session)
        )

    async def _running(self, session: Session) -> list[tuple[Entry, Row]]:
        """Files whose rows still run, of the reader's areas."""
        if self._imports is None:
            return []
        async with self._imports.snapshot() as snapshot:
            rows = await snapshot.facets("import", where={"status": "running"})
        mine = [row for row in rows if any(within(str(row["area"]), area) for area in session.areas)]
        return [
            (self._desk.entries[row["imports"]], row) for row in mine if row["imports"] in self._desk.entries
        ]

    async def _at(self, request: Request, session: Session, things: Kind, stage: Stage) -> Waiting:
        spoken, rows, more = language(request), [], False
        for area in session.areas:
            query = urlencode({"stage": stage.value, "limit": SHOWN, **({"area": area} if area else {})})
            answer = await ask(request, "GET", things.many, query=query)
            if answer.ok:
                rows += [
                    (row, await self._picking.called(row["area"], spoken)) for row in answer.told["items"]
                ]
                more = more or answer.told["next"] is not None
        return Waiting(things, stage, rows, more)


def approvals(desk: Desk, session: Session) -> Iterator[tuple[Kind, Stage]]:
    """The stages at which an approver's step is next, of those things that this reader may decide on."""
    yield from _stages(desk, session, Role.APPROVER, lambda _: True)


def returned(desk: Desk, session: Session) -> Iterator[tuple[Kind, Stage]]:
    """The stages at which a thing was given back to the reader's office."""
    yield from _stages(desk, session, Role.OFFICER, lambda stage: stage.value == "returned")


def _stages(desk: Desk, session: Session, role: Role, wanted: Any) -> Iterator[tuple[Kind, Stage]]:
    if role not in session.roles:
        return
    for things in desk.kinds.values():
        if not isinstance(things.aggregate, Lifecycle) or not things.listed:
            continue
        steps = [one for one in things.aggregate.steps if one.by.role == role]
        stages = [stage for stage in things.aggregate.stages if any(stage in one.when for one in steps)]
        yield from (
            (things, stage) for stage in stages if wanted(stage) and stage not in things.aggregate.ends
        )
