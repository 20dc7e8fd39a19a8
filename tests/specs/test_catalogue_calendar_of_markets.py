"""What a province and a district owe for debt, OTOP, markets and the clean community in FY2565, as the handbook prints it."""

from __future__ import annotations

from datetime import date

from services.reporting.catalogue import load
from services.reporting.catalogue.due.happened import CHOSEN, Happened
from services.reporting.catalogue.due.schedule import Schedules
from tests.specs.catalogue_rows import has_its_own_day

OURS = ("DEBT-", "ENT-", "KBO-", "MKT-", "CLEAN-")
ENDED = "activity-ended"


def owed(unit: str, *events: Happened) -> list[tuple[date, str]]:
    dated = Schedules(load(2565)).schedule(unit, 2565, events)
    return [
        (one.due, one.obligation) for one in dated if one.obligation.startswith(OURS) and has_its_own_day(one)
    ]


def test_without_any_event_a_province_owes_what_has_a_day():
    found = owed("51")
    assert [one for one in found if "MKT-1.1" not in one[1]] == [
        (date(2021, 11, 30), "DEBT-1-BOARD-PROVINCE"),
        (date(2022, 3, 10), "DEBT-1-BPM"),
        (date(2022, 3, 15), "DEBT-1-BOOK"),
        (date(2022, 6, 30), "CLEAN-3-BPM"),
        (date(2022, 6, 30), "CLEAN-3-EVALUATION"),
        (date(2022, 6, 30), "CLEAN-3-INITIATIVE"),
        (date(2022, 6, 30), "CLEAN-3-REPORT"),
        (date(2022, 8, 10), "DEBT-2-BPM"),
        (date(2022, 8, 15), "DEBT-2-CONDITION"),
        (date(2022, 8, 15), "DEBT-2-RESULT"),
        (date(2022, 9, 15), "MKT-2.1.1-REPORT"),
        (date(2022, 9, 15), "MKT-2.2.1-REPORT"),
    ]
    assert [one for one in owed("5101") if "MKT-1.1.1" not in one[1]] == []


def test_markets_report_every_month_and_quarter_of_the_activity_and_marketers_on_the_25th():
    for unit, of in (("51", ""), ("5101", "-DISTRICT")):  # 003:4883 prints จังหวัด/อำเภอ
        found = owed(unit)
        sales = [due for due, name in found if name == f"MKT-1.1.1-SALES{of}"]
        assert (sales[0], sales[-1]) == (date(2022, 1, 31), date(2022, 9, 30))
        assert len(sales) == 9
        assert [due for due, name in found if name == f"MKT-1.1.1-PROGRESS{of}"] == [
            date(2022, 3, 31),
            date(2022, 6, 30),
            date(2022, 9, 30),
        ]
    found = owed("51")
    for form in ("MKT-1.1.2-GOOGLE-FORM", "MKT-1.1.2-RESULT"):
        months = [due for due, name in found if name == form]
        assert months == [date(2021, month, 25) for month in (10, 11, 12)] + [
            date(2022, month, 25) for month in (1, 2, 3)
        ]


def test_a_market_plan_is_due_30_days_after_the_money():
    allocated = Happened("budget-allocated", "51", date(2022, 1, 4), "m-1", "MKT-1.1.1")
    assert (date(2022, 2, 3), "MKT-1.1.1-PLAN") in owed("51", allocated)


def test_an_end_sets_the_records_and_the_reports_running():
    ends = {
        "ENT-1": date(2021, 12, 1),
        "KBO-1": date(2021, 12, 3),
        "MKT-2.2.1": date(2022, 5, 2),
        "DEBT-2": date(2022, 6, 1),
    }
    found = owed("51", *(Happened(ENDED, "51", day, f"end-{name}", name) for name, day in ends.items()))
    assert (date(2021, 12, 8), "ENT-1-BPM") in found
    assert (date(2021, 12, 16), "ENT-1-REPORT") in found
    assert (date(2021, 12, 10), "KBO-1-BPM") in found
    assert (date(2022, 5, 9), "MKT-2.2.1-BPM") in found
    assert (date(2022, 6, 8), "DEBT-2-BPM") in found
    assert (date(2022, 8, 10), "DEBT-2-BPM") not in found


def test_only_a_chosen_province_reports_its_model_centre():
    chosen = (
        Happened(CHOSEN, "51", date(2021, 12, 1), "choice-1", "DEBT-3.1"),
        Happened(CHOSEN, "5101", date(2022, 2, 1), "choice-2", "DEBT-3.3"),
    )
    found = owed("51", *chosen)
    assert (date(2022, 1, 31), "DEBT-3.1-SELECTION") in found
    assert [name for due, name in found if due == date(2022, 8, 15)] == [
        "DEBT-2-CONDITION",
        "DEBT-2-RESULT",
        "DEBT-3.3-BPM",
        "DEBT-3.3-MEDIA",
    ]


def test_a_district_with_a_new_centre_owes_its_board_and_its_summary():
    chosen = Happened(CHOSEN, "5101", date(2021, 11, 15), "choice-1", "DEBT-1")
    ended = Happened(ENDED, "5101", date(2022, 3, 1), "end-1", "DEBT-1")
    assert [one for one in owed("5101", chosen, ended) if one[1].startswith("DEBT-")] == [
        (date(2021, 12, 31), "DEBT-1-BOARD-DISTRICT"),
        (date(2022, 3, 8), "DEBT-1-SUMMARY"),
    ]
