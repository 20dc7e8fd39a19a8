"""What a province and a district owe for the Mother-of-the-Land fund, tourism and community funds (domain C §6.4)."""

from __future__ import annotations

from datetime import date
from functools import cache

from services.reporting.catalogue import load
from services.reporting.catalogue.due.happened import CHOSEN, Happened
from services.reporting.catalogue.due.schedule import Schedules
from tests.specs.catalogue_rows import has_its_own_day

OURS = ("MF-", "TOUR-", "FUND-")
ENDED = "activity-ended"


@cache
def schedules() -> Schedules:
    return Schedules(load(2565))


def owed(unit: str, *events: Happened) -> list[tuple[date, str]]:
    dated = schedules().schedule(unit, 2565, events)
    return [
        (one.due, one.obligation) for one in dated if one.obligation.startswith(OURS) and has_its_own_day(one)
    ]


def chosen(area: str, activity: str) -> Happened:
    return Happened(CHOSEN, area, date(2021, 12, 1), f"choice-{activity}", activity)


def ended(area: str, activity: str, day: date) -> Happened:
    return Happened(ENDED, area, day, f"end-{activity}", activity)


def test_without_any_event_a_province_owes_what_has_a_day():
    assert owed("51") == [
        (date(2021, 12, 15), "FUND-2.2-NAME"),
        (date(2021, 12, 31), "FUND-1.1-LIST"),
        (date(2021, 12, 31), "MF-1.2-FILE-1"),
        (date(2022, 2, 28), "MF-1.1-FILE"),
        (date(2022, 3, 8), "FUND-2.3-FAIR"),
        (date(2022, 3, 30), "FUND-2.3-BOOK"),
        (date(2022, 3, 30), "FUND-2.3-BPM"),
        (date(2022, 5, 31), "FUND-2.2.3-BPM"),
        (date(2022, 5, 31), "FUND-2.2.3-REPORT"),
        (date(2022, 6, 15), "FUND-1.1-BPM"),
        (date(2022, 6, 15), "FUND-1.1-REPORT"),
        (date(2022, 6, 30), "MF-1.2-FILE-2"),
        (date(2022, 8, 10), "FUND-1.2-BPM"),
        (date(2022, 8, 10), "FUND-1.2-REPORT"),
    ]


def test_without_any_event_a_district_owes_the_assessment_and_the_people_of_the_mobile_clinic():
    assert owed("5101") == [
        (date(2022, 5, 31), "FUND-1.1-ASSESS"),
        (date(2022, 5, 31), "FUND-1.1-PEOPLE"),
    ]


def test_a_province_that_was_chosen_owes_the_reports_of_its_saplings_its_centres_and_its_poverty_funds():
    picks = [chosen("5101", name) for name in ("MF-2.1", "FUND-2.1.1", "FUND-1.3")]
    assert sorted(set(owed("51", *picks)) - set(owed("51"))) == [
        (date(2022, 2, 28), "FUND-2.1.1-BPM"),
        (date(2022, 2, 28), "FUND-2.1.1-REPORT"),
        (date(2022, 6, 30), "FUND-1.3-REPORT"),
        (date(2022, 6, 30), "MF-2.1-FORM-PROVINCE"),
    ]
    assert (date(2022, 6, 30), "MF-2.1-FORM-DISTRICT") in owed("5101", *picks)


def test_names_of_model_poverty_funds_are_owed_by_the_40_provinces_alone():
    provinces = schedules().catalogue.activities["FUND-2.2"].where
    assert provinces is not None
    assert len(set(provinces.provinces)) == 40
    assert "FUND-2.2-NAME" not in [name for _, name in owed("50")]


def test_the_book_of_the_contest_is_owed_by_its_6_provinces_in_august_of_the_fiscal_year():
    assert (date(2022, 8, 31), "FUND-2.5-BOOK") in owed("50")
    assert "FUND-2.5-BOOK" not in [name for _, name in owed("51")]


def test_an_end_is_recorded_7_days_later_and_never_after_the_day_that_is_printed_besides():
    early = owed("51", ended("51", "FUND-2.2.3", date(2022, 5, 2)))
    late = owed("51", ended("51", "FUND-2.2.3", date(2022, 6, 20)))
    assert (date(2022, 5, 9), "FUND-2.2.3-BPM") in early
    assert (date(2022, 5, 31), "FUND-2.2.3-BPM") in late
    for name in ("MF-1.1", "MF-1.2", "TOUR-1.1", "TOUR-1.2", "TOUR-1.3", "TOUR-2"):
        assert (date(2022, 3, 17), f"{name}-BPM") in owed("51", ended("51", name, date(2022, 3, 10)))


def test_a_district_reports_to_its_province_7_days_after_a_clinic_a_forum_and_a_lesson():
    for name, report in (("FUND-1.1", "SUMMARY"), ("FUND-1.3", "SUMMARY"), ("FUND-2.1.1", "LESSON")):
        found = owed("5101", chosen("5101", name), ended("5101", name, date(2022, 2, 3)))
        assert (date(2022, 2, 10), f"{name}-{report}") in found


def test_the_department_itself_follows_up_until_the_end_of_quarters_3_and_4():
    assert owed("", chosen("5101", "FUND-2.1.1")) == [
        (date(2022, 6, 30), "FUND-1.1-MONITOR"),
        (date(2022, 9, 30), "FUND-1.1-MONITOR"),
        (date(2022, 9, 30), "FUND-2.1.1-MONITOR"),
    ]
