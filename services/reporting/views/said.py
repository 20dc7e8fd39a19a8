"""What a due list says of a report in one language: its name, who does it, what its day rests on, what others wait for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.calendar import fiscal_year
from services.reporting.catalogue.due.basis import Basis
from services.reporting.plan.names import BASES, Lang, actor, in_language, unplanned, waits_for
from services.reporting.plan.promised import (
    NoCatalogue,
    basis,
    catalogue_of,
    has_office,
    of_another_department,
    report,
    report_code,
    schedules,
)
from services.reporting.views.duty import Duty


@dataclass(frozen=True, slots=True)
class SaidOf:
    """Of a report. `taken` says why its day is not a printed one, "" where it is printed or there is none."""

    name: str
    who: str
    taken: str


@dataclass(frozen=True, slots=True)
class StillWaiting:
    """Of something that may come to be owed."""

    name: str
    what: str
    who: str


def said_of(row: Duty, lang: Lang) -> SaidOf:
    """By the catalogue of its year, where that has the report."""
    known = report(row.report, row.fiscal_year)
    rests = basis(row.report, row.fiscal_year, row.due_on)
    return SaidOf(
        name=in_language((known.th, known.en) if known else unplanned(row.report), lang),
        who=in_language(actor(known.who, catalogue_of(row.fiscal_year)), lang) if known else "",
        taken="" if rests in (None, Basis.PRINTED) else in_language(BASES[rests], lang),
    )


def still_waiting(area: str, on: date, scheduled: Sequence[Duty], lang: Lang) -> list[StillWaiting]:
    """What an office's year holds back until an area is chosen or something happens, and is not scheduled yet."""
    year = fiscal_year(on)
    if not has_office(area):
        return []
    try:
        plan = schedules(year)
    except NoCatalogue:
        return []
    there = {row.report for row in scheduled if row.area == area and row.fiscal_year == year}
    return [
        StillWaiting(
            name=in_language((one.obligation.th, one.obligation.en), lang),
            what=in_language(waits_for(one, plan.catalogue), lang),
            who=in_language(actor(one.obligation.who, plan.catalogue), lang),
        )
        for one in plan.waiting(area, year)
        if report_code(one.obligation.id) not in there
        and not of_another_department(one.obligation, plan.catalogue)
    ]
