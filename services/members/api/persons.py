"""Persons over HTTP: the only routes that take or give personal data; every reading is noted first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from starlette.requests import Request

from contracts.ids import secret_stream_id
from services.chassis.access import Caller, Role
from services.chassis.days import PastDay, today
from services.chassis.decider import Personal
from services.chassis.forms.example import CITIZEN
from services.chassis.http import BY_CALLER, Part, Reply, Run
from services.chassis.problems import refusal
from services.chassis.sent import Sent, TypedArea
from services.chassis.service import Parts
from services.chassis.thai import citizen_number, is_generated_number
from services.members.api.areas import register_of
from services.members.api.ids import PersonId
from services.members.api.table import routes
from services.members.domain.person import (
    FORGOTTEN,
    NOT_FOUND,
    PERSON,
    CorrectPerson,
    Details,
    ForgetPerson,
    Person,
    RegisterPerson,
)

CitizenNumber = Annotated[
    str,
    BeforeValidator(lambda value: citizen_number(value) if isinstance(value, str) else value),
    Personal(),
    Field(examples=[CITIZEN]),
]
"""Thirteen digits with a right check digit; Thai digits and dashes are read."""

Name = Annotated[str, Field(min_length=1, max_length=100), Personal()]


class PersonDetails(Sent):
    """What a person is called and when they were born."""

    citizen_number: CitizenNumber
    given_name: Name
    family_name: Name
    birth_date: PastDay | None = None


class NewPerson(PersonDetails):
    """A person to make known, with the area where they live."""

    area: TypedArea


class Lookup(Sent):
    """The number to look for; in a body, because an address is logged on its way."""

    citizen_number: CitizenNumber


def person_stream(parts: Parts, number: str) -> str:
    """The stream of the person with this citizen number, under the service's secret."""
    return secret_stream_id("person", parts.secrets.citizen_hmac, number)


async def person(person_id: str, caller: Caller, parts: Parts) -> Person:
    """The person, if known and within the caller's areas; raises the problem otherwise."""
    held = await parts.handler.state(PERSON, person_id)
    found: Person = held.state
    if not found.known:
        raise refusal(NOT_FOUND)
    caller.require_area(found.area)
    return found


@routes.command("POST", "/v1/persons", roles={Role.OFFICER}, status=201, summary="Register a person")
async def register(body: NewPerson, run: Run, parts: Part[Parts]) -> Reply:
    stream = person_stream(parts, body.citizen_number)
    command = RegisterPerson(
        person_id=stream,
        area=body.area,
        on=today(),
        details=Details(**body.model_dump(exclude={"area"})),
        generated=is_generated_number(body.citizen_number),
    )
    unless = (await register_of(parts.handler, body.area)).open_at(body.area, command.on)
    return await run(PERSON, stream, command, created=f"/v1/persons/{stream}", unless=unless)


@routes.command(
    "PUT", "/v1/persons/{person_id}/details", roles={Role.OFFICER}, summary="Correct a person's details"
)
async def correct(person_id: PersonId, body: PersonDetails, run: Run, parts: Part[Parts]) -> Reply:
    if person_stream(parts, body.citizen_number) != person_id:
        raise refusal(NOT_FOUND)
    command = CorrectPerson(person_id=person_id, on=today(), details=Details(**body.model_dump()))
    return await run(PERSON, person_id, command)


@routes.command(
    "DELETE", "/v1/persons/{person_id}/details", roles={Role.APPROVER}, summary="Forget a person (PDPA)"
)
async def forget(person_id: PersonId, run: Run) -> Reply:
    return await run(PERSON, person_id, ForgetPerson(person_id=person_id, on=today()))


@routes.command("POST", "/v1/persons/lookup", roles={Role.OFFICER}, summary="Find a person by citizen number")
async def lookup(body: Lookup, caller: Caller, parts: Part[Parts]) -> dict[str, str]:
    stream = person_stream(parts, body.citizen_number)
    await person(stream, caller, parts)
    return {"id": stream}


@routes.query(
    "/v1/persons/{person_id}",
    roles={Role.OFFICER},
    scope=BY_CALLER,
    summary="A person's details; the reading is noted",
)
async def details(
    person_id: PersonId, caller: Caller, request: Request, parts: Part[Parts]
) -> dict[str, Any]:
    found = await person(person_id, caller, parts)
    await parts.access_log.note(
        actor=caller.actor,
        subject=person_id,
        route="GET /v1/persons/{person_id}",
        at=datetime.now(UTC),
        correlation_id=request.scope["chumchon.correlation_id"],
    )
    personal = None if found.forgotten else await parts.handler.personal(person_id, person_id)
    if personal is None:
        raise refusal(FORGOTTEN)
    return {"id": person_id, "area": found.area, **personal}
