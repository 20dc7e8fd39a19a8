"""A membership: every step from every state, and nothing personal in an event."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as assume_that
from hypothesis import strategies as st

from contracts.members import (
    Cohort,
    MemberCardIssued,
    MembershipApplied,
    MembershipConfirmedCurrent,
    MembershipLeft,
    MembershipRegistered,
    Network,
)
from services.chassis.decider import Sealed
from services.members.domain.membership import (
    MEMBERSHIP,
    Apply,
    ConfirmCurrent,
    EnterFromRegister,
    IssueCard,
    Leave,
    Register,
    Status,
    membership_stream,
)
from tests.specs.deciding import given

PERSON = "person:00000000-0000-8000-8000-000000000001"
STREAM = membership_stream(Network.TSM, PERSON)
VILLAGE = "51010101"
DAY = date(2021, 11, 1)
LATER = date(2021, 11, 26)

WHO = {"person_id": PERSON, "network": Network.TSM, "area": VILLAGE}
SAME = {"membership_id": STREAM, **WHO}
APPLIED = MembershipApplied(on=DAY, **SAME)
REGISTERED = MembershipRegistered(on=DAY, cohort=Cohort.NEW, **SAME)
CARDED = MemberCardIssued(on=DAY, area=VILLAGE, membership_id=STREAM, network=Network.TSM)
CONFIRMED = MembershipConfirmedCurrent(on=LATER, area=VILLAGE, membership_id=STREAM, network=Network.TSM)
LEFT = MembershipLeft(on=LATER, cohort=Cohort.NEW, **SAME)
APPLY = Apply(on=DAY, **WHO)


def test_an_application_is_recorded():
    given(MEMBERSHIP).when(APPLY).then(APPLIED)


@pytest.mark.parametrize("past", [(APPLIED,), (APPLIED, REGISTERED), (APPLIED, REGISTERED, CARDED)])
def test_a_member_or_applicant_cannot_apply_again(past):
    given(MEMBERSHIP, *past).when(APPLY).then_refused("member-already")


def test_who_has_left_may_apply_again_but_not_before_the_day_of_leaving():
    past = (APPLIED, REGISTERED, LEFT)
    given(MEMBERSHIP, *past).when(APPLY).then_refused("before-previous-step")
    given(MEMBERSHIP, *past).when(Apply(on=LATER, **WHO)).then(APPLIED.model_copy(update={"on": LATER}))


def test_an_applicant_is_registered_once():
    register = Register(on=DAY, cohort=Cohort.NEW)
    given(MEMBERSHIP, APPLIED).when(register).then(REGISTERED)
    given(MEMBERSHIP, APPLIED, REGISTERED).when(register).then_refused("not-an-applicant")


@pytest.mark.parametrize(
    "command",
    [
        Register(on=DAY, cohort=Cohort.NEW),
        IssueCard(on=DAY, card_number="1"),
        ConfirmCurrent(on=DAY),
        Leave(on=DAY),
    ],
)
def test_nothing_happens_to_a_membership_that_is_not_there(command):
    given(MEMBERSHIP).when(command).then_refused("membership-not-found")


@pytest.mark.parametrize(
    "command", [IssueCard(on=LATER, card_number="1"), ConfirmCurrent(on=LATER), Leave(on=LATER)]
)
@pytest.mark.parametrize("past", [(APPLIED,), (APPLIED, REGISTERED, LEFT)])
def test_only_registered_members_get_a_card_are_confirmed_or_leave(command, past):
    given(MEMBERSHIP, *past).when(command).then_refused("not-a-member")


def test_a_card_is_issued_and_its_number_is_sealed():
    when = given(MEMBERSHIP, APPLIED, REGISTERED).when(IssueCard(on=DAY, card_number="ทสม-1"))
    when.then(CARDED)
    [item] = when.items
    assert isinstance(item, Sealed)
    assert item.owner == PERSON
    assert item.personal == {"card_number": "ทสม-1"}


def test_a_confirmation_may_be_repeated_on_a_later_day():
    given(MEMBERSHIP, APPLIED, REGISTERED, CONFIRMED).when(ConfirmCurrent(on=LATER)).then(CONFIRMED)


def test_leaving_keeps_the_cohort_and_seals_the_reason():
    when = given(MEMBERSHIP, APPLIED, REGISTERED).when(Leave(on=LATER, reason="moved away"))
    when.then(LEFT)
    assert isinstance(when.items[0], Sealed)
    assert "moved" not in LEFT.model_dump_json()


@pytest.mark.parametrize(
    "command", [Register(on=date(2021, 10, 31), cohort=Cohort.NEW), ConfirmCurrent(on=date(2021, 1, 1))]
)
def test_no_step_is_dated_before_the_one_that_comes_first(command):
    given(MEMBERSHIP, APPLIED).when(command).then_refused("before-previous-step")


ENTER = EnterFromRegister(
    applied_on=DAY, registered_on=DAY, cohort=Cohort.OLD, card_number="7", card_issued_on=LATER, **WHO
)


def test_a_row_of_a_register_becomes_all_its_steps_in_one_commit():
    given(MEMBERSHIP).when(ENTER).then(
        APPLIED,
        REGISTERED.model_copy(update={"cohort": Cohort.OLD}),
        CARDED.model_copy(update={"on": LATER}),
    )


def test_a_known_row_changes_nothing_and_another_village_is_refused():
    given(MEMBERSHIP, APPLIED, REGISTERED).when(ENTER).then_nothing()
    elsewhere = ENTER.model_copy(update={"area": "51010102"})
    given(MEMBERSHIP, APPLIED, REGISTERED).when(elsewhere).then_refused("member-already")


def test_a_row_with_steps_out_of_order_is_refused():
    given(MEMBERSHIP).when(ENTER.model_copy(update={"registered_on": date(2021, 1, 1)})).then_refused(
        "before-previous-step"
    )
    given(MEMBERSHIP).when(ENTER.model_copy(update={"card_issued_on": date(2021, 10, 1)})).then_refused(
        "before-previous-step"
    )


COMMANDS = st.one_of(
    st.builds(lambda on: Apply(on=on, **WHO), st.dates(DAY, LATER)),
    st.builds(lambda on: Register(on=on, cohort=Cohort.NEW), st.dates(DAY, LATER)),
    st.builds(lambda on: IssueCard(on=on, card_number="1"), st.dates(DAY, LATER)),
    st.builds(lambda on: ConfirmCurrent(on=on), st.dates(DAY, LATER)),
    st.builds(lambda on: Leave(on=on), st.dates(DAY, LATER)),
    st.just(ENTER),
)


@assume_that(st.lists(COMMANDS, max_size=12))
def test_whatever_is_asked_registrations_and_leavings_alternate_and_dates_never_go_back(commands):
    state = MEMBERSHIP.initial
    balance, last = 0, date.min
    for command in commands:
        decision = MEMBERSHIP.decide(command, state)
        if not isinstance(decision, (list, tuple)):
            continue
        for item in decision:
            event = item.event if isinstance(item, Sealed) else item
            balance += isinstance(event, MembershipRegistered) - isinstance(event, MembershipLeft)
            assert balance in (0, 1)
            assert event.on >= last
            last = event.on
            state = MEMBERSHIP.evolve(state, event)
        assert (state.status is Status.REGISTERED) == (balance == 1)


def test_who_has_left_belongs_to_no_area_and_may_join_in_another():
    elsewhere = {**WHO, "area": "52010101"}
    when = given(MEMBERSHIP, APPLIED, REGISTERED, LEFT).when(Apply(on=LATER, **elsewhere))
    assert MEMBERSHIP.area(when.before) is None
    assert MEMBERSHIP.area(when.after) == "52010101"
