"""The calendar of the duties 12 to 20, row by row as the notes have it (domain F §16.4), for one district and one province."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import pytest

from services.reporting.catalogue import load
from services.reporting.catalogue.due.happened import Happened
from services.reporting.catalogue.due.schedule import DatedObligation, Schedules
from tests.specs.catalogue_rows import has_its_own_day

OURS = re.compile(r"DUTY-(1[2-9]|20|A1)-")

DISTRICT = [
    ("2022-03-31", "DUTY-12-DEBT-1"),
    ("2022-03-31", "DUTY-14-GRADING"),
    ("2022-07-15", "DUTY-14-DEBT"),
    ("2022-07-31", "DUTY-12-ASSESSMENT"),
    ("2022-07-31", "DUTY-12-REVIEW"),
    ("2022-07-31", "DUTY-12-UPGRADE"),
    ("2022-07-31", "DUTY-13-DISTRICT"),
    ("2022-08-31", "DUTY-12-DEBT-2"),
]

PROVINCE = [
    ("2021-12-31", "DUTY-14-REGISTRY"),
    ("2021-12-31", "DUTY-18-EVALUATION"),
    ("2022-03-31", "DUTY-18-EVALUATION"),
    ("2022-04-15", "DUTY-14-CERTIFIED"),
    ("2022-06-30", "DUTY-18-EVALUATION"),
    ("2022-07-25", "DUTY-17-LESSONS"),
    ("2022-07-31", "DUTY-14-DEBT-PROVINCE"),
    ("2022-08-31", "DUTY-12-VERIFY"),
    ("2022-08-31", "DUTY-13-PROVINCE"),
    ("2022-09-15", "DUTY-20-LESSONS"),
    ("2022-09-25", "DUTY-15-WISDOM"),
    ("2022-09-30", "DUTY-12-DEBT-PROVINCE"),
    ("2022-09-30", "DUTY-18-EVALUATION"),
]


@cache
def schedules() -> Schedules:
    return Schedules(load(2565))


def dated(unit: str, *events: Happened) -> list[DatedObligation]:
    found = schedules().schedule(unit, 2565, events)
    return [one for one in found if OURS.match(one.obligation) and has_its_own_day(one)]


def owed(unit: str, *events: Happened) -> list[tuple[str, str]]:
    return [(one.due.isoformat(), one.obligation) for one in dated(unit, *events)]


@pytest.mark.parametrize(("unit", "calendar"), [("5101", DISTRICT), ("51", PROVINCE)])
def test_a_unit_owes_what_the_calendar_of_the_duties_prints(unit: str, calendar: list[tuple[str, str]]):
    assert owed(unit) == calendar


def test_assessments_are_entered_from_may_to_july():
    (window,) = [one for one in dated("5101") if one.obligation == "DUTY-12-ASSESSMENT"]
    assert (window.opens, window.due) == (date(2022, 5, 1), date(2022, 7, 31))


def test_a_suspected_fraud_is_told_on_the_same_day():
    event = Happened("fraud-suspected", "5101", date(2022, 2, 9), "case-1", "DUTY-12")
    assert ("2022-02-09", "DUTY-12-FRAUD") in owed("5101", event)
    assert owed("5102", event) == owed("5102")


def test_damage_to_a_savings_group_is_told_by_the_district_and_by_the_province():
    event = Happened("savings-damage", "5101", date(2022, 2, 9), "case-2", "DUTY-13")
    assert ("2022-02-09", "DUTY-13-DAMAGE-DISTRICT") in owed("5101", event)
    assert ("2022-02-09", "DUTY-13-DAMAGE-PROVINCE") in owed("51", event)


def test_every_one_of_the_69_official_kpis_is_there_once():
    kpis = schedules().catalogue.kpis.values()
    official = [kpi for kpi in kpis if kpi.printed_in in ("result", "plan", "mission")]
    assert [sum(kpi.printed_in == kind for kpi in official) for kind in ("result", "plan", "mission")] == [
        4,
        31,
        34,
    ]
