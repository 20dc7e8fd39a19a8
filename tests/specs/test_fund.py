"""A fund's rules: its level and upgrades, plans for what failed, the yearly renewal, terms, producer groups."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from contracts.fund_levels import SCALES
from contracts.funds import (
    DevelopmentPlanPrepared,
    FundCommitteeRenewed,
    FundEstablished,
    FundKind,
    FundLevel,
    FundLevelAssessed,
    FundRecordReviewed,
    FundRecordVerified,
    ProducerGroupLinked,
    ProducerGroupUnlinked,
)
from services.chassis.decider import Actor
from services.funds.domain.fund import (
    FUND,
    AssessFundLevel,
    LinkProducerGroup,
    PrepareDevelopmentPlan,
    RenewFundCommittee,
    ReviewFundRecord,
    UnlinkProducerGroup,
    VerifyFundRecord,
    fund_stream,
)
from services.funds.views import fund_page
from tests.specs.deciding import given

VILLAGE = "51010101"
FUND_ID = fund_stream(FundKind.POVERTY, VILLAGE, 1)
PRODUCER = "producer:00000000-0000-5000-8000-000000000001"
MAY, JUNE, JULY, AUGUST = (date(2022, month, 15) for month in (5, 6, 7, 8))
WORKER = Actor(id="worker-1", scopes=("5101",))
PROVINCE = Actor(id="province-1", scopes=("51",))


def fund_of(kind: FundKind = FundKind.POVERTY) -> FundEstablished:
    return FundEstablished(
        area=VILLAGE, on=date(2021, 10, 1), fund_id=FUND_ID, kind=kind, number=1, name_th="กองทุน"
    )


def assess(level: str = "1", on: date = MAY, **changed) -> AssessFundLevel:
    told = {"passed": ("KKJ-01",), "failed": (), "by": WORKER, "form_version": "example-1"}
    return AssessFundLevel(on=on, level=FundLevel(level), database_fiscal_year=2564, **{**told, **changed})


def assessed(
    *commands: AssessFundLevel | PrepareDevelopmentPlan, kind: FundKind = FundKind.POVERTY
) -> list[Any]:
    """The fund's events after these commands."""
    events: list[Any] = [fund_of(kind)]
    for command in commands:
        events += given(FUND, *events).when(command).events
    return events


def levels(*commands: AssessFundLevel, kind: FundKind = FundKind.POVERTY) -> list[FundLevelAssessed]:
    return assessed(*commands, kind=kind)[1:]


def test_a_first_assessment_records_the_level_as_given_and_is_no_upgrade():
    """003 L6001: ประเมินศักยภาพ… ตามฐานข้อมูลประจำปีงบประมาณ พ.ศ. 2564; the rule of the levels is not printed."""
    given(FUND, fund_of()).when(assess("2")).then(
        FundLevelAssessed(
            area=VILLAGE, on=MAY, fund_id=FUND_ID, kind=FundKind.POVERTY, fiscal_year=2565, database_fiscal_year=2564,
            form_version="example-1", level=FundLevel.TWO, was_level=None, passed=("KKJ-01",), failed=(),
            assessor="worker-1", counts_as_upgrade=False, eligible=True, was_eligible=None, budgeted=False,
            upgraded_before=False,
        )
    )  # fmt: skip


@pytest.mark.parametrize(("was", "now"), [("1", "2"), ("2", "3")])
@pytest.mark.parametrize("kind", [FundKind.POVERTY, FundKind.SAVINGS])
def test_one_step_up_counts(kind, was, now):
    """003 L6025 and L6149: ยกระดับกองทุน จากระดับ 1 เป็นระดับ 2 หรือ จากระดับ 2 เป็นระดับ 3."""
    first, second = levels(assess(was), assess(now, JULY), kind=kind)
    assert (first.counts_as_upgrade, second.counts_as_upgrade) == (False, True)
    assert (second.was_level, second.level) == (was, now)


def test_a_jump_from_1_to_3_is_recorded_and_does_not_count():
    """003 L6025 names single steps only; what counts is data (`contracts/fund_levels.py`)."""
    *_, jump = levels(assess("1"), assess("3", JULY))
    assert (jump.level, jump.was_level, jump.counts_as_upgrade) == (FundLevel.THREE, FundLevel.ONE, False)
    assert (FundLevel.ONE, FundLevel.THREE) not in SCALES[FundKind.POVERTY].counted


