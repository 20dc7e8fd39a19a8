"""The fiscal year, its quarters, and Buddhist-era years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import (
    FIRST_DAY,
    buddhist_year,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_start,
    from_buddhist,
    month_end,
    quarter,
    quarter_end,
    quarter_start,
)

days = st.dates(FIRST_DAY, date(2157, 12, 31))
fiscal_years = st.integers(2500, 2600)


def test_fiscal_year_2565_is_october_2021_to_september_2022():
    assert (fiscal_year_start(2565), fiscal_year_end(2565)) == (date(2021, 10, 1), date(2022, 9, 30))
    assert fiscal_year(date(2021, 9, 30)) == 2564
    assert fiscal_year(date(2021, 10, 1)) == fiscal_year(date(2022, 9, 30)) == 2565


@given(days)
def test_every_day_lies_in_its_fiscal_year_and_quarter(day: date):
    year = fiscal_year(day)
    assert fiscal_year_start(year) <= day <= fiscal_year_end(year)
    assert quarter_start(year, quarter(day)) <= day <= quarter_end(year, quarter(day))


@given(fiscal_years)
def test_four_quarters_fill_the_fiscal_year_without_a_gap(year: int):
    assert quarter_start(year, 1) == fiscal_year_start(year)
    assert quarter_end(year, 4) == fiscal_year_end(year)
    for number in (1, 2, 3):
        assert quarter_end(year, number) + timedelta(days=1) == quarter_start(year, number + 1)


@pytest.mark.parametrize("number", [0, 5])
def test_there_is_no_fifth_quarter(number: int):
    with pytest.raises(ValueError, match="quarters 1 to 4"):
        quarter_start(2565, number)


@given(days)
def test_a_month_ends_the_day_before_the_next_begins(day: date):
    end = month_end(day)
    assert end >= day
    assert end.month == day.month
    assert (end + timedelta(days=1)).day == 1


def test_within_august_2565_means_by_the_31st():
    assert month_end(from_buddhist(2565, 8, 1)) == date(2022, 8, 31)


@given(days)
def test_every_day_has_one_buddhist_date_and_comes_back_from_it(day: date):
    assert from_buddhist(buddhist_year(day), day.month, day.day) == day


def test_before_2484_a_year_began_in_april():
    assert buddhist_year(date(1940, 3, 31)) == 2482
    assert buddhist_year(date(1940, 4, 1)) == 2483
    assert buddhist_year(date(1941, 1, 1)) == 2484
    with pytest.raises(ValueError, match="began on 1 April"):
        from_buddhist(2483, 2, 1)
