"""Coverage of tambons, growth against a target, and the area register, as JSON or CSV."""

from __future__ import annotations

from starlette.requests import Request

from contracts.members import Network
from services.chassis.days import Day
from services.chassis.http import PUBLIC, AreaFilter, FiscalYear, Page, Paging, Routes, Seen
from services.chassis.read_models import ReadModels
from services.reporting import views
from services.reporting.api.answers import (
    AreaRow,
    CoverageAnswer,
    GrowthAnswer,
    GrowthRow,
    TambonRow,
    named,
    place,
)
from services.reporting.api.area import level_below, shown
from services.reporting.api.clock import Clock
from services.reporting.api.counts import Level
from services.reporting.api.form import AskedForm, Bom, formed, look, vector


def add(routes: Routes, models: ReadModels, clock: Clock) -> None:
    """The routes of coverage, growth and areas."""

    @routes.query("/v1/coverage", roles=PUBLIC, summary="Tambons with and without members, as of a day")
    async def coverage(
        request: Request,
        page: Paging,
        seen: Seen,
        area: AreaFilter = "",
        on: Day | None = None,
        covered: bool | None = None,
        network: Network = Network.TSM,
        format: AskedForm = None,  # noqa: A002 - the name in the address
        bom: Bom = False,
    ) -> CoverageAnswer:
        """The tambons of the register that are valid on the day; `covered` true or false lists only those."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            form = look(request, seen, snapshot.vector, day, format)
            found = await views.coverage(snapshot, area, day, network=network)
            around = await shown(snapshot, area, day, anything=bool(found.outside))
            at = snapshot.vector
        chosen = [row for row in found.tambons if covered is None or row.covered is covered]
        rows = [row for row in chosen if row.area.code > page.after][: page.limit + 1]
        part = page.page([_tambon_row(row).model_dump() for row in rows], key="code")
        answer = CoverageAnswer(
            area=place(around),
            on=day,
            seen=vector(at),
            network=network,
            tambons=len(found.tambons),
            covered=len(found.covered),
            uncovered=len(found.uncovered),
            villages=found.villages,
            outside=[_tambon_row(row) for row in found.outside],
            items=[TambonRow(**row) for row in part.items],
            next=part.next,
        )
        return formed(answer, answer.items, form, seen, at, f"coverage-{area or 'th'}-{day}", bom=bom)

    @routes.query("/v1/growth", roles=PUBLIC, summary="Growth of members against the area's target")
    async def growth(
        request: Request,
        seen: Seen,
        area: AreaFilter = "",
        on: Day | None = None,
        fiscal_year: FiscalYear | None = None,
        network: Network = Network.TSM,
        format: AskedForm = None,  # noqa: A002
        bom: Bom = False,
    ) -> GrowthAnswer:
        """`fiscal_year` is B.E.; unless said, the latest that has a target. Without a base the status is no-baseline."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            form = look(request, seen, snapshot.vector, day, format)
            found = await views.growth(snapshot, area, day, fiscal_year=fiscal_year, network=network)
            around = await shown(snapshot, area, day, anything=bool(found.current or found.target))
            at = snapshot.vector
        row = GrowthRow.model_validate(found, from_attributes=True)
        answer = GrowthAnswer(area=place(around), on=day, seen=vector(at), network=network, growth=row)
        return formed(answer, [row], form, seen, at, f"growth-{area or 'th'}-{day}", bom=bom)

    @routes.query("/v1/areas", roles=PUBLIC, summary="The area register, as of a day")
    async def areas(
        request: Request,
        page: Paging,
        seen: Seen,
        within: AreaFilter = "",
        level: Level = None,
        on: Day | None = None,
        format: AskedForm = None,  # noqa: A002
        bom: Bom = False,
    ) -> Page[AreaRow]:
        """The areas of one level within an area, by code, with the name of the day; ended ones too, with their end."""
        day = on or clock.today()
        async with models.snapshot() as snapshot:
            form = look(request, seen, snapshot.vector, day, format)
            await shown(snapshot, within, day)
            at = level_below(within, level)
            rows = await views.areas(
                snapshot, day, within=within, at=at, after=page.after, limit=page.limit + 1
            )
            seen_at = snapshot.vector
        part = page.page([_area_row(row, valid=row.valid(day)).model_dump() for row in rows], key="code")
        answer = Page[AreaRow].model_validate(part.model_dump())
        return formed(answer, answer.items, form, seen, seen_at, f"areas-{within or 'th'}-{day}", bom=bom)


def _tambon_row(row: views.Tambon) -> TambonRow:
    return TambonRow(
        **named(row.area),
        covered=row.covered,
        members=row.members,
        villages=row.villages,
        first_member_on=row.first_member_on,
    )


def _area_row(row: views.Area, *, valid: bool) -> AreaRow:
    return AreaRow(
        **named(row),
        valid=valid,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        successor=row.successor,
        into=row.into,
        assumed=row.assumed,
    )
