"""From one due rule to its days in a fiscal year: an occurrence for each month, quarter, round or event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import assert_never

from contracts.calendar import fiscal_year, fiscal_year_end, fiscal_year_start, month_end, quarter_end
from services.reporting.catalogue.due.basis import Basis, basis_of
from services.reporting.catalogue.due.happened import Happened
from services.reporting.catalogue.types.due import (
    After,
    Conventions,
    DueRule,
    EarlierOf,
    Immediately,
    Monthly,
    MonthWindow,
    OnDate,
    OnDates,
    Quarterly,
    Unprinted,
    Window,
    Within,
    Yearly,
)

ONCE = "once"

WorkingDaysAfter = Callable[[date, int], date]
"""The day so many working days after a day; the holidays are the caller's."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a rule falls due. `key` is the same before and after a change of the rule's days."""

    key: str
    due: date
    opens: date | None = None
    event: Happened | None = None
    basis: Basis = Basis.PRINTED


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year (B.E.) with what it takes where the sources are silent."""

    number: int
    conventions: Conventions = field(default_factory=Conventions)
    working_days_after: WorkingDaysAfter | None = None

    def month_day(self, month: date) -> date:
        """The day that "within the month" means."""
        return month_end(month) if self.conventions.month_means == "last-day" else month

    def days_after(self, day: date, days: int, counted: str | None) -> date:
        """So many days after; LookupError for working days where none are known."""
        if (counted or self.conventions.days_are) == "calendar":
            return day + timedelta(days=days)
        if self.working_days_after is None:
            raise LookupError("working days are counted, but no calendar of holidays was given")
        return self.working_days_after(day, days)


def occurrences(rule: DueRule, year: Year, events: Sequence[Happened]) -> Iterator[Occurrence]:
    """The rule's days in the year, in order of keys' own making. `events` are those that concern the obligation.

    A day printed outright belongs to the fiscal year that it lies in; an event's days to the event's, also where they
    end after it. What has no day of its own is dated in `undated.py`.
    """
    if isinstance(rule, EarlierOf):
        yield from _earlier(rule.earlier_of, year, events)
    else:
        yield from (replace(one, basis=basis_of(rule)) for one in _days(rule, year, events))


def _days(rule: DueRule, year: Year, events: Sequence[Happened]) -> Iterator[Occurrence]:
    match rule:
        case OnDate(date=day):
            yield from _in_year(year, Occurrence(ONCE, day))
        case OnDates(dates=days):
            for number, day in enumerate(days, 1):
                yield from _in_year(year, Occurrence(f"round-{number}", day))
        case Within(within=month):
            yield from _in_year(year, Occurrence(ONCE, year.month_day(month)))
        case After(after=trigger, days=days, counted=counted):
            for event in _of(events, trigger, year):
                yield Occurrence(event.id, year.days_after(event.on, days, counted), event=event)
        case Immediately(immediately=trigger):
            for event in _of(events, trigger, year):
                yield Occurrence(event.id, event.on, event=event)
        case Monthly():
            yield from _monthly(rule, year)
        case Quarterly(quarters=quarters):
            for number in quarters:
                yield Occurrence(f"Q{number}", quarter_end(year.number, number))
        case Yearly(yearly=month):
            start = fiscal_year_start(year.number)
            yield Occurrence(ONCE, year.month_day(date(start.year + (month < start.month), month, 1)))
        case Window(opens=opens, closes=closes):
            yield from _in_year(year, Occurrence(ONCE, closes, opens))
        case MonthWindow(from_month=first, to_month=last):
            yield from _in_year(year, Occurrence(ONCE, year.month_day(last), first))
        case EarlierOf() | Unprinted():
            return
        case _:
            assert_never(rule)


def _monthly(rule: Monthly, year: Year) -> Iterator[Occurrence]:
    first = max(rule.first or date.min, fiscal_year_start(year.number))
    last = min(month_end(rule.last) if rule.last else date.max, fiscal_year_end(year.number))
    month = first.replace(day=1)
    while month <= last:
        due = month_end(month) if rule.monthly == "last" else month.replace(day=rule.monthly)
        yield Occurrence(f"{month:%Y-%m}", due)
        month = month_end(month) + timedelta(days=1)


def _earlier(rules: Sequence[DueRule], year: Year, events: Sequence[Happened]) -> Iterator[Occurrence]:
    """For each event the earliest of its own days and of those that wait for none; without events, the latter alone."""
    every = [list(occurrences(rule, year, events)) for rule in rules]
    fixed = [one for found in every for one in found if one.event is None]
    earliest = min(fixed, key=lambda one: one.due, default=None)
    by_event: dict[str, Occurrence] = {}
    for one in (one for found in every for one in found if one.event is not None):
        known = by_event.get(one.key)
        by_event[one.key] = one if known is None or one.due < known.due else known
    if not by_event and earliest is not None:
        yield earliest
    for one in by_event.values():
        yield (
            one
            if earliest is None or one.due <= earliest.due
            else replace(one, due=earliest.due, basis=earliest.basis)
        )


def _of(events: Sequence[Happened], trigger: str, year: Year) -> Iterator[Happened]:
    return (event for event in events if event.trigger == trigger and fiscal_year(event.on) == year.number)


def _in_year(year: Year, occurrence: Occurrence) -> Iterator[Occurrence]:
    if fiscal_year(occurrence.due) == year.number:
        yield occurrence
