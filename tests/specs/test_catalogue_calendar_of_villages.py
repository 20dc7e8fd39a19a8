"""What a province, a district and a tambon owe for agriculture, basic needs, tambon plans, livelihoods and sufficiency villages.

Row by row as the handbook prints it (domain B §8.4).
"""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from services.reporting.catalogue import load
from services.reporting.catalogue.due.basis import Basis
from services.reporting.catalogue.due.happened import CHOSEN, Happened
from services.reporting.catalogue.due.schedule import Schedules
from tests.specs.catalogue_rows import has_its_own_day

OURS = ("AGR-", "BMN-", "TMB-", "OCC-", "SEP-", "KNN-")
MARCH = date(2022, 3, 1)
TAMBON, DISTRICT, ORGANIC, SAFE = "510101", "5101", "51", "65"


@cache
def schedules() -> Schedules:
    return Schedules(load(2565))


def owed(unit: str, *events: Happened) -> list[tuple[str, str]]:
    dated = schedules().schedule(unit, 2565, events)
    return [
        (one.due.isoformat(), one.obligation)
        for one in dated
        if one.obligation.startswith(OURS) and has_its_own_day(one)
    ]


def undated(unit: str, *events: Happened) -> set[str]:
    """What prints no day: with the end of its period, or with none at all."""
    taken = {
        one.obligation for one in schedules().schedule(unit, 2565, events) if one.basis is Basis.PERIOD_END
    }
    without = {one.id for one in schedules().undated(unit, 2565, events)}
    return {key for key in taken | without if key.startswith(OURS)}


def ended(activity: str, area: str) -> Happened:
    return Happened("activity-ended", area, MARCH, f"end-{activity}", activity)


@pytest.mark.parametrize(
    ("unit", "calendar"),
    [
        (TAMBON, [("2022-05-31", "BMN-1.2.1-SUBMIT")]),
        (
            DISTRICT,
            [
                ("2021-12-31", "BMN-1.2.1-REGISTER"),
                ("2022-06-30", "BMN-1.3.2-CERTIFY"),
                ("2022-06-30", "BMN-1.3.2-PRESENT"),
                ("2022-09-30", "SEP-3.1-GVH"),
                ("2022-09-30", "SEP-3.1-LEVELS"),
            ],
        ),
        (
            ORGANIC,
            [
                ("2022-06-30", "BMN-1.3.3-CERTIFY"),
                ("2022-06-30", "BMN-1.3.3-PRESENT"),
                ("2022-09-15", "AGR-O3-BOOK"),
                ("2022-09-30", "SEP-3.1-CERTIFY"),
            ],
        ),
    ],
)
def test_a_unit_owes_what_has_a_day_without_any_event(unit: str, calendar: list[tuple[str, str]]):
    assert owed(unit) == calendar


def test_each_half_of_the_north_sends_the_book_of_its_own_agriculture_and_the_south_sends_none():
    assert ("2022-09-15", "AGR-S3-BOOK") in owed(SAFE)
    assert not [name for unit in ("90", DISTRICT) for _, name in owed(unit) if name.startswith("AGR-")]
    assert not [name for _, name in owed(SAFE) if name.startswith("AGR-O")]


@pytest.mark.parametrize(
    ("activity", "unit"),
    [
        *((f"AGR-O{number}", ORGANIC) for number in (1, 2, 3)),
        *((f"AGR-S{number}", SAFE) for number in (1, 2, 3)),
        *((name, DISTRICT) for name in ("TMB-2", "SEP-1.1", "SEP-2.1", "SEP-2.2.1", "SEP-3.1", "KNN-1")),
    ],
)
def test_an_activity_is_closed_in_bpm_seven_days_after_its_end(activity: str, unit: str):
    found = owed(unit, ended(activity, unit))
    assert ("2022-03-08", f"{activity}-BPM") in found
    assert [name for due, name in found if due == "2022-03-08"] == [f"{activity}-BPM"]


def test_groups_are_closed_where_a_village_was_chosen_and_livelihoods_when_money_was_disbursed():
    assert ("2022-03-08", "OCC-2-BPM") not in owed(DISTRICT, ended("OCC-2", DISTRICT))
    chosen = Happened(CHOSEN, "51010101", date(2022, 2, 1), "choice-1", "OCC-2")
    assert ("2022-03-08", "OCC-2-BPM") in owed(DISTRICT, chosen, ended("OCC-2", DISTRICT))
    paid = Happened("budget-disbursed", DISTRICT, MARCH, "paid-1", "OCC-1")
    assert ("2022-03-01", "OCC-1-BPM") in owed(DISTRICT, paid)
    assert ("2022-03-08", "OCC-1-BPM") not in owed(DISTRICT, ended("OCC-1", DISTRICT))


def test_what_has_no_day_is_owed_all_the_same():
    assert undated(TAMBON) == {"BMN-1.3.1-CERTIFY", "BMN-1.3.1-PRESENT", "TMB-2-ACCOUNT", "TMB-2-PLAN"}
    assert undated(DISTRICT) == {
        "KNN-1-SERVING",
        "OCC-1-HOUSEHOLDS",
        "OCC-1-SUMMARY",
        "OCC-1-TARGETS",
        "OCC-1-VILLAGES",
        "SEP-1.1-REGISTER",
        "TMB-2-EVALUATION",
    }
    leaders = {f"TMB-1-{word}" for word in ("BPM", "EXCHANGE", "LESSONS", "RESULT")}
    assert undated(ORGANIC) == leaders | {
        "AGR-O1-LIST",
        "AGR-O2-PROGRESS",
        "BMN-1.4.1-REGISTER",
        "OCC-1-CHECK",
        "SEP-1.1-REGISTER-PROVINCE",
    }


def test_every_sheet_is_there_with_its_money_and_its_kpis():
    catalogue = load(2565)
    sheets = {key: row for key, row in catalogue.activities.items() if key.startswith(OURS)}
    assert len(sheets) == 21
    assert sum(row.budget.amount for row in sheets.values() if row.budget is not None) == 78_246_180_000
    without = set(sheets) - {row.activity for row in catalogue.kpis.values()}
    assert without == {"BMN-1.3.1"}, "its page is lost"