def test_a_mother_fund_goes_from_c_to_a_at_once():
    """003 L5426: C→A is named for the Mother-of-the-Land fund."""
    *_, jump = levels(assess("C"), assess("A", JULY), kind=FundKind.MOTHER)
    assert jump.counts_as_upgrade
    *_, beyond = levels(assess("B"), assess("LC", JULY), kind=FundKind.MOTHER)
    assert not beyond.counts_as_upgrade


def test_a_fund_counts_once_a_fiscal_year():
    """003 L6025: the target is a number of funds (ไม่น้อยกว่า 1,377 กองทุน), not of steps."""
    counted = [e.counts_as_upgrade for e in levels(assess("1"), assess("2", JUNE), assess("3", JULY))]
    assert counted == [False, True, False]
    counted = [e.counts_as_upgrade for e in levels(assess("1"), assess("2"), assess("3", date(2022, 10, 1)))]
    assert counted == [False, True, True]


def test_a_level_that_falls_back_in_the_same_year_takes_its_upgrade_back():
    events = levels(assess("1"), assess("2", JUNE), assess("1", JULY), assess("2", AUGUST))
    assert [(e.counts_as_upgrade, e.takes_back_upgrade) for e in events] == [
        (False, False), (True, False), (False, True), (True, False),
    ]  # fmt: skip
    later = levels(assess("1"), assess("2", JUNE), assess("1", date(2022, 10, 1)))[-1]
    assert not later.takes_back_upgrade


def test_the_base_of_the_target_is_funds_without_budget_and_without_an_upgrade_in_two_years():
    """003 L6025: ที่ไม่ได้รับงบประมาณ…ปีงบประมาณ พ.ศ. 2565 และยังไม่ผ่านการยกระดับในปีงบประมาณ พ.ศ. 2563 – 2564."""
    [event], [budgeted], [before] = (
        levels(assess()),
        levels(assess(budgeted=True)),
        levels(assess(upgraded_before=True)),
    )
    assert (event.eligible, budgeted.eligible, before.eligible) == (True, False, False)


def test_an_upgrade_that_is_known_here_keeps_a_fund_out_of_the_base_for_two_years():
    years = [date(2022 + n, 5, 1) for n in range(4)]
    events = levels(assess("1", years[0]), assess("2", years[0]), *(assess("2", day) for day in years[1:]))
    assert [(e.upgraded_before, e.eligible) for e in events] == [
        (False, True), (False, True), (True, False), (True, False), (False, True),
    ]  # fmt: skip


def test_what_the_base_counted_before_in_the_year_is_said_so_that_sums_need_no_look_up():
    first, second, third = levels(
        assess("1"), assess("2", JULY, budgeted=True), assess("2", date(2022, 10, 2))
    )
    assert [(e.was_eligible, e.eligible) for e in (first, second)] == [(None, True), (True, False)]
    assert third.was_eligible is None


def test_the_same_assessment_twice_is_one():
    events = assessed(assess("1"), assess("2"))
    given(FUND, *events).when(assess("2")).then_nothing()
    year_after = date(2023, 5, 1)
    repeated = assess("2", year_after)
    given(FUND, *events, *given(FUND, *events).when(repeated).events).when(repeated).then_nothing()


def test_an_assessment_that_cannot_be_is_refused():
    known = given(FUND, *assessed(assess("1", JUNE)))
    known.when(assess("2", MAY)).then_refused("before-previous-step")
    known.when(assess("A", JULY)).then_refused("level-of-another-scale")
    known.when(assess("2", JULY, failed=("KKJ-01",))).then_refused("indicator-twice")
    known.when(assess("2", JULY).model_copy(update={"database_fiscal_year": 2566})).then_refused(
        "database-of-a-later-year"
    )
    given(FUND, fund_of()).when(assess(on=date(2021, 9, 30))).then_refused("before-previous-step")
    given(FUND, fund_of(FundKind.WOMEN)).when(assess()).then_refused("fund-has-no-level-scale")
    given(FUND).when(assess()).then_refused("fund-not-found")


FAILED = assess("1", failed=("KKJ-03", "KKJ-02"))
PLAN = PrepareDevelopmentPlan(on=JUNE, indicators=("KKJ-02",))


