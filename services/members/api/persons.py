"""Persons: the only routes that take or give personal data; every reading is noted first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator
from starlette.requests import Request

from contracts.ids import secret_stream_id
from services.chassis.access import Caller, Role
from services.chassis.decider import CitizenNumber, Refused
from services.chassis.desk import Stream
from services.chassis.http import BY_CALLER, Part
from services.chassis.problems import refusal
from services.chassis.sent import Sent
from services.chassis.service import Parts
from services.chassis.thai import citizen_number, is_generated_number
from services.members.api.areas import register_of
from services.members.api.ids import PersonId
from services.members.api.table import desk, routes
from services.members.domain.person import (
    FORGOTTEN,
    NOT_FOUND,
    PERSON,
    CorrectPerson,
    ForgetPerson,
    Person,
    PersonKey,
    RegisterPerson,
)

TypedNumber = Annotated[
    CitizenNumber, BeforeValidator(lambda value: citizen_number(value) if isinstance(value, str) else value)
]


class Lookup(Sent):
    """The number to look for; in a body, because an address is logged on its way."""

    citizen_number: TypedNumber


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


def person_of(key: PersonKey, parts: Part[Parts]) -> str:
    """The stream of the person with this number."""
    return person_stream(parts, key.citizen_number)


async def by_number(register: RegisterPerson, person_id: Stream) -> RegisterPerson:
    """With the id; and whether it is an example's number."""
    generated = is_generated_number(register.citizen_number)
    return register.model_copy(update={"person_id": person_id, "generated": generated})


async def in_register(register: RegisterPerson, parts: Part[Parts]) -> Refused | None:
    """The area is in the register, and open."""
    return (await register_of(parts.handler, register.area)).open_at(register.area, register.on)


async def of_this_person(correct: CorrectPerson, person_id: Stream, parts: Part[Parts]) -> Refused | None:
    """The number is this person's: it cannot be corrected."""
    return None if person_stream(parts, correct.citizen_number) == person_id else NOT_FOUND


OFFICER, APPROVER = {Role.OFFICER}, {Role.APPROVER}

persons = desk.about(
    PERSON, PersonKey, "/v1/persons/{person_id}", stream=person_of, listed=False, answers="none"
)
persons.opens(RegisterPerson, roles=OFFICER, checks={"area": in_register}, fill=by_number)
persons.takes(CorrectPerson, roles=OFFICER, checks={"citizen_number": of_this_person})
persons.takes(ForgetPerson, roles=APPROVER)


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
