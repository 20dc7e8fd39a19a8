"""What a day rests on: printed in the sources, or taken by us where they are silent, which is never shown as printed."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from services.reporting.catalogue.types.due import (
    After,
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
from services.reporting.catalogue.types.source import FOUND_AS_PRINTED, Confidence


class Basis(StrEnum):
    """Where a deadline's day comes from."""

    PRINTED = "printed"
    """The day itself stands in the source, or follows from an event by a printed number of days."""
    MONTH_END = "month-end"
    """A month is printed; the day of it is our convention."""
    QUARTER_END = "quarter-end"
    """A quarter is printed; the day of it is our convention."""
    CALENDAR_DAYS = "calendar-days"
    """A number of days is printed, and not whether working days are meant."""
    PERIOD_END = "period-end"
    """Nothing is printed for it: the end of its activity's period."""
    BEFORE_ANOTHER = "before-another"
    """Nothing is printed for it: the day of what comes after it."""
    SET = "set"
    """Set or moved by whoever receives the report; the catalogue says another day, or none."""
    READING = "reading"
    """The day was derived, repaired or read with doubt; the row's note says how."""


def printed_or_not(basis: Basis, sure: Confidence) -> Basis:
    """A day, a month or a quarter that the rule has as printed is a reading of ours where the row is not simply printed."""
    if sure not in FOUND_AS_PRINTED and basis in (Basis.PRINTED, Basis.MONTH_END, Basis.QUARTER_END):
        return Basis.READING
    return Basis.READING if sure == "uncertain" and basis is Basis.PRINTED else basis


def basis_of(rule: DueRule) -> Basis:
    """What the days of a rule rest on. Of "the earlier of" each occurrence has its own rule's."""
    match rule:
        case OnDate() | OnDates() | Window() | Immediately() | EarlierOf():
            return Basis.PRINTED
        case Within() | MonthWindow() | Yearly():
            return Basis.MONTH_END
        case Quarterly():
            return Basis.PRINTED if rule.day_printed else Basis.QUARTER_END
        case Monthly():
            return Basis.MONTH_END if rule.monthly == "last" and not rule.day_printed else Basis.PRINTED
        case After():
            return Basis.PRINTED if rule.counted else Basis.CALENDAR_DAYS
        case Unprinted():
            return Basis.BEFORE_ANOTHER if rule.before else Basis.PERIOD_END
        case _:
            assert_never(rule)
