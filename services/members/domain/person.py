"""A person: the only place with personal data, all of it in sealed parts; the state knows none of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from pydantic import Field

from contracts.areas import AreaCode
from contracts.members import PersonDetailsCorrected, PersonForgotten, PersonRegistered
from services.chassis.decider import Aggregate, Command, Decision, Forgotten, Refused, Sealed


class Details(Command):
    """What is known of a person, personal all of it. `citizen_number` is thirteen digits, checked at the edge."""

    citizen_number: str = Field(pattern=r"^[0-9]{13}$")
    given_name: str = Field(min_length=1, max_length=100)
    family_name: str = Field(min_length=1, max_length=100)
    birth_date: date | None = None


class RegisterPerson(Command):
    """Make a person known. `person_id` is the stream, derived from the citizen number under the service's secret."""

    stamped = frozenset({"on"})

    person_id: str
    area: AreaCode
    on: date
    details: Details
    generated: bool = False


class CorrectPerson(Command):
    """Replace a person's details; the citizen number stays, for it is the person."""

    stamped = frozenset({"on"})

    person_id: str
    on: date
    details: Details


class ForgetPerson(Command):
    """Destroy the key to the person's details (PDPA). Memberships stay, as counts without a name."""

    stamped = frozenset({"on"})

    person_id: str
    on: date


@dataclass(frozen=True, slots=True)
class Person:
    """What the write side must know of a person: where, and whether the details can still be read."""

    area: str = ""
    known: bool = False
    forgotten: bool = False


NOT_FOUND = Refused("person-not-found", "ไม่พบบุคคลนี้", "There is no such person.", kind="missing")
KNOWN = Refused("person-known", "บุคคลนี้มีอยู่ในทะเบียนแล้ว", "This person is registered already.")
FORGOTTEN = Refused("person-forgotten", "ข้อมูลส่วนบุคคลของบุคคลนี้ถูกลบแล้ว", "This person's details were erased.")


def decide(command: RegisterPerson | CorrectPerson | ForgetPerson, state: Person) -> Decision:
    """A forgotten person who comes back is registered anew, under a new key."""
    match command:
        case RegisterPerson():
            if state.known and not state.forgotten:
                return KNOWN
            event = PersonRegistered(
                area=command.area, on=command.on, person_id=command.person_id, generated=command.generated
            )
            return [Sealed(event, command.person_id, command.details.model_dump(mode="json"))]
        case CorrectPerson() if state.known and not state.forgotten:
            corrected = PersonDetailsCorrected(area=state.area, on=command.on, person_id=command.person_id)
            return [Sealed(corrected, command.person_id, command.details.model_dump(mode="json"))]
        case ForgetPerson() if state.known and not state.forgotten:
            forgotten = PersonForgotten(area=state.area, on=command.on, person_id=command.person_id)
            return [Forgotten(forgotten, command.person_id)]
        case CorrectPerson():
            return FORGOTTEN if state.known else NOT_FOUND
        case ForgetPerson():
            return [] if state.known else NOT_FOUND
        case _:
            assert_never(command)


def evolve(state: Person, event: PersonRegistered | PersonDetailsCorrected | PersonForgotten) -> Person:
    """The person after the event."""
    match event:
        case PersonRegistered():
            return Person(area=event.area, known=True)
        case PersonDetailsCorrected():
            return state
        case PersonForgotten():
            return Person(area=state.area, known=True, forgotten=True)
        case _:
            assert_never(event)


PERSON = Aggregate(
    name="person",
    initial=Person(),
    decide=decide,
    evolve=evolve,
    events=frozenset({PersonRegistered, PersonDetailsCorrected, PersonForgotten}),
    area=lambda person: None if person.forgotten else person.area,
)
