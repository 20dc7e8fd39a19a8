"""A membership of a volunteer network: applied, registered, card issued, confirmed current, left (G_networks.md §1.3).

By hand and no table: a row of a register takes three dated steps in one, is known whatever has happened since, and who has
left is in nobody's area.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

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
    Command,
    Decision,
    Happened,
    Key,
    Personal,
    Refused,
    Sealed,
    aggregate_of,
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
    """รับเข้าจากทะเบียนเดิม · Take over a row of the register

    Take over one row of an existing register: applied, registered and card in one step. Known rows change nothing."""

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


def apply(command: Apply, state: Membership) -> Decision:
    """Who has left begins anew."""
    if state.status in (Status.APPLIED, Status.REGISTERED):
        return MEMBER_ALREADY
    return TOO_EARLY if command.on < state.since else [_applied(command, command.on)]


def take_over(command: EnterFromRegister, state: Membership) -> Decision:
    """A row that is known changes nothing, whatever has happened since."""
    if state.status in (Status.APPLIED, Status.REGISTERED):
        known = state.status is Status.REGISTERED and state.area == command.area
        return [] if known else MEMBER_ALREADY
    days = (state.since, command.applied_on, command.registered_on, command.card_issued_on or date.max)
    if list(days) != sorted(days):
        return TOO_EARLY
    new = _applied(command, command.applied_on)
    state = applied(state, new)
    card = [_card(state, command.card_issued_on, command.card_number)] if command.card_issued_on else []
    return [new, _registered(state, command.registered_on, command.cohort), *card]


def register(command: Register, state: Membership) -> Decision:
    """An applicant."""
    if command.on < state.since:
        return TOO_EARLY
    return [_registered(state, command.on, command.cohort)] if state.status is Status.APPLIED else NOT_APPLIED


def issue_card(command: IssueCard, state: Membership) -> Decision:
    """To a member."""
    return _no_step(command, state) or [_card(state, command.on, command.card_number)]


def confirm(command: ConfirmCurrent, state: Membership) -> Decision:
    """Of a member."""
    return _no_step(command, state) or [MembershipConfirmedCurrent(**_which(state, command.on))]


def leave(command: Leave, state: Membership) -> Decision:
    """The reason is sealed."""
    if (no := _no_step(command, state)) is not None:
        return no
    left = MembershipLeft(**_which(state, command.on), person_id=state.person_id, cohort=state.cohort)
    return [Sealed(left, state.person_id, {"reason": command.reason}) if command.reason else left]


def _no_step(command: IssueCard | ConfirmCurrent | Leave, state: Membership) -> Refused | None:
    """Why it is no step of a member."""
    if command.on < state.since:
        return TOO_EARLY
    return None if state.status is Status.REGISTERED else NOT_MEMBER


def _applied(command: Apply | EnterFromRegister, on: date) -> MembershipApplied:
    said = command.model_dump(include={"area", "person_id", "network", "generated"})
    return MembershipApplied(**said, on=on, membership_id=command.stream)


def _which(state: Membership, on: date) -> Mapping[str, Any]:
    return {"area": state.area, "on": on, "membership_id": state.membership_id, "network": state.network}


def _registered(state: Membership, on: date, cohort: Cohort) -> MembershipRegistered:
    who = {"person_id": state.person_id, "generated": state.generated}
    return MembershipRegistered(**_which(state, on), **who, cohort=cohort)


def _card(state: Membership, on: date, number: str) -> Sealed:
    return Sealed(MemberCardIssued(**_which(state, on)), state.person_id, {"card_number": number})


def applied(_: Membership, event: MembershipApplied) -> Membership:
    """Anew."""
    told = event.model_dump(include={"membership_id", "person_id", "network", "area", "generated"})
    return Membership(**told, status=Status.APPLIED, since=event.on)


def registered(state: Membership, event: MembershipRegistered) -> Membership:
    """A member."""
    return replace(state, status=Status.REGISTERED, cohort=event.cohort, since=event.on)


def carded(state: Membership, event: MemberCardIssued) -> Membership:
    """With a card."""
    return replace(state, carded=True, since=event.on)


def confirmed(state: Membership, event: MembershipConfirmedCurrent) -> Membership:
    """True on that day."""
    return replace(state, since=event.on)


def gone(state: Membership, event: MembershipLeft) -> Membership:
    """A member no more."""
    return replace(state, status=Status.LEFT, since=event.on)


MEMBERSHIP = aggregate_of(
    "membership",
    Membership(),
    absent=NOT_FOUND,
    # Who has left may join elsewhere: then the new area's officer decides.
    area=lambda membership: None if membership.status is Status.LEFT else membership.area,
    decides=(apply, take_over, register, issue_card, confirm, leave),
    evolves=(applied, registered, carded, confirmed, gone),
)
