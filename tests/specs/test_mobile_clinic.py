"""A fund in the Mobile Clinic: whom it takes, the workshop, the plan, two follow-ups, and not again within two years."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.funds import (
    ClinicStage,
    EarlierClinicListed,
    FundDevelopmentPlanMade,
    FundFailedMobileClinic,
    FundFollowUpDone,
    FundKind,
    FundLevel,
    FundPassedMobileClinic,
    FundSelectedForMobileClinic,
    MobileClinicHeld,
)
from services.chassis.decider import Actor, Command
from services.funds.domain.clinic import (
    MOBILE_CLINIC,
    AssessClinic,
    FollowUpClinic,
    HoldClinic,
    ListEarlierClinic,
    MakeClinicPlan,
    SelectForClinic,
    clinic_stream,
)
from services.funds.domain.fund import fund_stream
from tests.specs.deciding import given

AREA = "51010101"
FUND = fund_stream(FundKind.POVERTY, AREA, 1)
DISTRICT, PROVINCE = Actor(id="district-1", scopes=("5101",)), Actor(id="province-1", scopes=("51",))
WHICH: dict[str, Any] = {
    "area": AREA,
    "case_id": clinic_stream(FUND),
    "fund_id": FUND,
    "kind": FundKind.POVERTY,
}
KEY: dict[str, Any] = {"kind": FundKind.POVERTY, "area": AREA}
SAME = {**WHICH, "fiscal_year": 2565}
SELECTED_ON, HELD_ON, PLANNED_ON = date(2021, 12, 20), date(2022, 2, 10), date(2022, 2, 11)
VISITED_ON, ASSESSED_ON = date(2022, 4, 1), date(2022, 5, 31)

SELECT = SelectForClinic(on=SELECTED_ON, by=PROVINCE, **KEY)
SELECTED = FundSelectedForMobileClinic(on=SELECTED_ON, was=None, **SAME)
HOLD = HoldClinic(on=HELD_ON, by=DISTRICT, committee_present=5, people_present=25, cost_satang=500_000)
HELD = MobileClinicHeld(
    on=HELD_ON, was=ClinicStage.SELECTED, committee_present=5, people_present=25, cost_satang=500_000, complete=True,
    **SAME,
)  # fmt: skip
PLAN = MakeClinicPlan(on=PLANNED_ON, by=DISTRICT, indicators=("SG-1",), due_on=VISITED_ON)
PLANNED = FundDevelopmentPlanMade(
    on=PLANNED_ON, was=ClinicStage.HELD, indicators=("SG-1",), due_on=VISITED_ON, **SAME
)
VISIT = FollowUpClinic(on=VISITED_ON, by=DISTRICT, team="51-01-1")
VISITED = FundFollowUpDone(on=VISITED_ON, was=ClinicStage.PLANNED, team="51-01-1", **SAME)
ASSESS = AssessClinic(
    on=ASSESSED_ON,
    by=DISTRICT,
    level=FundLevel.TWO,
    form_version="gg-2565",
    passed=True,
    failed=(),
    team="51-01-1",
)
PASSED = FundPassedMobileClinic(
    on=ASSESSED_ON, was=ClinicStage.FOLLOWED_UP, level=FundLevel.TWO, form_version="gg-2565", failed=(),
    team="51-01-1", in_time=True, **SAME,
)  # fmt: skip
PAST = (SELECTED, HELD, PLANNED, VISITED)


def changed(command: Command, **by: Any) -> Command:
    return command.model_copy(update=by)


def test_a_fund_goes_through_its_year():
    steps = ((SELECT, SELECTED), (HOLD, HELD), (PLAN, PLANNED), (VISIT, VISITED), (ASSESS, PASSED))
    for number, (command, event) in enumerate(steps):
        given(MOBILE_CLINIC, *(said for _, said in steps[:number])).when(command).then(event)


@pytest.mark.parametrize(("year", "refused"), [(2562, False), (2563, True), (2564, True)])
def test_a_fund_of_the_two_years_before_is_not_selected_again(year, refused):
    """003 L3334: ไม่ซ้ำกับกองทุนชุมชน… ประจำปีงบประมาณ พ.ศ. 2563 – 2564."""
    tell = ListEarlierClinic(on=date(2021, 11, 1), by=PROVINCE, listed_year=year, **KEY)
    [listed] = given(MOBILE_CLINIC).when(tell).events
    assert listed == EarlierClinicListed(
        on=date(2021, 11, 1), was=None, listed_year=year, **{**WHICH, "fiscal_year": 2565}
    )
    given(MOBILE_CLINIC, listed).when(tell).then_nothing()
    select = given(MOBILE_CLINIC, listed).when(SELECT)
    select.then_refused("clinic-too-soon-again") if refused else select.then(SELECTED)


def test_it_begins_anew_when_its_years_are_over():
    third = given(MOBILE_CLINIC, *PAST, PASSED)
    third.when(changed(SELECT, on=date(2023, 12, 1))).then_refused("clinic-too-soon-again")
    fourth = third.when(changed(SELECT, on=date(2024, 12, 1)))
    [event] = fourth.events
    assert event == SELECTED.model_copy(update={"on": date(2024, 12, 1), "fiscal_year": 2568})
    assert (fourth.after.years, fourth.after.people_present) == ({2565, 2568}, 0)
    third.when(changed(SELECT, on=ASSESSED_ON)).then_refused("clinic-selected")


def test_an_earlier_year_that_is_entered_late_does_not_move_the_fund():
    tell = ListEarlierClinic(on=ASSESSED_ON, by=PROVINCE, listed_year=2560, **KEY)
    when = given(MOBILE_CLINIC, *PAST).when(tell)
    assert (when.after.stage, when.after.fiscal_year, when.after.years) == (
        ClinicStage.FOLLOWED_UP, 2565, {2560, 2565},
    )  # fmt: skip
    given(MOBILE_CLINIC).when(changed(tell, listed_year=2565)).then_refused("not-an-earlier-year")


def test_only_poverty_funds_and_savings_groups_are_taken():
    """003 L3331."""
    given(MOBILE_CLINIC).when(changed(SELECT, kind=FundKind.MOTHER)).then_refused("clinic-for-two-kinds")
    assert given(MOBILE_CLINIC).when(changed(SELECT, kind=FundKind.SAVINGS)).events


@pytest.mark.parametrize(
    ("committee", "people", "complete"), [(5, 25, True), (5, 24, False), (4, 25, False), (0, 0, False)]
)
def test_who_was_missing_at_the_workshop_is_told(committee, people, complete):
    """003 L3368: เป้าหมายรวม 30 คน; domain/README decision 8."""
    come = changed(HOLD, committee_present=committee, people_present=people)
    [event] = given(MOBILE_CLINIC, SELECTED).when(come).events
    assert isinstance(event, MobileClinicHeld)
    assert event.complete is complete


def test_there_are_thirty_places_and_6400_baht():
    known = given(MOBILE_CLINIC, SELECTED)
    known.when(changed(HOLD, committee_present=6)).then_refused("too-many-people")
    known.when(changed(HOLD, people_present=26)).then_refused("too-many-people")
    known.when(changed(HOLD, cost_satang=640_001)).then_refused("over-budget")


@pytest.mark.parametrize(("day", "in_time"), [(date(2022, 5, 31), True), (date(2022, 6, 1), False)])
@pytest.mark.parametrize("passed", [True, False])
def test_the_second_visit_assesses_and_what_is_late_is_told(day, in_time, passed):
    """003 L3428: ภายในเดือนพฤษภาคม 2565."""
    [event] = given(MOBILE_CLINIC, *PAST).when(changed(ASSESS, on=day, passed=passed)).events
    assert isinstance(event, FundPassedMobileClinic if passed else FundFailedMobileClinic)
    assert event.in_time is in_time


def test_a_skipped_step_blocks_nobody_and_stands_in_the_event():
    """domain/README decision 8."""
    [visited] = given(MOBILE_CLINIC, SELECTED, HELD).when(VISIT).events
    [passed] = given(MOBILE_CLINIC, SELECTED, HELD).when(ASSESS).events
    assert {getattr(event, "was", None) for event in (visited, passed)} == {ClinicStage.HELD}
    given(MOBILE_CLINIC, SELECTED).when(ASSESS).then_refused("not-at-this-stage")


def test_a_plan_names_what_failed():
    given(MOBILE_CLINIC, SELECTED, HELD).when(changed(PLAN, indicators=())).then_refused("no-indicator")


def test_the_province_selects_and_the_district_does():
    given(MOBILE_CLINIC).when(changed(SELECT, by=DISTRICT)).then_refused("needs-the-province")
    somebody = Actor(id="x", scopes=(AREA,))
    given(MOBILE_CLINIC, SELECTED).when(changed(HOLD, by=somebody)).then_refused("needs-the-district")
