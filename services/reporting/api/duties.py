"""Due lists and their counts, as JSON or CSV; and one report with what was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.requests import Request

from contracts.reporting import ObligationId, ReportLevel
from services.chassis.days import Day
from services.chassis.http import PUBLIC, AreaFilter, FiscalYear, Page, Paging, Routes, Seen
from services.chassis.problems import refusal
from services.chassis.read_models import ReadModels
from services.reporting import views
from services.reporting.api.clock import Clock
from services.reporting.api.form import AskedForm, Bom, SeenVector, formed, look, vector
from services.reporting.catalogue.due.basis import Basis
from services.reporting.domain.obligation import NOT_FOUND
from services.reporting.plan.names import actor, unplanned
from services.reporting.plan.promised import basis, catalogue_of, report
from services.reporting.views import Duty, DutyStatus


class DutyRow(BaseModel):
    """A report that is owed, as of a day. `due_on` is the deadline that was valid then, null where there is none;
    what was handed in is judged by `judged_by`, the one that had been said when it was."""

    id: str
    area: str
    report: str
    name_th: str
    name_en: str
    fiscal_year: int
    period: str
    due_on: date | None
    status: DutyStatus
    on_time: bool | None = Field(description="whether what was handed in was in time; null: nothing was")
    judged_by: date | None = Field(
        description="the deadline by which that is judged; null: there was none, or nothing"
    )
    first_due: date | None = Field(description="the deadline that it was scheduled with, before it was moved")
    handed_in: date | None
    entered_on: date | None = Field(description="the day on which the handing in was recorded")
    returned: bool = Field(description="it was given back and is owed again")
    waits_for: ReportLevel | None = Field(description="whose turn it is; null: accepted by the last")
    chain: str = Field(examples=["district>province"])
    printed: str = Field(description="where the duty is printed", examples=["003 L6025"])
    ended_by: str = Field(description="id of the twin that was handed in for both; empty: none")
    who_th: str = Field(description="who of the unit does it; empty: not known")
    who_en: str
    basis: Basis | None = Field(
        description="what the day rests on: printed, or taken by us where the sources are silent"
    )


class SubmissionRow(BaseModel):
    """What was handed in: the figures, and the positions to read up to for the same figures again."""

    submission: int
    level: ReportLevel
    on: date
    figures: Mapping[str, int]
    seen: Mapping[str, Mapping[int, int]]
    newest: datetime | None


class DutyAnswer(BaseModel):
    """One report that is owed."""

    on: date
    seen: SeenVector
    duty: DutyRow
    submissions: list[SubmissionRow]


class TimelinessRow(BaseModel):
    """The reports of one area by status; a wider area's own office has a row of its own code."""

    code: str
    total: int
    parts: Mapping[DutyStatus, int]


class TimelinessAnswer(BaseModel):
    """The reports of an area and of all in it, by status."""

    area: str
    on: date
    seen: SeenVector
    fiscal_year: int | None
    total: int
    parts: Mapping[DutyStatus, int]
    items: list[TimelinessRow]
    next: str | None


Statuses = Annotated[list[DutyStatus] | None, Query(description="only these")]


def add(routes: Routes, models: ReadModels, clock: Clock) -> None:
    """The queries of obligations."""

    @routes.query("/v1/obligations", roles=PUBLIC, summary="The due list of an area, as of a day")
    async def due(
        request: Request,
        page: Paging,
        seen: Seen,
        area: AreaFilter = "",
        on: Day | None = None,
        fiscal_year: FiscalYear | None = None,
        status: Statuses = None,
        format: AskedForm = None,  # noqa: A002 - the name in the address
        bom: Bom = False,
    ) -> Page[DutyRow]:
        """By deadline, those without one last. Late and due soon are computed as of the day, with its deadline."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            form = look(request, seen, snapshot.vector, day, format)
            found = await views.duties(snapshot, area, day, fiscal_year=fiscal_year)
            at = snapshot.vector
        rows = [row for row in found.rows if status is None or row.status in status]
        following = [_row(row).model_dump() for row in rows if _place(row) > page.after][: page.limit + 1]
        answer = Page[DutyRow].model_validate(page.page(following, key=_place_of).model_dump())
        return formed(answer, answer.items, form, seen, at, f"obligations-{area or 'th'}-{day}", bom=bom)

    @routes.query(
        "/v1/obligations/{obligation_id}", roles=PUBLIC, summary="One report, with what was handed in"
    )
    async def one(obligation_id: ObligationId, seen: Seen, on: Day | None = None) -> DutyAnswer:
        """404 where it was not owed on that day."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            at = snapshot.vector
            seen.vector(at, obligation_id, day.isoformat(), str(at.newest))
            found = await views.one_duty(snapshot, obligation_id, day)
        if found is None:
            raise refusal(NOT_FOUND)
        told = [SubmissionRow.model_validate(each, from_attributes=True) for each in found[1]]
        return DutyAnswer(on=day, seen=vector(at), duty=_row(found[0]), submissions=told)

    @routes.query(
        "/v1/timeliness", roles=PUBLIC, summary="How many reports are open, late, handed in, by area"
    )
    async def timeliness(
        request: Request,
        page: Paging,
        seen: Seen,
        area: AreaFilter = "",
        on: Day | None = None,
        fiscal_year: FiscalYear | None = None,
        format: AskedForm = None,  # noqa: A002
        bom: Bom = False,
    ) -> TimelinessAnswer:
        """By the areas of the next level down; areas that owe nothing are left out."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            form = look(request, seen, snapshot.vector, day, format)
            found = await views.duties(snapshot, area, day, fiscal_year=fiscal_year)
            at = snapshot.vector
        rows = [
            {"code": code, "total": len(part.rows), "parts": part.counts}
            for code, part in found.by_area(len(area) + 2).items()
            if code > page.after
        ]
        part = page.page(rows[: page.limit + 1], key="code")
        answer = TimelinessAnswer(
            area=area,
            on=day,
            seen=vector(at),
            fiscal_year=fiscal_year,
            total=len(found.rows),
            parts=found.counts,
            items=[TimelinessRow.model_validate(row) for row in part.items],
            next=part.next,
        )
        return formed(answer, answer.items, form, seen, at, f"timeliness-{area or 'th'}-{day}", bom=bom)


def _key(due_on: date | None, area: str, report: str, period: str) -> str:
    """The sort key of a due list as one text, for its cursor."""
    return f"{due_on or date.max} {area:<8} {report} {period}"


def _place(row: Duty) -> str:
    return _key(row.due_on, row.area, row.report, row.period)


def _place_of(row: Mapping[str, Any]) -> str:
    return _key(row["due_on"], row["area"], row["report"], row["period"])


def _row(row: Duty) -> DutyRow:
    known = report(row.report, row.fiscal_year)
    name_th, name_en = (known.th, known.en) if known else unplanned(row.report)
    who_th, who_en = actor(known.who, catalogue_of(row.fiscal_year)) if known else ("", "")
    return DutyRow(
        id=row.id,
        area=row.area,
        report=row.report,
        name_th=name_th,
        name_en=name_en,
        who_th=who_th,
        who_en=who_en,
        fiscal_year=row.fiscal_year,
        period=row.period,
        due_on=row.due_on,
        basis=basis(row.report, row.fiscal_year, row.due_on),
        status=row.status,
        on_time=row.on_time,
        judged_by=row.judged_by,
        first_due=row.first_due,
        handed_in=row.handed_in,
        entered_on=row.entered_on,
        returned=row.returned,
        waits_for=row.waits_for,
        chain=">".join(row.chain),
        printed=row.printed,
        ended_by=row.ended_by,
    )
