"""The Thai calendar as arithmetic: Buddhist-era years, fiscal years (Oct to Sep), quarters, month ends, working days."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_DAY = date(1889, 4, 1)
"""The first day of the Thai solar calendar; nothing that we keep is older."""

GREGORIAN_YEARS = range(FIRST_DAY.year, 2158)
BUDDHIST_YEARS = range(FIRST_DAY.year + 543, 2701)
"""The years that can be meant. They do not overlap, so a four-digit year tells its own era."""

_NEW_YEAR_IN_JANUARY = date(1941, 1, 1)
"""1 Jan B.E. 2484. Until then a year began on 1 April, and B.E. 2483 had nine months."""


def buddhist_year(day: date) -> int:
    """The B.E. year of a day: 543 ahead, and 542 in January to March before 1941, as identity cards print it."""
    return day.year + (542 if day < _NEW_YEAR_IN_JANUARY and day.month < 4 else 543)


def from_buddhist(year: int, month: int, day: int) -> date:
    """The Gregorian date of a day in a B.E. year; ValueError for a day that never was (30 Feb, 1 Jan 2483)."""
    if month < 4 and year == 2483:
        raise ValueError("B.E. 2483 began on 1 April: it had no January, February or March")
    return date(year - (542 if month < 4 and year < 2483 else 543), month, day)


def fiscal_year(day: date) -> int:
    """The B.E. fiscal year of a day: 1 Oct 2021 to 30 Sep 2022 is 2565."""
    return day.year + 543 + (day.month >= 10)


def fiscal_year_start(year: int) -> date:
    """1 October of the Gregorian year before."""
    return date(year - 544, 10, 1)


def fiscal_year_end(year: int) -> date:
    """30 September, included."""
    return date(year - 543, 9, 30)


def quarter(day: date) -> int:
    """The quarter of the fiscal year, 1 to 4; the first is October to December."""
    return (day.month - 10) % 12 // 3 + 1


def quarter_start(year: int, number: int) -> date:
    """The first day of a quarter of a B.E. fiscal year; ValueError unless `number` is 1 to 4."""
    if number not in range(1, 5):
        raise ValueError(f"a fiscal year has the quarters 1 to 4, not {number}")
    return date(year - 544, 10, 1) if number == 1 else date(year - 543, number * 3 - 5, 1)


def quarter_end(year: int, number: int) -> date:
    """The last day of a quarter of a B.E. fiscal year, included; ValueError unless `number` is 1 to 4."""
    return month_end(quarter_start(year, number) + timedelta(days=70))


def month_end(day: date) -> date:
    """The last day of the month: "within August" means by this day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


class UnknownYear(ValueError):
    """The holidays of this Gregorian year are not known, so its working days cannot be told."""


@dataclass(frozen=True, slots=True)
class Holidays:
    """The public holidays of the Gregorian years that are known whole; weekends need not be among them."""

    years: frozenset[int]
    days: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether offices are open. Raises UnknownYear."""
        if day.year not in self.years:
            raise UnknownYear(f"the public holidays of {day.year} (B.E. {day.year + 543}) are not known")
        return day.weekday() < 5 and day not in self.days


def working_days_after(day: date, number: int, holidays: Holidays) -> date:
    """The working day that is the `number`-th after `day`, which itself does not count (and need not be one).

    "Within 5 working days of being notified" means up to and including the 5th. Raises UnknownYear for a year without
    known holidays, ValueError unless `number` is at least 1.
    """
    if number < 1:
        raise ValueError(f"the first working day after a day is number 1, not {number}")
    while number:
        day += timedelta(days=1)
        number -= holidays.works(day)
    return day
