"""A unit's fiscal year as reports that can be scheduled: the catalogue's obligations with code, round and way up. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.ids import derived
from contracts.reporting import ReportLevel
from services.reporting.catalogue import Catalogue
from services.reporting.catalogue.due.happened import Happened
from services.reporting.catalogue.due.occurrences import ONCE
from services.reporting.catalogue.due.schedule import DatedObligation, Schedules
from services.reporting.catalogue.types.due import EarlierOf
from services.reporting.catalogue.types.obligation import Obligation
from services.reporting.plan.promised import of_another_department, report_code

LEVELS = tuple(ReportLevel)


class LeftOut(StrEnum):
    """Why something that the catalogue has for units of this level is not scheduled."""

    NOT_CHOSEN = "not-chosen"
    """Its activity is held in chosen areas, and no choice of this one was recorded."""
    NOTHING_HAPPENED = "nothing-happened"
    """Its days are counted from an event, and none was recorded."""
    NO_RECEIVER = "no-receiver"
    """It is done, and handed in to nobody above: a committee is appointed, a plan is made, a producer is told."""
    ANOTHER_DEPARTMENT = "another-department"
    """It belongs to a programme whose reports another department receives, from an office that is not ours."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report of one unit and round, with its deadline where one is printed."""

    code: str
    period: str
    due_on: date | None
    chain: tuple[ReportLevel, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Owing:
    """What a unit owes in a fiscal year, by deadline (those without one last); and the codes of what is left out."""

    reports: tuple[Report, ...]
    left_out: Mapping[LeftOut, tuple[str, ...]]


def owing(schedules: Schedules, unit: str, fiscal_year: int, events: Iterable[Happened] = ()) -> Owing:
    """All that is unconditional for units of this level, and what the events say. They are those of the unit's area.

    Raises `contracts.calendar.UnknownYear` where working days reach into a year whose holidays are not known.
    """
    happened = tuple(events)
    left: dict[LeftOut, list[str]] = {reason: [] for reason in LeftOut}
    for each in schedules.waiting(unit, fiscal_year, happened):
        reason = LeftOut.NOT_CHOSEN if each.waits_for == "choice" else LeftOut.NOTHING_HAPPENED
        left[_not_ours(each.obligation, schedules.catalogue) or reason].append(
            report_code(each.obligation.id)
        )
    reports: list[Report] = []
    for obligation, period, due_on in _all(schedules, unit, fiscal_year, happened):
        if (why := _not_ours(obligation, schedules.catalogue)) is None:
            chain = way_up(obligation, schedules.catalogue)
            source = str(obligation.source[0]).replace(":", " L") if obligation.source else ""
            reports.append(Report(report_code(obligation.id), period, due_on, chain, source))
        else:
            left[why].append(report_code(obligation.id))
    return Owing(
        reports=tuple(reports),
        left_out={reason: tuple(dict.fromkeys(codes)) for reason, codes in left.items() if codes},
    )


def way_up(obligation: Obligation, catalogue: Catalogue) -> tuple[ReportLevel, ...]:
    """Who hands in to whom: from the owing level up to the highest of those that it is owed `to`.

    Where they are all of the owing level, up to the highest that passes it on; alone, where nobody is above. What the
    level above then hands in itself is an obligation of its own.
    """
    if obligation.level not in set(LEVELS):
        return ()
    first = LEVELS.index(ReportLevel(obligation.level))
    last = max(_reached(obligation.to, catalogue), default=first)
    if last <= first:
        last = max(_reached(obligation.chain, catalogue), default=first)
    return LEVELS[first : max(last, first) + 1]


def _reached(names: Sequence[str], catalogue: Catalogue) -> Iterator[int]:
    for name in names:
        level = catalogue.actors[name].level if name in catalogue.actors else name
        if level in set(LEVELS):
            yield LEVELS.index(ReportLevel(level))


def _not_ours(obligation: Obligation, catalogue: Catalogue) -> LeftOut | None:
    if of_another_department(obligation, catalogue):
        return LeftOut.ANOTHER_DEPARTMENT
    return None if len(way_up(obligation, catalogue)) > 1 else LeftOut.NO_RECEIVER


def _all(
    schedules: Schedules, unit: str, fiscal_year: int, happened: Sequence[Happened]
) -> Iterator[tuple[Obligation, str, date | None]]:
    """(obligation, period, deadline) of all that is owed."""
    first: set[str] = set()
    for one in schedules.schedule(unit, fiscal_year, happened):
        obligation = schedules.catalogue.obligations[one.obligation]
        # both a day and an event are printed: the first event moves that one deadline, it makes no second report
        instead = isinstance(obligation.due, EarlierOf) and one.obligation not in first
        first.add(one.obligation)
        yield obligation, "" if instead else period(one), one.due
    for obligation in schedules.undated(unit, fiscal_year, happened):
        yield obligation, "", None


def period(one: DatedObligation) -> str:
    """The round in a report's id: "" once a year, `q2`, `2022-03`, `round-1`; sixteen digits for an event's."""
    if one.event is not None:
        return derived("period", one.event).hex[:16]
    return "" if one.occurrence == ONCE else one.occurrence.lower()
