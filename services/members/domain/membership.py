"""A membership of a volunteer network: applied, registered, card issued, confirmed current, left (G_networks.md §1.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, assert_never

from pydantic import Field, StringConstraints

from contracts.areas import AreaCode
from contracts.ids import id_pattern, stream_id
from contracts.members import (
    Cohort,
    MemberCardIssued,
    MembershipApplied,
    MembershipConfirmedCurrent,
    MembershipLeft,
    MembershipRegistered,
    Network,
)
from services.chassis.decider import (
    Aggregate,
    Command,
    Decision,
    Happened,
    Key,
    Personal,
    Refused,
    Sealed,
)

PersonId = Annotated[str, StringConstraints(pattern=id_pattern("person"))]
CardNumber = Annotated[str, Field(max_length=40), Personal()]


class MembershipKey(Key):
    """สมาชิกภาพ · A membership"""

    person_id: PersonId
    """บุคคล · person"""
    network: Network = Network.TSM
    """เครือข่าย · network"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return membership_stream(self.network, self.person_id)


class Apply(MembershipKey, Command):
    """สมัครเป็นสมาชิกเครือข่าย · Apply for membership

    To a network in a village (การรับสมัครสมาชิก, seed 000 §4.1(3)).
    """

    area: AreaCode
    """หมู่บ้าน · village"""
    on: Happened
    """วันที่สมัคร · applied on"""
    generated: bool = False
    """เป็นบุคคลสมมุติ · generated person"""


class Register(Command):
    """ขึ้นทะเบียนสมาชิก · Register a member

    Enter an applicant into the member register (ทะเบียนสมาชิก).
    """

    on: Happened
    """วันขึ้นทะเบียน · registered on"""
    cohort: Cohort = Cohort.NEW
    """สมาชิกเก่าหรือใหม่ · old or new member"""


class IssueCard(Command):
    """ออกบัตรประจำตัวสมาชิก · Issue a card

    The member's card (บัตรประจำตัว ทสม.); again when it is replaced. The number is personal.
    """

    on: Happened
    """วันออกบัตร · issued on"""
    card_number: CardNumber = Field(min_length=1)
    """เลขบัตรประจำตัว · card number"""


class ConfirmCurrent(Command):
    """ยืนยันข้อมูลเป็นปัจจุบัน · Confirm as current

    State that the entry was checked and is true on `on` (เป็นปัจจุบัน, seed 000 §9.1(2)).
    """

    on: Happened
    """วันที่ตรวจสอบ · checked on"""


class Leave(Command):
    """พ้นจากสมาชิกภาพ · Leave

    End the membership. The reason is personal; it is sealed.
    """

    on: Happened
    """วันที่พ้น · left on"""
    reason: Annotated[str, Field(max_length=200), Personal()] = ""
    """เหตุผล · reason"""


class EnterFromRegister(MembershipKey, Command):
    """Take over one row of an existing register: applied, registered and card in one step. Known rows change nothing."""

    area: AreaCode
    applied_on: date
    registered_on: date
    cohort: Cohort
    card_number: CardNumber = ""
    card_issued_on: date | None = None
    generated: bool = False


class Status(StrEnum):
    """Where a membership is. A card and a confirmation are facts of a registered one, not states of their own."""

    NONE = "none"
    APPLIED = "applied"
    REGISTERED = "registered"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Membership:
    """The membership of one person in one network; a new application after leaving starts it anew."""

    membership_id: str = ""
    person_id: str = ""
    network: Network = Network.TSM
    area: str = ""
    status: Status = Status.NONE
    cohort: Cohort = Cohort.NEW
    since: date = date.min
    """The date of the last step; nothing later may be dated before it."""
    carded: bool = False
    generated: bool = False


def membership_stream(network: Network, person_id: str) -> str:
    """One membership a person and network."""
    return stream_id("membership", network, person_id)


NOT_FOUND = Refused("membership-not-found", "ไม่พบสมาชิกภาพนี้", "There is no such membership.", kind="missing")
MEMBER_ALREADY = Refused("member-already", "เป็นสมาชิกหรือสมัครไว้แล้ว", "Is a member or an applicant already.")
NOT_APPLIED = Refused("not-an-applicant", "ไม่ได้อยู่ระหว่างสมัคร", "Is not an applicant.")
NOT_MEMBER = Refused("not-a-member", "ไม่ได้เป็นสมาชิกในทะเบียน", "Is not a registered member.")
TOO_EARLY = Refused(
    "before-previous-step",
    "วันที่นี้อยู่ก่อนขั้นตอนก่อนหน้า",
    "This date is before the step that comes first.",
    kind="invalid",
)


