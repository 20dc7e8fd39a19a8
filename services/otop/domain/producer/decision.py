"""What the province decides: it certifies or refuses, and revokes on the department's order (F_part4b_kpi.md §6.1 steps 5
and 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from contracts.otop import ProducerCertified, RegistrationRefused, RegistrationRevoked
from services.chassis.decider import Actor, Code, Command, Decision, Happened, Refused
from services.otop.domain.producer.application import NOT_UNDER_CHECK
from services.otop.domain.producer.state import (
    NEEDS_THE_PROVINCE,
    REASONS_NEEDED,
    TOO_EARLY,
    Producer,
    Reasons,
    Stage,
    not_for,
)


class CertifyProducer(Command):
    """จังหวัดรับรองการขึ้นทะเบียน · The province certifies

    At the province's committee meeting on `on`; and it announces it (seed 003 L6306-6307).
    """

    on: Happened
    """วันประชุมของจังหวัด · day of the province's meeting"""
    registration_number: Code
    """เลขทะเบียน · registration number"""
    announced_on: Happened
    """วันที่ประกาศ · announced on"""
    by: Actor


class RefuseRegistration(Command):
    """จังหวัดไม่รับรอง · The province refuses

    With written reasons; the producer is told by letter on `notified_on` (seed 003 L6308).
    """

    on: Happened
    """วันที่มีมติ · decided on"""
    reasons: Reasons
    """รหัสเหตุผล · codes of the reasons"""
    letter: Code
    """เลขที่หนังสือแจ้ง · number of the letter"""
    notified_on: Happened
    """วันที่ผู้ผลิตได้รับแจ้ง · producer notified on"""
    by: Actor

    def mistakes(self) -> Iterator[Refused]:
        """Never without reasons."""
        if not self.reasons:
            yield REASONS_NEEDED


class RevokeRegistration(Command):
    """เพิกถอนการขึ้นทะเบียน · Revoke a registration

    By order of the department, whose check found no OTOP producer (seed 003 L6311).
    """

    on: Happened
    """วันที่เพิกถอน · revoked on"""
    order: Code
    """เลขที่คำสั่งกรมฯ · number of the department's order"""
    reasons: Reasons
    """รหัสเหตุผล · codes of the reasons"""
    by: Actor

    def mistakes(self) -> Iterator[Refused]:
        """Never without reasons."""
        if not self.reasons:
            yield REASONS_NEEDED


NOT_REGISTERED = Refused("not-registered", "ผู้ผลิตรายนี้ไม่ได้ขึ้นทะเบียนอยู่", "This producer is not registered.")


def certify(command: CertifyProducer, state: Producer) -> Decision:
    """Whatever the district said, or where it said nothing: a skipped step is a warning (`district` in the event).

    Only the province, and nobody who recorded the application or the district's opinion.
    """
    if state.stage is not Stage.APPLIED:
        return NOT_UNDER_CHECK
    if (no := not_for(command.by, state)) is not None:
        return no
    if not state.since <= command.on <= command.announced_on:
        return TOO_EARLY
    return [certified_by(command.on, command.registration_number, command.announced_on, state)]


def refuse(command: RefuseRegistration, state: Producer) -> Decision:
    """As for certifying."""
    if state.stage is not Stage.APPLIED:
        return NOT_UNDER_CHECK
    if (no := not_for(command.by, state)) is not None:
        return no
    if not state.since <= command.on <= command.notified_on:
        return TOO_EARLY
    return [
        RegistrationRefused(
            **state.said(command.on),
            reasons=command.reasons,
            letter=command.letter,
            notified_on=command.notified_on,
            district=state.district,
            decider=command.by.id,
        )
    ]


def revoke(command: RevokeRegistration, state: Producer) -> Decision:
    """The department's order is the first of the two: any approver of the province carries it out."""
    if state.stage is not Stage.CERTIFIED:
        return NOT_REGISTERED
    if not command.by.reaches(state.area[:2]):
        return NEEDS_THE_PROVINCE
    if command.on < state.since:
        return TOO_EARLY
    return [
        RegistrationRevoked(
            **state.said(command.on),
            registration_number=state.registration_number,
            order=command.order,
            reasons=command.reasons,
            fund_id=state.fund_id,
        )
    ]


def certified_by(
    on: date, number: str, announced_on: date, state: Producer, *, on_appeal: bool = False
) -> ProducerCertified:
    """The event that registers a producer."""
    return ProducerCertified(
        **state.said(on),
        registration_number=number,
        announced_on=announced_on,
        district=state.district,
        on_appeal=on_appeal,
        fund_id=state.fund_id,
    )


def certified(state: Producer, event: ProducerCertified) -> Producer:
    """The producer after it."""
    return replace(
        state,
        stage=Stage.CERTIFIED,
        since=event.on,
        registration_number=event.registration_number,
        announced_on=event.announced_on,
        reasons=(),
    )


def refused(state: Producer, event: RegistrationRefused) -> Producer:
    """The producer after it."""
    return replace(
        state,
        stage=Stage.REFUSED,
        since=event.on,
        reasons=event.reasons,
        notified_on=event.notified_on,
        makers=state.makers | {event.decider},
    )


def revoked(state: Producer, event: RegistrationRevoked) -> Producer:
    """The producer after it."""
    return replace(state, stage=Stage.REVOKED, since=event.on, reasons=event.reasons)
