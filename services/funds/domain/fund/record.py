"""The yearly renewal of a fund's record: the CD worker reviews it, the province verifies it (seed 003 L5999, L6013)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from contracts.calendar import fiscal_year
from contracts.funds import FundRecordReviewed, FundRecordVerified
from services.chassis.decider import Actor, Command, Decision, Happened, Refused
from services.funds.domain.fund.state import TOO_EARLY, Fund, RecordCare


class ReviewFundRecord(Command):
    """ทบทวนฐานข้อมูลกองทุนประจำปี · Review the fund's record

    State that it was reviewed and corrected, and is true on `on`; the fiscal year is that of `on`.
    """

    on: Happened
    """วันที่ทบทวน · reviewed on"""
    by: Actor


class VerifyFundRecord(Command):
    """ตรวจสอบยืนยันฐานข้อมูลกองทุน · Verify the fund's record

    State that the province found the reviewed record correct.
    """

    on: Happened
    """วันที่ตรวจสอบ · verified on"""
    by: Actor


NOT_REVIEWED = Refused(
    "record-not-reviewed",
    "ฐานข้อมูลกองทุนยังไม่ได้ทบทวนในปีงบประมาณนี้",
    "The fund's record was not reviewed in this fiscal year.",
)
NEEDS_THE_PROVINCE = Refused(
    "needs-the-province",
    "การตรวจสอบฐานข้อมูลกองทุนเป็นหน้าที่ของจังหวัด",
    "It is the province that verifies a fund's record.",
    kind="forbidden",
    rule="003 L5999",
)
SECOND_PERSON = Refused(
    "needs-a-second-person",
    "ผู้ตรวจสอบต้องไม่ใช่ผู้ทบทวน",
    "Who reviewed the record cannot verify it.",
    kind="forbidden",
    rule="ARCHITECTURE §9",
)


def review(command: ReviewFundRecord, fund: Fund) -> Decision:
    """Once a year is the duty; more often is no mistake. After a verification it asks for another one."""
    care, year = fund.record, fiscal_year(command.on)
    if command.on < max(fund.on, care.reviewed_on, care.verified_on or date.min):
        return TOO_EARLY
    if command.on == care.reviewed_on and command.by.id in care.reviewers and care.verified_on is None:
        return []
    same_year = care.fiscal_year == year
    return [
        FundRecordReviewed(
            **fund.said(command.on),
            fiscal_year=year,
            reviewer=command.by.id,
            first_in_fiscal_year=not same_year,
            was_verified=same_year and care.verified_on is not None,
        )
    ]


def verify(command: VerifyFundRecord, fund: Fund) -> Decision:
    """Needs a review of the same fiscal year and somebody else, of the province. Verified already is a no-op."""
    care, year = fund.record, fiscal_year(command.on)
    if not command.by.reaches(fund.area[:2]):
        return NEEDS_THE_PROVINCE
    if care.fiscal_year != year:
        return NOT_REVIEWED
    if care.verified_on is not None:
        return []
    if command.by.id in care.reviewers:
        return SECOND_PERSON
    if command.on < care.reviewed_on:
        return TOO_EARLY
    return [
        FundRecordVerified(
            **fund.said(command.on),
            fiscal_year=year,
            reviewed_on=care.reviewed_on,
            verifier=command.by.id,
            first_in_fiscal_year=not care.verified_before,
        )
    ]


def reviewed(fund: Fund, event: FundRecordReviewed) -> Fund:
    """The fund after it."""
    care = fund.record
    same_year = care.fiscal_year == event.fiscal_year
    earlier = care.reviewers if same_year and care.verified_on is None else frozenset[str]()
    now = RecordCare(
        fiscal_year=event.fiscal_year,
        reviewed_on=event.on,
        reviewers=earlier | {event.reviewer},
        verified_before=same_year and care.verified_before,
    )
    return replace(fund, record=now)


def verified(fund: Fund, event: FundRecordVerified) -> Fund:
    """The fund after it."""
    return replace(fund, record=replace(fund.record, verified_on=event.on, verified_before=True))
