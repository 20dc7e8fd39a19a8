"""A producer's rules: the request, the district's opinion, the province's decision, the appeal, the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.funds import FundKind
from contracts.holidays import PUBLIC, read
from contracts.otop import (
    AppealDismissed,
    AppealFiled,
    AppealUpheld,
    ApplicationChannel,
    ApplicationResubmitted,
    ApplicationReturned,
    DistrictAgreed,
    DistrictNotAgreed,
    DistrictOpinion,
    ProducerApplied,
    ProducerCategory,
    ProducerCertified,
    RegistrationRefused,
    RegistrationRevoked,
)
from services.chassis.decider import Actor, Command, Refused
from services.funds.domain.fund import fund_stream
from services.otop.domain.producer import (
    PRODUCER,
    ApplyAsProducer,
    CertifyProducer,
    DismissAppeal,
    FileAppeal,
    GiveDistrictOpinion,
    RefuseRegistration,
    ResubmitApplication,
    ReturnApplication,
    RevokeRegistration,
    UpholdAppeal,
    producer_stream,
)
from services.otop.views import producer_page
from tests.specs.deciding import Given, given

AREA = "510101"
ID = producer_stream(AREA, "1/2565")
FUND_ID = fund_stream(FundKind.POVERTY, "51010101", 1)
DISTRICT = Actor(id="district-1", scopes=("5101",))
PROVINCE, GOVERNORS = Actor(id="province-1", scopes=("51",)), Actor(id="province-2", scopes=("51",))
NATION = Actor(id="department-1", scopes=("",))
APPLIED_ON = date(2022, 3, 1)
MEETING = date(2022, 3, 10)
DECIDED = date(2022, 4, 1)
NOTIFIED = date(2022, 4, 7)
"""A Thursday before Songkran: 13 to 15 April are holidays, so the fifth working day is 19 April."""
LAST_DAY = date(2022, 4, 19)
SAME: dict[str, Any] = {"area": AREA, "producer_id": ID, "category": ProducerCategory.GROUP}

APPLIED = ProducerApplied(
    on=APPLIED_ON, channel=ApplicationChannel.ONLINE, fund_id=FUND_ID, recorder="district-1", **SAME
)
AGREED = DistrictAgreed(on=MEETING, recorder="district-1", was=DistrictOpinion.NONE, **SAME)
CERTIFY = CertifyProducer(
    on=DECIDED, registration_number="51-0001", announced_on=date(2022, 4, 5), by=PROVINCE
)
CERTIFIED = ProducerCertified(
    on=DECIDED, registration_number="51-0001", announced_on=date(2022, 4, 5), district=DistrictOpinion.AGREED,
    fund_id=FUND_ID, **SAME,
)  # fmt: skip
REFUSE = RefuseRegistration(
    on=DECIDED, reasons=("not-a-producer",), letter="lp-0019/77", notified_on=NOTIFIED, by=PROVINCE
)
REFUSED = RegistrationRefused(
    on=DECIDED, reasons=("not-a-producer",), letter="lp-0019/77", notified_on=NOTIFIED,
    district=DistrictOpinion.AGREED, decider="province-1", **SAME,
)  # fmt: skip
FILE = FileAppeal(on=LAST_DAY, by=DISTRICT)
FILED = AppealFiled(on=LAST_DAY, notified_on=NOTIFIED, last_day=LAST_DAY, recorder="district-1", **SAME)
HEARD = date(2022, 5, 10)
UPHOLD = UpholdAppeal(on=HEARD, registration_number="51-0002", announced_on=HEARD, by=GOVERNORS)
DISMISS = DismissAppeal(on=HEARD, reasons=("no-production-here",), by=GOVERNORS)
REVOKE = RevokeRegistration(on=HEARD, order="d-0406/9", reasons=("not-a-producer",), by=PROVINCE)
REVOKED = RegistrationRevoked(
    on=HEARD, registration_number="51-0001", order="d-0406/9", reasons=("not-a-producer",), fund_id=FUND_ID, **SAME
)  # fmt: skip


def changed(command: Command, **by: Any) -> Command:
    return command.model_copy(update=by)


def agreed() -> Given:
    return given(PRODUCER, APPLIED, AGREED)


def refused() -> Given:
    return given(PRODUCER, APPLIED, AGREED, REFUSED)


def appealed() -> Given:
    return given(PRODUCER, APPLIED, AGREED, REFUSED, FILED)


def test_only_a_group_names_a_fund():
    apply = ApplyAsProducer(
        registration_ref="1/2565", category=ProducerCategory.GROUP, channel=ApplicationChannel.ONLINE, area=AREA,
        fund_id=FUND_ID, on=APPLIED_ON, by=DISTRICT,
    )  # fmt: skip
    given(PRODUCER).when(apply).then(APPLIED)
    given(PRODUCER).when(changed(apply, category=ProducerCategory.SME)).then_refused("fund-of-a-group-only")


def test_an_incomplete_request_goes_back_and_comes_again():
    """003 L6301 (4.1): รับคำร้องตรวจสอบความครบถ้วนถูกต้อง; that it goes back is derived."""
    back = ReturnApplication(on=MEETING, reasons=("no-photo",), by=DISTRICT)
    returned = ApplicationReturned(on=MEETING, reasons=("no-photo",), **SAME)
    given(PRODUCER, APPLIED).when(back).then(returned)
    given(PRODUCER, APPLIED, returned).when(back).then_nothing()
    given(PRODUCER, APPLIED).when(changed(back, reasons=())).then_refused("reasons-needed")
    given(PRODUCER, APPLIED, returned).when(CERTIFY).then_refused("not-under-check")
    again = ApplicationResubmitted(on=MEETING, **SAME)
    given(PRODUCER, APPLIED, returned).when(ResubmitApplication(on=MEETING, by=DISTRICT)).then(again)
    given(PRODUCER, APPLIED).when(ResubmitApplication(on=MEETING, by=DISTRICT)).then_refused("not-returned")
    void = ApplicationReturned(on=MEETING, reasons=("no-photo",), was=DistrictOpinion.AGREED, **SAME)
    given(PRODUCER, APPLIED, AGREED).when(back).then(void)
    [certified] = given(PRODUCER, APPLIED, AGREED, void, again).when(CERTIFY).events
    assert isinstance(certified, ProducerCertified)
    assert certified.district is DistrictOpinion.NONE  # what was said of the incomplete request is void


def test_the_districts_committee_agrees_or_does_not_and_may_meet_again():
    """003 L6303 (4.3): จัดการประชุมคณะกรรมการ… เพื่อพิจารณาให้ความเห็นชอบ."""
    agree = GiveDistrictOpinion(on=MEETING, agreed=True, by=DISTRICT)
    given(PRODUCER, APPLIED).when(agree).then(AGREED)
    agreed().when(agree).then_nothing()
    no = GiveDistrictOpinion(on=MEETING, agreed=False, reasons=("r1",), by=DISTRICT)
    against = DistrictNotAgreed(
        on=MEETING, reasons=("r1",), recorder="district-1", was=DistrictOpinion.NONE, **SAME
    )
    given(PRODUCER, APPLIED).when(no).then(against)
    [second] = given(PRODUCER, APPLIED, against).when(agree).events
    assert isinstance(second, DistrictAgreed)
    assert second.was is DistrictOpinion.NOT_AGREED


def test_the_province_certifies_what_the_district_agreed_to():
    """003 L6306-6307 (5.1, 5.2): พิจารณารับรองให้ขึ้นทะเบียน… ประกาศผล."""
    agreed().when(CERTIFY).then(CERTIFIED)


@pytest.mark.parametrize("opinion", [True, False, None])
def test_a_district_that_did_not_agree_or_said_nothing_blocks_nobody_and_is_told(opinion):
    """domain/README decision 8: a skipped step is a warning; 003 L6304: the district sends its outcome, either way."""
    past: list[Any] = [APPLIED]
    if opinion is not None:
        past += (
            given(PRODUCER, APPLIED).when(GiveDistrictOpinion(on=MEETING, agreed=opinion, by=DISTRICT)).events
        )
    when = given(PRODUCER, *past).when(CERTIFY)
    [event] = when.events
    assert isinstance(event, ProducerCertified)
    assert event.district == {True: "agreed", False: "not-agreed", None: "none"}[opinion]
    warned = producer_page(when.after, DECIDED)["warnings"]
    assert warned == (["district-opinion-skipped"] if opinion is None else [])


@pytest.mark.parametrize(
    ("past", "command"),
    [
        ((APPLIED, AGREED), CERTIFY),
        ((APPLIED, AGREED), REFUSE),
        ((APPLIED, AGREED, REFUSED, FILED), UPHOLD),
        ((APPLIED, AGREED, REFUSED, FILED), DISMISS),
    ],
)
def test_the_provinces_decisions_need_the_province_and_a_second_person(past, command):
    """ARCHITECTURE §9: approvals need a second person (maker and checker); 003 L6305: จังหวัด ดำเนินการ."""
    known = given(PRODUCER, *past)
    for by, code in (
        (Actor(id="somebody", scopes=("5101",)), "needs-the-province"),
        (Actor(id="somebody", scopes=("52",)), "needs-the-province"),
        (Actor(id="district-1", scopes=("51",)), "needs-a-second-person"),
    ):
        known.when(changed(command, by=by)).then_refused(code)
    assert known.when(changed(command, by=NATION)).events


def test_who_refused_does_not_decide_on_the_appeal():
    appealed().when(changed(UPHOLD, by=PROVINCE)).then_refused("needs-a-second-person")
    appealed().when(changed(DISMISS, by=PROVINCE)).then_refused("needs-a-second-person")


def test_a_refusal_has_reasons_and_the_day_on_which_the_producer_was_told():
    """003 L6308 (5.3): ทำหนังสือแจ้ง… พร้อมเหตุผลประกอบ."""
    agreed().when(REFUSE).then(REFUSED)
    agreed().when(changed(REFUSE, reasons=())).then_refused("reasons-needed")
    agreed().when(changed(REFUSE, notified_on=date(2022, 3, 31))).then_refused("before-previous-step")
    refused().when(CERTIFY).then_refused("not-under-check")


def test_an_appeal_is_in_time_until_the_fifth_working_day():
    """003 L6308: อุทธรณ์ต่อผู้ว่าราชการจังหวัด ภายใน 5 วันทำการนับแต่วันที่ได้รับการแจ้งผล."""
    refused().when(FILE).then(FILED)
    late = refused().when(changed(FILE, on=LAST_DAY + timedelta(days=1)))
    late.then_refused("appeal-late")
    assert getattr(late.decision, "rule", "") == "003 L6308"
    refused().when(changed(FILE, on=NOTIFIED - timedelta(days=1))).then_refused("before-previous-step")
    agreed().when(FILE).then_refused("nothing-to-appeal")
    appealed().when(FILE).then_refused("nothing-to-appeal")


def test_a_year_without_known_holidays_is_said_to_be_one():
    told = REFUSED.model_copy(update={"on": date(2035, 3, 1), "notified_on": date(2035, 3, 1)})
    known = given(PRODUCER, APPLIED, told)
    known.when(changed(FILE, on=date(2035, 3, 2))).then_refused("holidays-unknown")
    page = producer_page(known.when(FILE).before, date(2035, 3, 2))
    assert page["appeal"] == {"notified_on": date(2035, 3, 1), "last_day": None, "window": "unknown"}


@pytest.mark.parametrize(("day", "window"), [(LAST_DAY, "open"), (LAST_DAY + timedelta(days=1), "over")])
def test_whether_the_window_is_open_depends_on_the_day(day, window):
    page = producer_page(refused().when(FILE).before, day)
    assert page["appeal"] == {"notified_on": NOTIFIED, "last_day": LAST_DAY, "window": window}
    used = producer_page(appealed().when(UPHOLD).before, day)
    assert used["appeal"]["window"] == "used"


def test_an_upheld_appeal_registers_the_producer():
    """The outcome of an appeal is not printed; derived (F_part4b_kpi.md §6.4)."""
    upheld, certified = appealed().when(UPHOLD).events
    assert isinstance(upheld, AppealUpheld)
    assert isinstance(certified, ProducerCertified)
    assert (certified.on_appeal, certified.registration_number, certified.fund_id) == (
        True,
        "51-0002",
        FUND_ID,
    )
    after = given(PRODUCER, APPLIED, AGREED, REFUSED, FILED, upheld, certified)
    after.when(FILE).then_refused("nothing-to-appeal")
    assert after.when(REVOKE).events


def test_a_dismissed_appeal_leaves_the_refusal():
    [dismissed] = appealed().when(DISMISS).events
    assert isinstance(dismissed, AppealDismissed)
    appealed().when(changed(DISMISS, reasons=())).then_refused("reasons-needed")
    refused().when(DISMISS).then_refused("no-appeal")
    refused().when(UPHOLD).then_refused("no-appeal")
    after = given(PRODUCER, APPLIED, AGREED, REFUSED, FILED, dismissed)
    for command in (FILE, CERTIFY, REFUSE, UPHOLD, DISMISS, REVOKE):
        assert isinstance(after.when(command).decision, Refused)


def test_the_province_revokes_on_the_departments_order():
    """003 L6311 (6.1): กรมการพัฒนาชุมชน จะแจ้งให้จังหวัดดำเนินการเพิกถอน."""
    known = given(PRODUCER, APPLIED, AGREED, CERTIFIED)
    known.when(REVOKE).then(REVOKED)
    known.when(changed(REVOKE, by=Actor(id="x", scopes=("5101",)))).then_refused("needs-the-province")
    known.when(changed(REVOKE, reasons=())).then_refused("reasons-needed")
    known.when(changed(REVOKE, on=date(2022, 3, 1))).then_refused("before-previous-step")
    agreed().when(REVOKE).then_refused("not-registered")
    given(PRODUCER, APPLIED, AGREED, CERTIFIED, REVOKED).when(REVOKE).then_refused("not-registered")


def test_nothing_is_dated_before_the_step_before_it():
    given(PRODUCER, APPLIED).when(
        ReturnApplication(on=date(2022, 2, 1), reasons=("r",), by=DISTRICT)
    ).then_refused("before-previous-step")
    agreed().when(changed(CERTIFY, on=date(2022, 3, 9))).then_refused("before-previous-step")
    agreed().when(changed(CERTIFY, announced_on=date(2022, 3, 31))).then_refused("before-previous-step")
    appealed().when(changed(UPHOLD, on=NOTIFIED)).then_refused("before-previous-step")
    appealed().when(changed(DISMISS, on=NOTIFIED)).then_refused("before-previous-step")


@pytest.mark.parametrize("command", [CERTIFY, REFUSE, FILE, UPHOLD, DISMISS, REVOKE])
def test_a_producer_that_never_applied_has_no_steps(command):
    given(PRODUCER).when(command).then_refused("producer-not-found")


def test_an_application_from_before_recorders_were_kept_keeps_nobody_from_deciding():
    old = APPLIED.model_copy(update={"recorder": "", "fund_id": None})
    assert given(PRODUCER, old).when(CERTIFY).events


def test_the_holidays_are_those_of_the_years_that_are_whole():
    assert {day.year for day in PUBLIC.days} == PUBLIC.years
    assert date(2022, 4, 13) in PUBLIC.days
    assert [day for day in PUBLIC.days if day.weekday() > 4] == []
    with pytest.raises(ValueError, match="another year"):
        read('{"years": {"2022": ["2021-01-01"]}}')
