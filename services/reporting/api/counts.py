"""Members, funds and producers by area, as JSON or CSV."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import date
from typing import Annotated, Protocol

from fastapi import Query
from starlette.requests import Request

from contracts.areas import AreaLevel
from contracts.members import Network
from services.chassis.days import Day
from services.chassis.http import PUBLIC, AreaFilter, Paging, Routes, Seen
from services.chassis.read_models import ReadModels, Snapshot
from services.reporting import views
from services.reporting.api.answers import (
    MembersAnswer,
    MembersRow,
    TallyAnswer,
    TallyRow,
    counted,
    named,
    place,
)
from services.reporting.api.area import level_below, shown
from services.reporting.api.clock import Clock
from services.reporting.api.form import AskedForm, Bom, formed, look, vector

Level = Annotated[
    AreaLevel | None, Query(description="of the rows; the next one down unless said, and below the area")
]


def add(routes: Routes, models: ReadModels, clock: Clock) -> None:
    """The routes of counts."""

    @routes.query("/v1/members", roles=PUBLIC, summary="Members by area, at any level, as of a day")
    async def members(
        request: Request,
        page: Paging,
        seen: Seen,
        area: AreaFilter = "",
        on: Day | None = None,
        level: Level = None,
        network: Network = Network.TSM,
        format: AskedForm = None,  # noqa: A002 - the name in the address
        bom: Bom = False,
    ) -> MembersAnswer:
        """Every row is a sum of what was registered minus what left, up to the day, below its area."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            form = look(request, seen, snapshot.vector, day, format)
            found = await views.members_by_area(
                snapshot, area, day, at=level_below(area, level), network=network
            )
            around = await shown(snapshot, area, day, anything=bool(found.rows or found.total.members))
            at = snapshot.vector
        rows = [row for row in found.rows if row.area.code > page.after][: page.limit + 1]
        part = page.page([_member_row(row).model_dump() for row in rows], key="code")
        answer = MembersAnswer(
            area=place(around),
            on=day,
            seen=vector(at),
            network=network,
            total=counted(found.total),
            unplaced=counted(found.unplaced),
            items=[MembersRow(**row) for row in part.items],
            next=part.next,
        )
        return formed(answer, answer.items, form, seen, at, f"members-{area or 'th'}-{day}", bom=bom)

    for name, summary, ask in TALLIES:
        _add_tally(routes, models, clock, name, summary, ask)


class Ask(Protocol):
    """A query that answers with a tally."""

    def __call__(
        self, snapshot: Snapshot, within: str, on: date, *, at: AreaLevel | None = None
    ) -> Awaitable[views.Tally]:
        """By the areas of a level."""
        ...


TALLIES: tuple[tuple[str, str, Ask], ...] = (
    ("funds", "Community funds established, by area and kind", views.funds_by_area),
    ("fund-levels", "Funds that were assessed, by area, kind and level", views.levels_by_area),
    (
        "upgrades",
        "Upgrades 1→2 and 2→3 in the fiscal year of the day, by area and kind",
        views.upgrades_by_area,
    ),
    ("producers", "Producers that applied, by area and category", views.producers_by_area),
    ("producer-stages", "Producers by area and by where they stand", views.stages_by_area),
)
"""Address, summary and query of each count."""


def _add_tally(routes: Routes, models: ReadModels, clock: Clock, name: str, summary: str, ask: Ask) -> None:
    async def tally(
        request: Request,
        page: Paging,
        seen: Seen,
        area: AreaFilter = "",
        on: Day | None = None,
        level: Level = None,
        format: AskedForm = None,  # noqa: A002
        bom: Bom = False,
    ) -> TallyAnswer:
        """Areas without any are left out."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            form = look(request, seen, snapshot.vector, day, format)
            found = await ask(snapshot, area, day, at=level_below(area, level))
            answer = await _tally(snapshot, found, page, day)
            at = snapshot.vector
        return formed(answer, answer.items, form, seen, at, f"{name}-{area or 'th'}-{day}", bom=bom)

    tally.__name__ = name.replace("-", "_")  # OpenAPI names the operation after it
    routes.query(f"/v1/{name}", roles=PUBLIC, summary=summary)(tally)


async def _tally(snapshot: Snapshot, found: views.Tally, page: Paging, day: date) -> TallyAnswer:
    around = await shown(snapshot, found.within, day, anything=bool(found.total))
    rows = [row for row in found.rows if row.area.code > page.after][: page.limit + 1]
    part = page.page([_tally_row(row).model_dump() for row in rows], key="code")
    return TallyAnswer(
        area=place(around),
        on=day,
        seen=vector(snapshot.vector),
        total=found.total,
        parts=found.parts,
        items=[TallyRow(**row) for row in part.items],
        next=part.next,
    )


def _member_row(row: views.AreaMembers) -> MembersRow:
    return MembersRow(**named(row.area), **counted(row.count).model_dump(), registered=row.area.known)


def _tally_row(row: views.AreaTally) -> TallyRow:
    return TallyRow(**named(row.area), total=row.total, parts=row.parts)
