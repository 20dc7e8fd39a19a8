"""Memberships over HTTP: apply, register, issue a card, confirm, leave; and the register by area."""

from __future__ import annotations

from typing import Any

from contracts.members import Network
from services.chassis.access import Caller, Role
from services.chassis.decider import Key, Refused
from services.chassis.desk import Stream
from services.chassis.http import BY_CALLER, AreaFilter, Page, Paging, Part, Seen, within
from services.chassis.problems import refusal
from services.chassis.service import Parts
from services.members.api.areas import register_of
from services.members.api.ids import MembershipId
from services.members.api.persons import CitizenNumber, person_stream
from services.members.api.table import desk, routes
from services.members.domain.membership import (
    MEMBERSHIP,
    NOT_FOUND,
    Apply,
    ConfirmCurrent,
    IssueCard,
    Leave,
    Register,
    Status,
    membership_stream,
)
from services.members.domain.person import FORGOTTEN, PERSON, Person
from services.members.domain.person import NOT_FOUND as NO_PERSON
from services.members.views import REGISTER


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

membership = desk.about(MEMBERSHIP, Member, "/v1/memberships/{membership_id}", stream=membership_of)
membership.opens(Apply, roles=OFFICER, checks={"area": in_register, "person_id": known_person})
membership.takes(Register, roles=OFFICER)
membership.takes(IssueCard, roles=OFFICER, checks={"": not_forgotten})
membership.takes(ConfirmCurrent, roles=OFFICER)
membership.takes(Leave, roles=OFFICER, checks={"reason": not_forgotten})


@routes.query(
    "/v1/memberships/{membership_id}",
    roles={Role.OFFICER, Role.AUDITOR},
    scope=BY_CALLER,
    summary="One membership",
)
async def one(membership_id: MembershipId, caller: Caller, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(MEMBERSHIP, membership_id)
    state = held.state
    if state.status is Status.NONE:
        raise refusal(NOT_FOUND)
    caller.require_area(state.area)
    seen.version(held.version)
    return {
        "id": membership_id,
        "version": held.version,
        "person_id": state.person_id,
        "network": state.network,
        "area": state.area,
        "status": state.status,
        "cohort": state.cohort,
        "since": state.since,
        "carded": state.carded,
    }


@routes.query(
    "/v1/memberships",
    roles={Role.OFFICER, Role.AUDITOR},
    scope=within("area"),
    summary="The register by area",
)
async def by_area(
    paging: Paging, parts: Part[Parts], area: AreaFilter = "", status: Status | None = None
) -> Page[dict[str, Any]]:
    async with parts.views[REGISTER.name].snapshot() as snapshot:
        rows = await snapshot.facets(
            "membership",
            where={"status": status.value} if status else None,
            prefix={"area": area},
            after=paging.after,
            limit=paging.limit + 1,
        )
    return paging.page([_row(row) for row in rows])


_COLUMNS = (
    "network",
    "area",
    "status",
    "cohort",
    "person_id",
    "applied_on",
    "registered_on",
    "card_issued_on",
    "confirmed_on",
    "left_on",
    "generated",
)


def _row(row: Any) -> dict[str, Any]:
    return {"id": row["subject"], **{name: row.get(name) for name in _COLUMNS}}
