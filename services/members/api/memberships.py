"""Memberships over HTTP: apply, register, issue a card, confirm, leave; and the register by area."""

from __future__ import annotations

from contracts.members import Network
from services.chassis.access import Caller, Role
from services.chassis.decider import CitizenNumber, Key, Refused
from services.chassis.desk import Stream
from services.chassis.http import Part
from services.chassis.service import Parts
from services.members.api.areas import register_of
from services.members.api.persons import person_stream
from services.members.api.table import desk
from services.members.domain.membership import (
    MEMBERSHIP,
    Apply,
    ConfirmCurrent,
    IssueCard,
    Leave,
    Register,
    membership_stream,
)
from services.members.domain.person import FORGOTTEN, PERSON, Person
from services.members.domain.person import NOT_FOUND as NO_PERSON


class Member(Key):
    """สมาชิก · A member"""

    citizen_id: CitizenNumber
    """เลขประจำตัวประชาชน · citizen number"""
    network: Network = Network.TSM
    """เครือข่าย · network"""


def membership_of(member: Member, parts: Part[Parts]) -> str:
    """The membership of the person with this citizen number."""
    return membership_stream(member.network, person_stream(parts, member.citizen_id))


async def in_register(apply: Apply, parts: Part[Parts]) -> Refused | None:
    """The area is in the register, and open on the day."""
    return (await register_of(parts.handler, apply.area)).open_at(apply.area, apply.on)


async def known_person(apply: Apply, parts: Part[Parts]) -> Refused | None:
    """The person is known, and was not forgotten."""
    person: Person = (await parts.handler.proven(PERSON, apply.person_id)).state
    return NO_PERSON if not person.known else FORGOTTEN if person.forgotten else None


async def not_forgotten(
    step: IssueCard | Leave, membership_id: Stream, caller: Caller, parts: Part[Parts]
) -> Refused | None:
    """Nothing more is sealed for a forgotten person: it would lie under a new key, which no second "forget" destroys."""
    if isinstance(step, Leave) and not step.reason:
        return None
    membership = (await parts.handler.proven(MEMBERSHIP, membership_id)).state
    if not membership.person_id or not caller.reaches(membership.area):
        return None  # the command itself says so
    person: Person = (await parts.handler.proven(PERSON, membership.person_id)).state
    return FORGOTTEN if person.forgotten else None


OFFICER = {Role.OFFICER}

READERS = {Role.OFFICER, Role.AUDITOR}

membership = desk.about(
    MEMBERSHIP, Member, "/v1/memberships/{membership_id}", stream=membership_of, readers=READERS
)
membership.opens(Apply, roles=OFFICER, checks={"area": in_register, "person_id": known_person})
membership.takes(Register, roles=OFFICER)
membership.takes(IssueCard, roles=OFFICER, checks={"": not_forgotten})
membership.takes(ConfirmCurrent, roles=OFFICER)
membership.takes(Leave, roles=OFFICER, checks={"reason": not_forgotten})
