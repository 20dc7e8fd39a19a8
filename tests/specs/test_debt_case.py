"""A household's debts: surveyed, chosen, restructured in three ways, supported, reduced or cleared or neither."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.funds import (
    Balance,
    Cohort,
    DebtorClassified,
    DebtStage,
    DebtTransferredToFund,
    HouseholdDebtCleared,
    HouseholdDebtFollowedUp,
    HouseholdDebtReduced,
    HouseholdDebtSurveyed,
    HouseholdDebtUnresolvedAtPeriodEnd,
    HouseholdRegisteredForDebtProgramme,
    HouseholdSelectedForDebtProgramme,
    InterestRateReduced,
    LoanContract,
    LoanContractsConsolidated,
    OccupationPlanAgreed,
    OccupationSupportDelivered,
    RepaymentTermExtended,
    RestructuringNegotiated,
    SupportItem,
    SupportKind,
)
from contracts.ids import stream_id
from services.chassis.decider import Actor, Command
from services.funds.domain.debt_case import (
    DEBT_CASE,
    AgreeOccupationPlan,
    ClassifyDebtor,
    CloseUnresolved,
    ConsolidateContracts,
    CutRate,
    DeliverSupport,
    ExtendTerm,
    FollowUpDebt,
    NegotiateDebt,
    RegisterHousehold,
    SelectHousehold,
    SurveyDebt,
    centre_stream,
    debt_case_stream,
    household_stream,
)
from tests.specs.deciding import Given
from tests.specs.deciding import given as given_of

CASES = {"table": DEBT_CASE}
"""The aggregate; a second one, written by hand, may stand beside it."""


@pytest.fixture(params=CASES)
def given(request):
    return lambda *events: given_of(CASES[request.param], *events)


AREA = "51010101"
HOUSEHOLD, CENTRE = household_stream(AREA, "7"), centre_stream(AREA)
A, B, OUTSIDE = stream_id("fund", "a"), stream_id("fund", "b"), stream_id("fund", "z")
BY = Actor(id="district-1", scopes=("5101",))
DAYS = [date(2022, month, 1) for month in range(1, 10)]
WHICH: dict[str, Any] = {
    "area": AREA, "case_id": debt_case_stream(HOUSEHOLD), "household_id": HOUSEHOLD, "centre_id": CENTRE,
    "cohort": Cohort.BUDGETED,
}  # fmt: skip
SAME = {**WHICH, "fiscal_year": 2565}
FIRST = LoanContract(
    contract_no="A-1", fund_id=A, outstanding_satang=1_000_000, rate_bp=1200, ends_on=date(2023, 1, 1)
)
SECOND = LoanContract(
    contract_no="B-1", fund_id=B, outstanding_satang=500_000, rate_bp=900, ends_on=date(2024, 1, 1)
)

SURVEY = SurveyDebt(
    on=DAYS[0], by=BY, cohort=Cohort.BUDGETED, contracts=(FIRST, SECOND), area=AREA, household_ref="7"
)
SURVEYED = HouseholdDebtSurveyed(
    on=DAYS[0], was=None, contracts=(FIRST, SECOND), total_satang=1_500_000, **SAME
)
CLASSIFY = ClassifyDebtor(on=DAYS[1], by=BY, debtor_class="C2", form_version="2565-1")
CLASSIFIED = DebtorClassified(
    on=DAYS[1], was=DebtStage.SURVEYED, debtor_class="C2", form_version="2565-1", **SAME
)
SELECT = SelectHousehold(on=DAYS[1], by=BY)
SELECTED = HouseholdSelectedForDebtProgramme(on=DAYS[1], was=DebtStage.CLASSIFIED, **SAME)
REGISTER = RegisterHousehold(on=DAYS[2], by=BY)
REGISTERED = HouseholdRegisteredForDebtProgramme(on=DAYS[2], was=DebtStage.SELECTED, **SAME)
NEGOTIATE = NegotiateDebt(on=DAYS[2], by=BY, creditors=(A, B))
NEGOTIATED = RestructuringNegotiated(on=DAYS[2], was=DebtStage.REGISTERED, creditors=(A, B), **SAME)
CONSOLIDATE = ConsolidateContracts(
    on=DAYS[3],
    by=BY,
    contract_no="A-2",
    fund_id=A,
    rate_bp=800,
    ends_on=date(2026, 1, 1),
    member_funds=(A, B),
)
TRANSFERRED = DebtTransferredToFund(
    on=DAYS[3],
    was=DebtStage.NEGOTIATING,
    contract_no="B-1",
    from_fund=B,
    to_fund=A,
    amount_satang=500_000,
    **SAME,
)
MERGED = LoanContract(
    contract_no="A-2", fund_id=A, outstanding_satang=1_500_000, rate_bp=800, ends_on=date(2026, 1, 1)
)
CONSOLIDATED = LoanContractsConsolidated(
    on=DAYS[3], was=DebtStage.NEGOTIATING, contract=MERGED, replaced=("A-1", "B-1"), **SAME
)
PLAN = AgreeOccupationPlan(on=DAYS[4], by=BY, activity="weaving", budget_satang=170_000)
PLANNED = OccupationPlanAgreed(
    on=DAYS[4], was=DebtStage.RESTRUCTURED, activity="weaving", budget_satang=170_000, **SAME
)
ITEMS = (SupportItem(kind=SupportKind.MATERIALS, value_satang=150_000),)
SUPPORT = DeliverSupport(on=DAYS[5], by=BY, items=ITEMS)
SUPPORTED = OccupationSupportDelivered(
    on=DAYS[5], was=DebtStage.PLANNED, items=ITEMS, value_satang=150_000, **SAME
)
NEGOTIATING = (SURVEYED, CLASSIFIED, SELECTED, REGISTERED, NEGOTIATED)
PAST = (*NEGOTIATING, TRANSFERRED, CONSOLIDATED, PLANNED, SUPPORTED)


def changed(command: Command, **by: Any) -> Command:
    return command.model_copy(update=by)


def follow_up(left: int, *, number: str = "A-2") -> FollowUpDebt:
    return FollowUpDebt(on=DAYS[6], by=BY, balances=(Balance(contract_no=number, outstanding_satang=left),))


def seen(left: int, was: DebtStage = DebtStage.SUPPORTED) -> HouseholdDebtFollowedUp:
    told = follow_up(left).balances
    return HouseholdDebtFollowedUp(
        on=DAYS[6], was=was, balances=told, before_satang=1_500_000, after_satang=left, **SAME
    )


def test_a_household_goes_through_the_programme(given):
    """003 L4277-4318."""
    steps: tuple[tuple[Command, tuple[Any, ...]], ...] = (
        (SURVEY, (SURVEYED,)), (CLASSIFY, (CLASSIFIED,)), (SELECT, (SELECTED,)), (REGISTER, (REGISTERED,)),
        (NEGOTIATE, (NEGOTIATED,)), (CONSOLIDATE, (TRANSFERRED, CONSOLIDATED)), (PLAN, (PLANNED,)), (SUPPORT, (SUPPORTED,)),
    )  # fmt: skip
    past: tuple[Any, ...] = ()
    for command, events in steps:
        given(*past).when(command).then(*events)
        past += events


def test_many_contracts_become_one_of_a_fund_of_the_centre(given):
    """003 L4300-4304: คงเหลือเพียง 1 สัญญา… กองทุนเดียว (ที่เป็นสมาชิกของศูนย์)."""
    known: Given = given(*NEGOTIATING)
    after = known.when(CONSOLIDATE).after
    assert (list(after.contracts), after.owed) == (["A-2"], 1_500_000)
    known.when(changed(CONSOLIDATE, fund_id=OUTSIDE)).then_refused("fund-outside-the-centre")
    known.when(changed(CONSOLIDATE, rate_bp=1501)).then_refused("rate-above-the-law")
    known.when(changed(CONSOLIDATE, rate_bp=1201)).then_refused("rate-not-lower")
    given(*NEGOTIATING, TRANSFERRED, CONSOLIDATED).when(CONSOLIDATE).then_refused("one-contract-only")


def test_a_term_is_extended_and_a_rate_is_cut(given):
    """003 L4306, L4308."""
    extend = ExtendTerm(on=DAYS[3], by=BY, contract_no="A-1", ends_on=date(2025, 1, 1))
    extended = RepaymentTermExtended(
        on=DAYS[3], was=DebtStage.NEGOTIATING, contract_no="A-1", ends_on=date(2025, 1, 1),
        was_ends_on=date(2023, 1, 1), **SAME,
    )  # fmt: skip
    given(*NEGOTIATING).when(extend).then(extended)
    cut = CutRate(on=DAYS[3], by=BY, contract_no="A-1", rate_bp=700)
    [event] = given(*NEGOTIATING, extended).when(cut).events
    assert event == InterestRateReduced(
        on=DAYS[3], was=DebtStage.RESTRUCTURED, contract_no="A-1", rate_bp=700, was_rate_bp=1200, **SAME
    )
    known: Given = given(*NEGOTIATING, extended, event)
    assert known.when(extend).before.contracts["A-1"] == FIRST.model_copy(
        update={"ends_on": date(2025, 1, 1), "rate_bp": 700}
    )
    known.when(extend).then_refused("term-not-longer")
    known.when(cut).then_refused("rate-not-lower")
    known.when(changed(cut, rate_bp=1501)).then_refused("rate-above-the-law")
    known.when(changed(cut, contract_no="Z-9")).then_refused("no-such-contract")
    known.when(changed(extend, contract_no="Z-9")).then_refused("no-such-contract")


def test_who_was_given_materials_in_the_year_before_is_not_chosen(given):
    """R2, 003 L4348."""
    again = changed(SURVEY, on=date(2022, 11, 1))
    known: Given = given(*PAST)
    known.when(changed(SURVEY, on=DAYS[6])).then_refused("debt-case-open")
    [surveyed] = known.when(again).events
    assert surveyed == SURVEYED.model_copy(update={"on": date(2022, 11, 1), "fiscal_year": 2566})
    classified = CLASSIFIED.model_copy(update={"on": date(2022, 11, 1), "fiscal_year": 2566})
    given(*PAST, surveyed, classified).when(changed(SELECT, on=date(2022, 11, 2))).then_refused(
        "supported-the-year-before"
    )
    later = surveyed.model_copy(update={"on": date(2023, 11, 1), "fiscal_year": 2567})
    classified = CLASSIFIED.model_copy(update={"on": date(2023, 11, 1), "fiscal_year": 2567})
    assert given(*PAST, later, classified).when(changed(SELECT, on=date(2023, 11, 2))).events


@pytest.mark.parametrize("kind", [SupportKind.DURABLE, SupportKind.LOAN_CAPITAL])
def test_the_money_is_neither_lent_nor_spent_on_durable_articles(given, kind):
    """003 L4318."""
    known: Given = given(*PAST[:-1])
    wrong = (*ITEMS, SupportItem(kind=kind, value_satang=1))
    known.when(changed(SUPPORT, items=wrong)).then_refused("support-forbidden")
    known.when(changed(SUPPORT, items=())).then_refused("nothing-given")
    dear = (SupportItem(kind=SupportKind.MATERIALS, value_satang=170_001),)
    known.when(changed(SUPPORT, items=dear)).then_refused("over-budget")


def test_what_is_owed_less_is_reduced_and_nothing_is_cleared(given):
    """Derived, D_debt_otop.md §1.4."""
    known: Given = given(*PAST)
    sums = {"before_satang": 1_500_000, "after_satang": 1_000_000}
    reduced = HouseholdDebtReduced(on=DAYS[6], was=DebtStage.FOLLOWED_UP, **sums, **SAME)
    known.when(follow_up(1_000_000)).then(seen(1_000_000), reduced)
    known.when(follow_up(1_500_000)).then(seen(1_500_000))
    cleared = HouseholdDebtCleared(on=DAYS[6], was=DebtStage.FOLLOWED_UP, before_satang=1_500_000, **SAME)
    known.when(follow_up(0)).then(seen(0), cleared)
    later: Given = given(*PAST, seen(1_000_000), reduced)
    later.when(follow_up(0)).then(seen(0, was=DebtStage.REDUCED), cleared)
    known.when(follow_up(0, number="Z-9")).then_refused("balances-of-other-contracts")


def test_what_is_not_solved_when_the_year_ends_is_said(given):
    close = CloseUnresolved(on=DAYS[8], by=BY)
    [event] = given(*PAST, seen(1_500_000)).when(close).events
    assert event == HouseholdDebtUnresolvedAtPeriodEnd(
        on=DAYS[8], was=DebtStage.FOLLOWED_UP, after_satang=1_500_000, **SAME
    )
    given(*PAST, seen(1_500_000), event).when(follow_up(0)).then_refused("not-at-this-stage")
    given(*NEGOTIATING).when(close).then_refused("not-at-this-stage")


def test_a_survey_has_contracts_each_once(given):
    given().when(changed(SURVEY, contracts=())).then_refused("no-debt")
    given().when(changed(SURVEY, contracts=(FIRST, FIRST))).then_refused("contract-twice")


@pytest.mark.parametrize(
    "command", [CLASSIFY, SELECT, REGISTER, NEGOTIATE, CONSOLIDATE, PLAN, SUPPORT, follow_up(0)]
)
def test_a_household_that_nobody_surveyed_has_no_steps(given, command):
    given().when(command).then_refused("debt-case-not-found")


def test_nothing_is_dated_before_the_step_before_it_and_nobody_acts_for_another_district(given):
    given(*NEGOTIATING).when(changed(CONSOLIDATE, on=DAYS[0])).then_refused("before-previous-step")
    given(SURVEYED).when(changed(CLASSIFY, by=Actor(id="x", scopes=("5102",)))).then_refused(
        "needs-the-district"
    )
