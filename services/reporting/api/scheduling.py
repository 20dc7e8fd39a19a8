"""A unit's whole fiscal year, scheduled in one request: a command for each report that the catalogue dates or names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pydantic import BaseModel

from contracts.areas import AreaCode
from contracts.ids import derived
from services.chassis.access import Role
from services.chassis.calls import Done
from services.chassis.decider import Refused
from services.chassis.http import Part, Routes, Run
from services.chassis.known_areas import KnownAreas
from services.chassis.problems import refusal
from services.chassis.service import Parts
from services.reporting.api.year import LeftOutRow, NewYear, left_out, owing_of
from services.reporting.domain.obligation import OBLIGATION, SCHEDULED, ScheduleReport


class ScheduledRow(BaseModel):
    """One obligation of a unit's year; `scheduled` is false where it was so already.

    `due_on` is the deadline that stands; where it is another than `planned_on`, the catalogue's, it was moved.
    """

    id: str
    version: int
    report: str
    period: str
    due_on: date | None
    planned_on: date | None
    scheduled: bool


class ScheduledYear(BaseModel):
    """What a unit owes in a fiscal year, and what was left out and why; `repeated` is true for the answer to a repeated
    Idempotency-Key."""

    area: str
    fiscal_year: int
    repeated: bool
    items: list[ScheduledRow]
    left_out: list[LeftOutRow]


def add(routes: Routes) -> None:
    """The command."""

    @routes.command(
        "POST",
        "/v1/units/{area}/obligations",
        roles={Role.APPROVER},
        summary="Schedule all that a unit owes in a fiscal year",
    )
    async def schedule_year(
        area: AreaCode, body: NewYear, run: Run, parts: Part[Parts], areas: Part[KnownAreas]
    ) -> ScheduledYear:
        """From the catalogue of the year. One command an obligation, each under a key derived from this request's: after
        a crash in the middle the same request completes it. What is scheduled already stays as it is."""
        unless = await areas.refusal(area, body.on)
        year = owing_of(area, body)
        call, items, repeated = run.call(), [], []
        for one in year.reports:
            command = ScheduleReport(
                report=one.code,
                area=area,
                fiscal_year=body.fiscal_year,
                period=one.period,
                due_on=one.due_on,
                chain=one.chain,
                source=one.source,
                outside_year=True,  # days after an event may end in the next one; nobody typed them
                on=body.on,
                by=run.by,
            )
            stream = command.stream
            its_own = replace(call, command_id=derived(str(call.command_id), stream))
            done = await parts.handler.handle(OBLIGATION, stream, command, its_own, unless=unless)
            if isinstance(done, Refused) and done.code != SCHEDULED.code:
                raise refusal(done)
            new = isinstance(done, Done) and bool(done.events)
            held = None if new else await parts.handler.state(OBLIGATION, stream, fresh=False)
            if isinstance(done, Done):
                repeated.append(done.repeated)
            items.append(
                ScheduledRow(
                    id=stream,
                    version=done.version if isinstance(done, Done) else held.version if held else 0,
                    report=one.code,
                    period=one.period,
                    due_on=held.state.due_on if held else one.due_on,
                    planned_on=one.due_on,
                    scheduled=new,
                )
            )
        return ScheduledYear(
            area=area,
            fiscal_year=body.fiscal_year,
            repeated=bool(repeated) and all(repeated),
            items=items,
            left_out=left_out(year, body.fiscal_year),
        )
