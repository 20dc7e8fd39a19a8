"""A report's way: scheduled, handed in, given back, accepted by another person, level by level; and its deadline."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contracts.event import Event
from contracts.reporting import (
    DeadlineMoved,
    DeadlineReason,
    ObligationScheduled,
    ReportAccepted,
    ReportLevel,
    ReportReturned,
    ReportSubmitted,
    ReturnReason,
)
from services.chassis.decider import Actor, Command
from services.reporting.domain.obligation import (
    OBLIGATION,
    AcceptReport,
    MoveDeadline,
    Obligation,
    ReturnReport,
    ScheduleReport,
    SubmitReport,
    obligation_stream,
)
from tests.specs.deciding import given

DISTRICT, PROVINCE, DEPARTMENT = ReportLevel.DISTRICT, ReportLevel.PROVINCE, ReportLevel.DEPARTMENT
ID = obligation_stream("duty-12-upgrade", "5101", 2565)
BEGAN, JULY, DUE, AUGUST = date(2021, 10, 1), date(2022, 7, 20), date(2022, 7, 31), date(2022, 8, 2)
FIGURES = {"funds.kkj.upgraded": 3}
SEEN = {"chumchon.funds.events.v1": {4: 17}}
NEWEST = datetime(2022, 7, 20, 8, 0, tzinfo=UTC)
OFFICE = Actor(id="approver-2", scopes=("",))
CHAIN = (DISTRICT, PROVINCE, DEPARTMENT)


def schedule(**changed) -> ScheduleReport:
    known = {
        "report": "duty-12-upgrade", "area": "5101", "fiscal_year": 2565, "due_on": DUE,
        "chain": CHAIN, "source": "003 L6025", "on": BEGAN, "by": OFFICE,
    }  # fmt: skip
    return ScheduleReport(**{**known, **changed})


def submit(on: date = JULY, by: str = "officer-1", scope: str = "") -> SubmitReport:
    return SubmitReport(figures=FIGURES, seen=SEEN, newest=NEWEST, by=Actor(id=by, scopes=(scope,)), on=on)


def accept(on: date = JULY, by: str = "approver-2", scope: str = "") -> AcceptReport:
    return AcceptReport(by=Actor(id=by, scopes=(scope,)), on=on)


def give_back(on: date = JULY, scope: str = "") -> ReturnReport:
    return ReturnReport(reason=ReturnReason.INCOMPLETE, on=on, by=Actor(id="approver-2", scopes=(scope,)))


def move(on: date = JULY, to: date | None = AUGUST, scope: str = "") -> MoveDeadline:
    return MoveDeadline(
        due_on=to, reason=DeadlineReason.DISASTER, on=on, by=Actor(id="approver-2", scopes=(scope,))
    )


SCHEDULED = ObligationScheduled(
    area="5101", on=BEGAN, obligation_id=ID, report="duty-12-upgrade", fiscal_year=2565, due_on=DUE, chain=CHAIN,
    source="003 L6025",
)  # fmt: skip


def submitted(n: int = 1, level: ReportLevel = DISTRICT, on: date = JULY, by: str = "officer-1"):
    return ReportSubmitted(
        area="5101", on=on, obligation_id=ID, level=level, submission=n, figures=FIGURES, seen=SEEN, newest=NEWEST, submitter=by,
    )  # fmt: skip


def accepted(n: int = 1, level: ReportLevel = PROVINCE, on: date = JULY):
    return ReportAccepted(area="5101", on=on, obligation_id=ID, level=level, submission=n)


def returned(n: int = 1, on: date = JULY):
    return ReportReturned(
        area="5101", on=on, obligation_id=ID, level=PROVINCE, submission=n, reason=ReturnReason.INCOMPLETE
    )


def moved(before: date | None, after: date | None, on: date = JULY):
    return DeadlineMoved(
        area="5101", on=on, obligation_id=ID, before=before, after=after, reason=DeadlineReason.DISASTER
    )


def state(*events: Event) -> Obligation:
    found = given(OBLIGATION, *events).when(submit()).before
    assert isinstance(found, Obligation)
    return found


def test_a_report_is_scheduled_once():
    given(OBLIGATION).when(schedule()).then(SCHEDULED)
    given(OBLIGATION, SCHEDULED).when(schedule(on=JULY)).then_nothing()
    given(OBLIGATION, SCHEDULED).when(schedule(due_on=AUGUST)).then_refused("obligation-scheduled")
    given(OBLIGATION, SCHEDULED).when(schedule(chain=CHAIN[:2])).then_refused("obligation-scheduled")


def test_the_same_plan_once_more_does_not_undo_a_moved_deadline():
    given(OBLIGATION, SCHEDULED, moved(DUE, AUGUST)).when(schedule()).then_nothing()


def test_a_report_goes_up_from_the_unit_that_owes_it():
    for area in ("51", "510101", "51010101"):
        given(OBLIGATION).when(schedule(area=area)).then_refused("not-this-units-report")
    for chain in ((PROVINCE, DISTRICT), (DISTRICT, DEPARTMENT), (DISTRICT, DISTRICT)):
        given(OBLIGATION).when(schedule(chain=chain)).then_refused("chain-not-upwards")
    province = schedule(area="51", chain=(PROVINCE, DEPARTMENT))
    assert [type(event) for event in given(OBLIGATION).when(province).events] == [ObligationScheduled]


def test_what_is_handed_in_keeps_the_figures_and_the_positions_that_they_were_made_from():
    given(OBLIGATION, SCHEDULED).when(submit()).then(submitted())


def test_a_report_that_lies_with_the_receiver_is_not_handed_in_again():
    given(OBLIGATION, SCHEDULED, submitted()).when(submit()).then_refused("report-with-the-receiver")


def test_a_report_that_was_given_back_is_owed_again():
    back = given(OBLIGATION, SCHEDULED, submitted())
    back.when(give_back()).then(returned())
    given(OBLIGATION, SCHEDULED, submitted(), returned()).when(submit(AUGUST)).then(submitted(2, on=AUGUST))


def test_a_second_person_accepts():
    waiting = given(OBLIGATION, SCHEDULED, submitted())
    waiting.when(accept(by="officer-1")).then_refused("second-person-needed")
    waiting.when(accept()).then(accepted())


def test_the_next_level_hands_in_what_it_accepted_until_the_chain_ends():
    forwarded = submitted(2, PROVINCE, AUGUST, "officer-51")
    given(OBLIGATION, SCHEDULED, submitted(), accepted()).when(submit(AUGUST, "officer-51")).then(forwarded)
    whole = (SCHEDULED, submitted(), accepted(), forwarded, accepted(2, DEPARTMENT, AUGUST))
    assert state(*whole).accepted
    for command in (
        submit(AUGUST),
        accept(AUGUST),
        give_back(AUGUST),
        move(AUGUST),
    ):
        given(OBLIGATION, *whole).when(command).then_refused("report-accepted")


def test_only_the_office_whose_turn_it_is_hands_in():
    given(OBLIGATION, SCHEDULED).when(submit(scope="5101")).then(submitted())
    given(OBLIGATION, SCHEDULED).when(submit(scope="5102")).then_refused("handing-level-needed")
    at_province = given(OBLIGATION, SCHEDULED, submitted(), accepted())
    at_province.when(submit(scope="5101")).then_refused("handing-level-needed")
    at_province.when(submit(scope="51")).then(submitted(2, PROVINCE))


def test_only_the_office_that_receives_schedules_moves_returns_and_accepts():
    given(OBLIGATION).when(schedule(by=Actor(id="x", scopes=("5101",)))).then_refused(
        "receiving-level-needed"
    )
    given(OBLIGATION).when(schedule(by=Actor(id="x", scopes=("5102", "51")))).then(SCHEDULED)
    waiting = given(OBLIGATION, SCHEDULED, submitted())
    for command in (accept, give_back, move):
        waiting.when(command(scope="5101")).then_refused("receiving-level-needed")
        assert waiting.when(command(scope="51")).events
    at_department = given(OBLIGATION, SCHEDULED, submitted(), accepted(), submitted(2, PROVINCE))
    at_department.when(accept(scope="51")).then_refused("receiving-level-needed")
    at_department.when(accept(scope="")).then(accepted(2, DEPARTMENT))


def test_the_offices_of_each_step_are_known_by_their_areas():
    at = state(SCHEDULED)
    assert (at.owner_area, at.receiver_area) == ("5101", "51")
    at = state(SCHEDULED, submitted(), accepted())
    assert (at.owner_area, at.receiver_area) == ("51", "")


@pytest.mark.parametrize("command", [accept(), give_back()])
def test_nothing_handed_in_is_nothing_to_judge(command: Command):
    given(OBLIGATION, SCHEDULED).when(command).then_refused("report-not-submitted")
    given(OBLIGATION, SCHEDULED, submitted(), returned()).when(command).then_refused("report-not-submitted")


def test_steps_do_not_run_backwards():
    early = date(2021, 9, 30)
    given(OBLIGATION, SCHEDULED).when(submit(early)).then_refused("before-the-step-before")
    given(OBLIGATION, SCHEDULED, submitted()).when(accept(BEGAN)).then_refused("before-the-step-before")
    given(OBLIGATION, SCHEDULED).when(move(early)).then_refused("before-the-step-before")


def test_a_moved_deadline_says_what_it_was_and_why():
    given(OBLIGATION, SCHEDULED).when(move()).then(moved(DUE, AUGUST))
    given(OBLIGATION, SCHEDULED, moved(DUE, AUGUST)).when(move()).then_nothing()
    given(OBLIGATION, SCHEDULED, submitted()).when(move()).then(moved(DUE, AUGUST))


@pytest.mark.parametrize(
    "command",
    [
        submit(),
        accept(),
        give_back(),
        move(),
    ],
)
def test_what_nobody_scheduled_is_not_there(command: Command):
    given(OBLIGATION).when(command).then_refused("obligation-not-found")
