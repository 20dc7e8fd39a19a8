"""The programmes outside the department's plan: what is owed by whom and when, and what the volunteers' growth comes to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from contracts.catalogue import event_types
from services.reporting.catalogue import Catalogue, load
from services.reporting.catalogue.due.happened import Happened
from services.reporting.catalogue.due.schedule import Schedules
from services.reporting.catalogue.evaluation.evaluate import evaluate
from services.reporting.catalogue.evaluation.values import Recorded, RecordedValues

PROGRAMMES = {"TSM-2565": "deqp", "LEV-2568": "dla", "UBON-2564": "province", "LA21": "deqp"}
YEAR_END_2568 = date(2025, 9, 30)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(2565)


def owed(
    catalogue: Catalogue, unit: str, fiscal_year: int, programme: str, *events: Happened
) -> list[tuple[date, str]]:
    """(due, obligation) of one programme; what opens before it is due is tested by itself."""
    return [
        (one.due, one.obligation)
        for one in Schedules(catalogue).schedule(unit, fiscal_year, events)
        if catalogue.obligations[one.obligation].place.programme == programme
    ]


def undated(catalogue: Catalogue, unit: str, fiscal_year: int, programme: str) -> list[str]:
    found = Schedules(catalogue).undated(unit, fiscal_year)
    return [one.id for one in found if one.place.programme == programme]


def test_each_programme_says_where_its_reports_end(catalogue: Catalogue):
    assert {key: row.receives for key, row in catalogue.programmes.items()} == PROGRAMMES
    assert catalogue.obligations["LEV-TRACKING-DISTRICT"].to == ("local-administration-province",)
    assert catalogue.obligations["LEV-REPORT"].to == ("dla",)
    assert catalogue.obligations["LEV-SUMMARY"].to == ("lao",)


def test_lamphun_owes_its_plan_30_days_after_the_grant_and_its_summary_in_august(catalogue: Catalogue):
    grant = Happened("grant-received", "51", date(2021, 12, 10), "grant-1")
    assert owed(catalogue, "51", 2565, "TSM-2565", grant) == [
        (date(2022, 1, 9), "TSM-PLAN"),
        (date(2022, 8, 31), "TSM-ACTIVITIES"),
        (date(2022, 8, 31), "TSM-SUMMARY"),
    ]
    assert undated(catalogue, "51", 2565, "TSM-2565") == ["TSM-REGISTER"]
    assert owed(catalogue, "50", 2565, "TSM-2565", grant) == []


def test_a_province_owes_dla_the_week_of_february_and_the_report_of_march(catalogue: Catalogue):
    assert owed(catalogue, "51", 2568, "LEV-2568") == [
        (date(2025, 2, 15), "LEV-WEEK"),
        (date(2025, 3, 21), "LEV-REPORT"),
        (YEAR_END_2568, "LEV-TRACKING-PROVINCE"),
    ]
    (week,) = [one for one in Schedules(catalogue).schedule("51", 2568) if one.obligation == "LEV-WEEK"]
    assert week.opens == date(2025, 2, 1)
    assert owed(catalogue, "51", 2565, "LEV-2568") == []


def test_only_the_districts_of_nakhon_phanom_compile_the_tracking_forms(catalogue: Catalogue):
    assert owed(catalogue, "4801", 2568, "LEV-2568") == [(YEAR_END_2568, "LEV-TRACKING-DISTRICT")]
    assert owed(catalogue, "5101", 2568, "LEV-2568") == []


def test_a_lao_plans_by_december_and_tells_the_public_by_september(catalogue: Catalogue):
    everywhere = [
        (date(2024, 12, 31), "LEV-MEETING"),
        (date(2024, 12, 31), "LEV-PLAN"),
        (YEAR_END_2568, "LEV-ACTIVITIES"),
        (YEAR_END_2568, "LEV-LAO-DONE"),
        (YEAR_END_2568, "LEV-NOTICE"),
        (YEAR_END_2568, "LEV-SUMMARY"),
    ]
    assert owed(catalogue, "510101", 2568, "LEV-2568") == everywhere
    assert owed(catalogue, "480101", 2568, "LEV-2568") == [*everywhere, (YEAR_END_2568, "LEV-TRACKING-LAO")]


def test_a_district_of_ubon_reports_four_times_and_hands_in_one_best_practice(catalogue: Catalogue):
    assert owed(catalogue, "3401", 2564, "UBON-2564") == [
        (date(2021, 1, 26), "UBON-PLAN"),
        (date(2021, 2, 5), "UBON-PROGRESS"),
        (date(2021, 2, 20), "UBON-PROGRESS"),
        (date(2021, 3, 20), "UBON-PROGRESS"),
        (date(2021, 4, 20), "UBON-BEST-PRACTICE"),
        (date(2021, 4, 20), "UBON-PROGRESS"),
        (date(2021, 4, 30), "UBON-DONE"),
    ]
    assert undated(catalogue, "3401", 2564, "UBON-2564") == ["UBON-MEDIA"]
    assert owed(catalogue, "5101", 2564, "UBON-2564") == []


def test_a_lao_applies_for_la21_and_registers_within_september(catalogue: Catalogue):
    assert owed(catalogue, "510101", 2565, "LA21") == [
        (date(2022, 9, 30), "LA21-APPLY"),
        (date(2022, 9, 30), "LA21-READINESS"),
        (date(2022, 9, 30), "LA21-REGISTER"),
    ]
    assert undated(catalogue, "510101", 2565, "LA21") == ["LA21-PLAN", "LA21-SELF-ASSESSMENT"]
    assert undated(catalogue, "51", 2565, "LA21") == ["LA21-RESULT-PROVINCE"]


@pytest.mark.parametrize(("members", "status"), [(3515, "not-achieved"), (3516, "achieved")])
def test_lamphun_grows_by_five_percent_with_3516_members(catalogue: Catalogue, members: int, status: str):
    figure = catalogue.measures["tsm.members-2564"].printed
    assert figure is not None
    assert (figure.value, figure.as_of, figure.area) == (Decimal(3348), date(2021, 11, 26), "51")
    entries = (
        Recorded("tsm.members", "51", date(2022, 8, 1), Decimal(members)),
        Recorded("tsm.members-2564", "51", date(2021, 11, 26), figure.value),
    )
    values = RecordedValues(catalogue.measures, ["51"], entries)
    assert evaluate(catalogue.kpis["TSM-K1"], catalogue, "51", date(2022, 9, 30), values).status == status


def test_what_members_already_says_is_named_by_the_measures_of_its_network(catalogue: Catalogue):
    named = {
        event for key, row in catalogue.measures.items() if key.startswith("tsm.") for event in row.events
    }
    said = {kind.__name__ for kind in event_types().values() if kind.__module__ == "contracts.members"}
    spoken = {name for name in said if name.startswith(("Membership", "MemberCard", "Growth", "FirstMember"))}
    assert spoken <= named