def test_every_failed_indicator_needs_a_plan():
    """003 L6001, L6123: จัดทำแผนการพัฒนาตามตัวชี้วัดที่ไม่ผ่านเกณฑ์."""
    events = assessed(FAILED)
    given(FUND, *events).when(PLAN).then(
        DevelopmentPlanPrepared(
            area=VILLAGE, on=JUNE, fund_id=FUND_ID, kind=FundKind.POVERTY, fiscal_year=2565,
            indicators=("KKJ-02",), without_plan=("KKJ-03",),
        )
    )  # fmt: skip
    given(FUND, *assessed(FAILED, PLAN)).when(PLAN).then_nothing()


def test_a_missing_plan_is_a_warning_and_never_a_block():
    """domain/README decision 8: a skipped step is a warning."""
    *_, again = levels(FAILED, assess("2", JULY))
    assert (again.without_plan, again.counts_as_upgrade) == (("KKJ-02", "KKJ-03"), True)
    events = assessed(FAILED, PLAN)
    state = given(FUND, *events[:-1]).when(PLAN).after
    assert "failed-without-plan" in fund_page(state, JUNE)["warnings"]
    [event] = given(FUND, *events).when(assess("2", JULY, failed=("KKJ-02",))).events
    assert isinstance(event, FundLevelAssessed)
    assert event.without_plan == ("KKJ-03",)


def test_a_plan_holds_until_its_indicator_passes_or_the_year_ends():
    events = assessed(FAILED, PLAN, assess("1", JULY, failed=("KKJ-02",)))
    given(FUND, *events).when(PLAN.model_copy(update={"on": JULY})).then_nothing()
    next_year = assess("1", date(2022, 11, 1), failed=("KKJ-02",))
    events = assessed(FAILED, PLAN, next_year)
    assert given(FUND, *events).when(PLAN.model_copy(update={"on": date(2022, 11, 2)})).events


def test_a_plan_for_what_did_not_fail_is_refused():
    given(FUND, fund_of()).when(PLAN).then_refused("fund-not-assessed")
    known = given(FUND, *assessed(FAILED))
    known.when(PLAN.model_copy(update={"indicators": ("KKJ-01",)})).then_refused("indicator-did-not-fail")
    known.when(PLAN.model_copy(update={"on": date(2022, 5, 1)})).then_refused("before-previous-step")


def reviewed(on: date = JULY, *, reviewer: str = "worker-1", **changed) -> FundRecordReviewed:
    told = {"fiscal_year": 2565, "first_in_fiscal_year": True, **changed}
    return FundRecordReviewed(
        area=VILLAGE, on=on, fund_id=FUND_ID, kind=FundKind.POVERTY, reviewer=reviewer, **told
    )


def verified(**changed) -> FundRecordVerified:
    told = {"on": AUGUST, "first_in_fiscal_year": True, **changed}
    return FundRecordVerified(
        area=VILLAGE, fund_id=FUND_ID, kind=FundKind.POVERTY, fiscal_year=2565, reviewed_on=JULY,
        verifier="province-1", **told,
    )  # fmt: skip


VERIFY = VerifyFundRecord(on=AUGUST, by=PROVINCE)


def test_the_worker_reviews_and_the_province_verifies_once_a_year():
    """003 L6013: ปีละ 1 ครั้ง ภายในเดือนกรกฎาคม 2565; L5999: ปีละ 1 ครั้ง ภายในเดือนสิงหาคม 2565."""
    given(FUND, fund_of()).when(ReviewFundRecord(on=JULY, by=WORKER)).then(reviewed())
    given(FUND, fund_of(), reviewed()).when(VERIFY).then(verified())
    given(FUND, fund_of(), reviewed(), verified()).when(VERIFY).then_nothing()
    given(FUND, fund_of(), reviewed()).when(ReviewFundRecord(on=JULY, by=WORKER)).then_nothing()


def test_who_reviewed_cannot_verify_and_the_district_cannot():
    """ARCHITECTURE §9 (maker and checker); 003 L5999 is in the province's list."""
    known = given(FUND, fund_of(), reviewed(reviewer="province-1"), reviewed(date(2022, 7, 20)))
    known.when(VERIFY).then_refused("needs-a-second-person")
    given(FUND, fund_of(), reviewed()).when(
        VerifyFundRecord(on=AUGUST, by=Actor(id="other", scopes=("5101",)))
    ).then_refused("needs-the-province")


def test_nothing_is_verified_that_was_not_reviewed_in_the_year():
    given(FUND, fund_of()).when(VERIFY).then_refused("record-not-reviewed")
    later = VerifyFundRecord(on=date(2022, 10, 1), by=PROVINCE)
    given(FUND, fund_of(), reviewed()).when(later).then_refused("record-not-reviewed")
    early = VerifyFundRecord(on=MAY, by=PROVINCE)
    given(FUND, fund_of(), reviewed()).when(early).then_refused("before-previous-step")


