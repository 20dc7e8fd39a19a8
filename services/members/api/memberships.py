"""Memberships over HTTP: apply, register, issue a card, confirm, leave; and the register by area."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from contracts.members import Cohort, Network
from services.chassis.access import Caller, Role
from services.chassis.days import PastDay, today
from services.chassis.decider import Refused
from services.chassis.http import BY_CALLER, AreaFilter, Page, Paging, Part, Reply, Run, Seen, within
from services.chassis.problems import Problem, refusal
from services.chassis.sent import Sent, TypedArea
from services.chassis.service import Parts
from services.chassis.tables import refuse
from services.members.api.areas import register_of
from services.members.api.ids import MembershipId, PersonId
from services.members.api.row_jobs import entry
from services.members.api.rows import MembershipLine, membership_errors
from services.members.api.table import routes
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
from services.members.domain.person import FORGOTTEN, KNOWN, PERSON, Person
from services.members.domain.person import NOT_FOUND as NO_PERSON
from services.members.views import REGISTER


class Application(Sent):
    """A person's application to a network, in a village."""

    person_id: PersonId
    network: Network = Network.TSM
    area: TypedArea
    on: PastDay
    generated: bool = False


class Registration(Sent):
    """The entry into the register."""

    on: PastDay
    cohort: Cohort = Cohort.NEW


class Card(Sent):
    """A card that was issued."""

    on: PastDay
    card_number: str = Field(min_length=1, max_length=40)


class Confirmation(Sent):
    """The day on which the entry was checked."""

    on: PastDay


class Leaving(Sent):
    """The end of a membership; the reason is personal and is sealed."""

    on: PastDay
    reason: str = Field(default="", max_length=200)


@routes.command("POST", "/v1/memberships", roles={Role.OFFICER}, status=201, summary="Apply for membership")
async def apply(body: Application, run: Run, parts: Part[Parts]) -> Reply:
    stream = membership_stream(body.network, body.person_id)
    unless = (await register_of(parts.handler, body.area)).open_at(body.area, body.on)
    if unless is None:
        person: Person = (await parts.handler.proven(PERSON, body.person_id)).state
        unless = NO_PERSON if not person.known else FORGOTTEN if person.forgotten else None
    command = Apply(membership_id=stream, **body.model_dump())
    return await run(MEMBERSHIP, stream, command, created=f"/v1/memberships/{stream}", unless=unless)


@routes.command("POST", "/v1/memberships/{membership_id}/register", roles={Role.OFFICER}, summary="Register")
async def register(membership_id: MembershipId, body: Registration, run: Run) -> Reply:
    return await run(MEMBERSHIP, membership_id, Register(**body.model_dump()))


@routes.command("POST", "/v1/memberships/{membership_id}/card", roles={Role.OFFICER}, summary="Issue a card")
async def card(membership_id: MembershipId, body: Card, run: Run, parts: Part[Parts]) -> Reply:
    unless = await _forgotten(membership_id, run.caller, parts)
    return await run(MEMBERSHIP, membership_id, IssueCard(**body.model_dump()), unless=unless)


@routes.command(
    "POST", "/v1/memberships/{membership_id}/confirm", roles={Role.OFFICER}, summary="Confirm as current"
)
async def confirm(membership_id: MembershipId, body: Confirmation, run: Run) -> Reply:
    return await run(MEMBERSHIP, membership_id, ConfirmCurrent(**body.model_dump()))


@routes.command("POST", "/v1/memberships/{membership_id}/leave", roles={Role.OFFICER}, summary="Leave")
async def leave(membership_id: MembershipId, body: Leaving, run: Run, parts: Part[Parts]) -> Reply:
    unless = await _forgotten(membership_id, run.caller, parts) if body.reason else None
    return await run(MEMBERSHIP, membership_id, Leave(**body.model_dump()), unless=unless)


async def _forgotten(membership_id: str, caller: Caller, parts: Parts) -> Refused | None:
    """Nothing more is sealed for a forgotten person: it would lie under a new key, which no second "forget" destroys."""
    membership = (await parts.handler.proven(MEMBERSHIP, membership_id)).state
    if not membership.person_id or not caller.reaches(membership.area):
        return None  # the command itself says so
    person: Person = (await parts.handler.proven(PERSON, membership.person_id)).state
    return FORGOTTEN if person.forgotten else None


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


@routes.command(
    "POST",
    "/v1/register-entries",
    roles={Role.OFFICER},
    status=201,
    summary="Enter one row of a member register",
)
async def enter(body: MembershipLine, run: Run, parts: Part[Parts]) -> Reply:
    refuse(await membership_errors({None: body}, parts))
    person, membership = entry(body, parts, today())
    try:
        await run(person.aggregate, person.stream, person.command)
    except Problem as problem:
        if problem.kind.code != KNOWN.code:
            raise
    return await run(
        membership.aggregate,
        membership.stream,
        membership.command,
        created=f"/v1/memberships/{membership.stream}",
    )


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
