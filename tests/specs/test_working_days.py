"""Working days: weekends and public holidays do not count, and a year that is not known is said to be one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import Holidays, UnknownYear, working_days_after
from contracts.holidays import PUBLIC

DAYS = st.dates(date(2021, 1, 1), date(2023, 10, 31))
NUMBERS = st.integers(1, 30)


@pytest.mark.parametrize(
    ("notified", "last_day"),
    [
        (date(2022, 3, 7), date(2022, 3, 14)),  # Monday: a weekend between
        (date(2022, 4, 7), date(2022, 4, 19)),  # Thursday: a weekend and Songkran between
        (date(2022, 4, 15), date(2022, 4, 22)),  # on a holiday
        (date(2022, 3, 5), date(2022, 3, 11)),  # on a Saturday
        (date(2021, 12, 30), date(2022, 1, 10)),  # over New Year and its substitute day
    ],
)
def test_five_working_days_after_being_notified(notified, last_day):
    """003 L6308: ภายใน 5 วันทำการนับแต่วันที่ได้รับการแจ้งผล."""
    assert working_days_after(notified, 5, PUBLIC) == last_day


@given(DAYS, NUMBERS)
def test_the_day_is_a_working_day_with_so_many_between(day: date, number: int):
    end = working_days_after(day, number, PUBLIC)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert PUBLIC.works(end)
    assert sum(PUBLIC.works(one) for one in between) == number


@given(DAYS, NUMBERS, NUMBERS)
def test_days_add_up(day: date, first: int, second: int):
    assert working_days_after(working_days_after(day, first, PUBLIC), second, PUBLIC) == working_days_after(
        day, first + second, PUBLIC
    )


@given(DAYS, DAYS, NUMBERS)
def test_a_later_day_has_no_earlier_end(one: date, other: date, number: int):
    first, later = sorted((one, other))
    assert working_days_after(first, number, PUBLIC) <= working_days_after(later, number, PUBLIC)


@given(DAYS, NUMBERS, st.frozensets(DAYS, max_size=20))
def test_another_holiday_makes_it_no_earlier(day: date, number: int, more: frozenset[date]):
    fewer = Holidays(frozenset(range(2021, 2030)), PUBLIC.days)
    extended = Holidays(fewer.years, PUBLIC.days | more)
    assert working_days_after(day, number, fewer) <= working_days_after(day, number, extended)


def test_a_year_without_holidays_is_an_error_and_not_a_year_without_rest():
    last = max(PUBLIC.years)
    with pytest.raises(UnknownYear, match=str(last + 1)):
        working_days_after(date(last, 12, 28), 5, PUBLIC)
    with pytest.raises(ValueError, match="number 1"):
        working_days_after(date(2022, 3, 7), 0, PUBLIC)