def test_a_review_after_the_verification_asks_for_another_one():
    [again] = (
        given(FUND, fund_of(), reviewed(), verified()).when(ReviewFundRecord(on=AUGUST, by=WORKER)).events
    )
    assert again == reviewed(AUGUST, first_in_fiscal_year=False, was_verified=True)
    [second] = given(FUND, fund_of(), reviewed(), verified(), again).when(VERIFY).events
    assert isinstance(second, FundRecordVerified)
    assert not second.first_in_fiscal_year
    given(FUND, fund_of(), reviewed(), verified()).when(ReviewFundRecord(on=JULY, by=WORKER)).then_refused(
        "before-previous-step"
    )


def test_the_record_is_stale_again_in_the_next_fiscal_year():
    state = given(FUND, fund_of(), reviewed()).when(VERIFY).after
    page = fund_page(state, date(2022, 9, 30))
    assert (page["stage"], page["record"]["status"], page["warnings"]) == ("renewed", "verified", [])
    page = fund_page(state, date(2022, 10, 1))
    assert (page["stage"], page["record"]["status"], page["warnings"]) == (
        "established", "stale", ["record-stale"],
    )  # fmt: skip


TERM = RenewFundCommittee(on=JUNE, term_start=date(2022, 7, 1), term_end=date(2024, 6, 30))


def test_a_committees_term_is_renewed_and_says_what_it_follows():
    """003 L6015: ทบทวนวาระการดำรงตำแหน่งของคณะกรรมการ กข.คจ. หมู่บ้าน."""
    [first] = given(FUND, fund_of()).when(TERM).events
    assert isinstance(first, FundCommitteeRenewed)
    assert first.was_term_end is None
    next_term = RenewFundCommittee(on=JULY, term_start=date(2024, 7, 1), term_end=date(2026, 6, 30))
    [second] = given(FUND, fund_of(), first).when(next_term).events
    assert isinstance(second, FundCommitteeRenewed)
    assert second.was_term_end == date(2024, 6, 30)
    given(FUND, fund_of(), first).when(TERM).then_nothing()
    given(FUND, fund_of(), first, second).when(TERM).then_refused("term-before-the-known-one")


def test_a_term_that_cannot_be_is_refused():
    known = given(FUND, fund_of())
    known.when(TERM.model_copy(update={"term_end": date(2022, 6, 30)})).then_refused(
        "term-ends-before-it-starts"
    )
    known.when(TERM.model_copy(update={"on": date(2021, 9, 30)})).then_refused("before-previous-step")


@pytest.mark.parametrize(
    ("day", "status"),
    [(date(2022, 6, 30), "coming"), (date(2022, 7, 1), "active"), (date(2024, 6, 30), "active"),
     (date(2024, 7, 1), "expired")],
)  # fmt: skip
def test_whether_a_term_is_over_depends_on_the_day(day, status):
    state = given(FUND, fund_of()).when(TERM).after
    page = fund_page(state, day)
    assert page["committee"]["status"] == status
    assert ("committee-term-expired" in page["warnings"]) is (status == "expired")


LINK = LinkProducerGroup(producer_id=PRODUCER, area="510102", on=JULY)
LINKED = ProducerGroupLinked(
    area=VILLAGE, on=JULY, fund_id=FUND_ID, kind=FundKind.POVERTY, producer_id=PRODUCER
)


def test_a_producer_group_of_the_district_is_linked_once_and_unlinked_once():
    given(FUND, fund_of()).when(LINK).then(LINKED)
    given(FUND, fund_of(), LINKED).when(LINK).then_nothing()
    unlink = UnlinkProducerGroup(producer_id=PRODUCER, on=AUGUST)
    given(FUND, fund_of()).when(unlink).then_nothing()
    [gone] = given(FUND, fund_of(), LINKED).when(unlink).events
    assert isinstance(gone, ProducerGroupUnlinked)
    given(FUND, fund_of(), LINKED, gone).when(unlink).then_nothing()


def test_a_fund_that_is_not_there_or_lies_elsewhere_takes_no_group():
    given(FUND).when(LINK).then_refused("fund-not-found")
    given(FUND, fund_of()).when(LINK.model_copy(update={"area": "510201"})).then_refused(
        "fund-of-another-district"
    )