def decide(
    command: Apply | Register | IssueCard | ConfirmCurrent | Leave | EnterFromRegister, state: Membership
) -> Decision:
    """See each command; a repeated step that is so already is a no-op or a refusal, never a second event."""
    match command:
        case Apply() | EnterFromRegister():
            return _enter(command, state)
        case _ if state.status is Status.NONE:
            return NOT_FOUND
        case _ if command.on < state.since:
            return TOO_EARLY
        case Register():
            return (
                [_registered(state, command.on, command.cohort)]
                if state.status is Status.APPLIED
                else NOT_APPLIED
            )
        case _ if state.status is not Status.REGISTERED:
            return NOT_MEMBER
        case IssueCard():
            return [_card(state, command.on, command.card_number)]
        case ConfirmCurrent():
            return [
                MembershipConfirmedCurrent(
                    area=state.area, on=command.on, membership_id=state.membership_id, network=state.network
                )
            ]
        case Leave():
            left = MembershipLeft(
                area=state.area,
                on=command.on,
                membership_id=state.membership_id,
                person_id=state.person_id,
                network=state.network,
                cohort=state.cohort,
            )
            return [Sealed(left, state.person_id, {"reason": command.reason}) if command.reason else left]
        case _:
            assert_never(command)


def _enter(command: Apply | EnterFromRegister, state: Membership) -> Decision:
    on = command.on if isinstance(command, Apply) else command.applied_on
    if state.status in (Status.APPLIED, Status.REGISTERED):
        if (
            isinstance(command, EnterFromRegister)
            and state.status is Status.REGISTERED
            and state.area == command.area
        ):
            return []
        return MEMBER_ALREADY
    if on < state.since:
        return TOO_EARLY
    applied = MembershipApplied(
        area=command.area,
        on=on,
        membership_id=command.stream,
        person_id=command.person_id,
        network=command.network,
        generated=command.generated,
    )
    if isinstance(command, Apply):
        return [applied]
    if command.registered_on < on or (command.card_issued_on or date.max) < command.registered_on:
        return TOO_EARLY
    state = evolve(state, applied)
    card = [_card(state, command.card_issued_on, command.card_number)] if command.card_issued_on else []
    return [applied, _registered(state, command.registered_on, command.cohort), *card]


def _registered(state: Membership, on: date, cohort: Cohort) -> MembershipRegistered:
    return MembershipRegistered(
        area=state.area,
        on=on,
        membership_id=state.membership_id,
        person_id=state.person_id,
        network=state.network,
        cohort=cohort,
        generated=state.generated,
    )


def _card(state: Membership, on: date, number: str) -> Sealed:
    issued = MemberCardIssued(
        area=state.area, on=on, membership_id=state.membership_id, network=state.network
    )
    return Sealed(issued, state.person_id, {"card_number": number})


def evolve(
    state: Membership,
    event: MembershipApplied
    | MembershipRegistered
    | MemberCardIssued
    | MembershipConfirmedCurrent
    | MembershipLeft,
) -> Membership:
    """The membership after the event."""
    match event:
        case MembershipApplied():
            return Membership(
                membership_id=event.membership_id,
                person_id=event.person_id,
                network=event.network,
                area=event.area,
                status=Status.APPLIED,
                since=event.on,
                generated=event.generated,
            )
        case MembershipRegistered():
            return replace(state, status=Status.REGISTERED, cohort=event.cohort, since=event.on)
        case MemberCardIssued():
            return replace(state, carded=True, since=event.on)
        case MembershipConfirmedCurrent():
            return replace(state, since=event.on)
        case MembershipLeft():
            return replace(state, status=Status.LEFT, since=event.on)
        case _:
            assert_never(event)


MEMBERSHIP = Aggregate(
    name="membership",
    initial=Membership(),
    decide=decide,
    evolve=evolve,
    events=frozenset(
        {
            MembershipApplied,
            MembershipRegistered,
            MemberCardIssued,
            MembershipConfirmedCurrent,
            MembershipLeft,
        }
    ),
    # Who has left may join elsewhere: then the new area's officer decides.
    area=lambda membership: None if membership.status is Status.LEFT else membership.area,
    absent=NOT_FOUND,
)
