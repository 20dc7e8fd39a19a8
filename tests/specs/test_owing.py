"""From the catalogue to what is scheduled: codes, rounds and ways up; what waits, and what is no report of ours, is left out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from contracts.reporting import ReportLevel
from services.chassis.decider import Actor
from services.reporting.catalogue.due.happened import CHOSEN, Happened
from services.reporting.catalogue.due.schedule import Schedules
from services.reporting.catalogue.types.due import EarlierOf
from services.reporting.domain.obligation import OBLIGATION, ScheduleReport
from services.reporting.plan.owing import LeftOut, Report, owing, way_up
from services.reporting.plan.promised import (
    NoCatalogue,
    catalogue_of,
    has_office,
    national_upgrades,
    report_code,
    schedules,
)
from tests.specs.deciding import given

DISTRICT, PROVINCE, DEPARTMENT = ReportLevel
BY = Actor(id="someone", scopes=("",))
CODES = {report_code(key): row for key, row in catalogue_of(2565).obligations.items()}


def plan() -> Schedules:
    return schedules(2565)


def reports(unit: str, *events: Happened) -> dict[str, Report]:
    return {one.code: one for one in owing(plan(), unit, 2565, events).reports}


def test_a_district_and_a_province_owe_what_the_catalogue_dates_and_names():
    for unit in ("51", "5101"):
        found = owing(plan(), unit, 2565)
        left = {code for codes in found.left_out.values() for code in codes}
        assert [(one.code, one.due_on) for one in found.reports if one.due_on] == [
            (report_code(one.obligation), one.due)
            for one in plan().schedule(unit, 2565)
            if report_code(one.obligation) not in left
        ]
        undated = {report_code(one.id) for one in plan().undated(unit, 2565)}
        assert {one.code for one in found.reports if one.due_on is None} == undated - left
        assert not left & {one.code for one in found.reports}


def test_reports_of_the_poverty_funds_go_up_as_they_are_printed():
    district, province = reports("5101"), reports("51")
    assert district["duty-12-debt-1"] == Report(
        "duty-12-debt-1", "", date(2022, 3, 31), (DISTRICT, PROVINCE), "003 L6037"
    )
    assert district["duty-12-upgrade"].chain == (DISTRICT, PROVINCE, DEPARTMENT)
    assert district["duty-13-district"].chain == (DISTRICT, PROVINCE)
    assert province["duty-13-province"].chain == (PROVINCE, DEPARTMENT)
    assert province["duty-16-results"].due_on is None


def test_rounds_tell_the_reports_of_a_year_apart():
    found = owing(plan(), "51", 2565).reports
    assert [one.period for one in found if one.code == "duty-18-evaluation"] == ["q1", "q2", "q3", "q4"]
    assert len({(one.code, one.period) for one in found}) == len(found)


def test_every_report_can_be_scheduled_as_the_catalogue_has_it():
    ended = [
        Happened("activity-ended", "51", date(2022, 2, 1), f"end-{key}", key)
        for key in plan().catalogue.activities
    ]
    chosen = [
        Happened(CHOSEN, "5101", date(2021, 12, 1), f"choice-{key}", key)
        for key in plan().catalogue.activities
    ]
    for area, events in (("51", ended), ("5101", chosen)):
        found = owing(plan(), area, 2565, events).reports
        assert len(found) > len(owing(plan(), area, 2565).reports)
        for one in found:
            command = ScheduleReport(
                report=one.code, area=area, fiscal_year=2565, period=one.period,
                due_on=one.due_on, chain=one.chain, source=one.source, on=date(2021, 10, 1), by=BY,
            )  # fmt: skip
            assert len(given(OBLIGATION).when(command).events) == 1


def test_what_has_a_day_and_an_event_is_one_report_whichever_comes_first():
    either = [
        row
        for row in CODES.values()
        if isinstance(row.due, EarlierOf) and row.level == "province" and report_code(row.id) in reports("51")
    ]
    assert either
    for row in either:
        code, early = report_code(row.id), date(2021, 12, 1)
        before = reports("51")[code]
        after = reports("51", Happened("activity-ended", "51", early, "run", row.activity))[code]
        assert before.period == after.period == ""
        assert after.due_on is not None
        assert before.due_on is not None
        assert early <= after.due_on <= before.due_on


def test_what_was_left_out_says_why():
    left = owing(plan(), "5101", 2565).left_out
    assert "duty-12-fraud" in left[LeftOut.NOTHING_HAPPENED]
    assert "duty-14-plan-district" in left[LeftOut.NO_RECEIVER]
    assert left[LeftOut.NOT_CHOSEN]
    assert "tsm-summary" in owing(plan(), "51", 2565).left_out[LeftOut.ANOTHER_DEPARTMENT]
    fraud = Happened("fraud-suspected", "5101", date(2022, 2, 9), "case-1", "DUTY-12")
    found = reports("5101", fraud)["duty-12-fraud"]
    assert (found.due_on, len(found.period)) == (date(2022, 2, 9), 16)
    assert found.chain == (DISTRICT, PROVINCE, DEPARTMENT)


KEYS = sorted(plan().catalogue.activities)
EVENTS = st.builds(
    lambda trigger, key, day: Happened(trigger, "5101", day, f"{trigger}-{key}-{day}", key),
    st.sampled_from(sorted(plan().catalogue.triggers)),
    st.sampled_from(KEYS),
    st.dates(date(2021, 10, 1), date(2022, 9, 30)),
)


@settings(max_examples=60, deadline=None)
@for_all(st.lists(EVENTS, max_size=12, unique_by=lambda one: one.id))
def test_whatever_happened_every_obligation_is_scheduled_or_left_out_with_its_reason(events: list[Happened]):
    before, after = owing(plan(), "5101", 2565), owing(plan(), "5101", 2565, events)
    scheduled = {(one.code, one.period) for one in after.reports}
    left = [code for codes in after.left_out.values() for code in codes]
    assert len(scheduled) == len(after.reports)
    assert {code for code, _ in scheduled} | set(left) == {one.code for one in before.reports} | {
        code for codes in before.left_out.values() for code in codes
    }
    assert len(left) == len(set(left))
    assert not {code for code, _ in scheduled} & set(left)
    assert {(one.code, one.period) for one in before.reports} <= scheduled


def test_no_way_up_is_shorter_than_its_receivers_and_none_goes_down():
    for row in CODES.values():
        chain = way_up(row, plan().catalogue)
        steps = [list(ReportLevel).index(level) for level in chain]
        assert (
            steps == list(range(steps[0], steps[0] + len(steps)))
            if steps
            else row.level not in set(ReportLevel)
        )
        if "department" in row.to and chain:
            assert chain[-1] is DEPARTMENT


@pytest.mark.parametrize(
    ("area", "there"),
    [("51", True), ("5101", True), ("510101", False), ("", False), ("10", False), ("1001", False)],
)
def test_an_office_is_a_province_or_a_district_but_not_in_bangkok(area: str, there: bool):
    assert has_office(area) is there


def test_a_year_without_a_folder_has_no_catalogue():
    with pytest.raises(NoCatalogue):
        schedules(2570)


def test_the_national_upgrades_are_those_of_the_official_kpis():
    assert national_upgrades()[2565] == {"kkj": 1377, "savings": 1623}
