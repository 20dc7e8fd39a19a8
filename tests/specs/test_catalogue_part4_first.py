"""The first duties (S1, C1, 1 to 11): the calendar of a district and of a province row by row, and what their KPIs restate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from contracts.calendar import month_end
from services.reporting.catalogue import Catalogue, load
from services.reporting.catalogue.due.schedule import Schedules
from services.reporting.catalogue.types.activity import Activity
from tests.specs.catalogue_rows import has_its_own_day

FIRST = ("DUTY-S1", "DUTY-C1", *(f"DUTY-{number}" for number in range(1, 12)))

NOVEMBER, DECEMBER = date(2021, 11, 30), date(2021, 12, 31)
MARCH, JUNE, AUGUST, SEPTEMBER = date(2022, 3, 31), date(2022, 6, 30), date(2022, 8, 31), date(2022, 9, 30)

DISTRICT = {
    "DUTY-3-PLAN": NOVEMBER,
    "DUTY-3-ORDER": NOVEMBER,
    "DUTY-3-MEETING": NOVEMBER,
    "DUTY-1-ORDER": DECEMBER,
    "DUTY-1-BRIEFING": DECEMBER,
    "DUTY-S1-CONFIRM-DISTRICT": MARCH,
    "DUTY-C1-DISTRICT": MARCH,
    "DUTY-S1-INSPECTION": JUNE,
    "DUTY-7-INITIATIVE": JUNE,
    "DUTY-11-REPORT": AUGUST,
    "DUTY-9-REPORT-DISTRICT": SEPTEMBER,
}
"""Section D of the note, what a district owes; the visit of each month stands apart."""

PROVINCE = {
    "DUTY-2-PLAN": NOVEMBER,
    "DUTY-2-ORDER": NOVEMBER,
    "DUTY-2-MEETING": NOVEMBER,
    "DUTY-4-MEETING": DECEMBER,
    "DUTY-4-PLAN": DECEMBER,
    "DUTY-6-MEETING": DECEMBER,
    "DUTY-6-PLAN": DECEMBER,
    "DUTY-S1-CONFIRM": MARCH,
    "DUTY-C1-PROVINCE": MARCH,
    "DUTY-10-DISTRICTS": MARCH,
    "DUTY-4-REPORT": AUGUST,
    "DUTY-6-REPORT": AUGUST,
    "DUTY-5-INFORMATION": SEPTEMBER,
    "DUTY-8-REPORT": SEPTEMBER,
    "DUTY-9-REPORT": SEPTEMBER,
    "DUTY-10-TAMBONS": SEPTEMBER,
}

RESTATED = (
    "M-S1.1", "M-S1.2", "M-S1.3", "M-C1", "M1", "M2", "M3", "M4", "M5", "M6", "M7.1", "M7.2", "M8.1", "M8.2", "M9", "M10",
    "M11",
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(2565, only="part4-first")


def due(catalogue: Catalogue, unit: str) -> list[tuple[str, date]]:
    """What the unit owes in the first duties: what has a day, and the reports of the note that have their period's end."""
    return [
        (one.obligation, one.due)
        for one in Schedules(catalogue).schedule(unit, 2565)
        if catalogue.obligations[one.obligation].activity in FIRST
        and (has_its_own_day(one) or one.obligation in {**DISTRICT, **PROVINCE})
    ]


def test_a_district_is_due_as_the_handbook_prints(catalogue: Catalogue):
    found = due(catalogue, "5101")
    assert dict(one for one in found if one[0] != "DUTY-7-VISIT") == DISTRICT
    assert [day for key, day in found if key == "DUTY-7-VISIT"] == [
        month_end(date(2022, month, 1)) for month in range(1, 7)
    ]


def test_a_province_is_due_as_the_handbook_prints(catalogue: Catalogue):
    assert dict(due(catalogue, "51")) == PROVINCE


def test_every_kpi_of_the_first_duties_restates_one_of_the_official_list(catalogue: Catalogue):
    printed = [kpi for kpi in catalogue.kpis.values() if kpi.activity in FIRST and kpi.printed_in == "duty"]
    again = [kpi.restates.kpi for kpi in printed if kpi.restates is not None]
    assert sorted(again) == sorted(RESTATED)
    assert len(printed) == len(again)


@pytest.mark.parametrize(
    "says",
    [
        lambda one: one.steps,
        lambda one: one.objectives,
        lambda one: one.expects,
        lambda one: one.period.quarters,
        lambda one: one.rules,
    ],
    ids=["steps", "objectives", "results", "quarters", "rules"],
)
def test_every_sheet_is_complete_and_without_money(catalogue: Catalogue, says: Callable[[Activity], object]):
    sheets = [catalogue.activities[key] for key in FIRST]
    assert [one.id for one in sheets if not says(one) or one.budget is not None] == []
