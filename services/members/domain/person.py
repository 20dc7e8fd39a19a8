"""A person: the only place with personal data, all of it in sealed parts; the state knows none of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from contracts.areas import AreaCode
from contracts.members import PersonDetailsCorrected, PersonForgotten, PersonRegistered
from services.chassis.decider import (
    CitizenNumber,
    Command,
    Decision,
    Forgotten,
    Happened,
    Key,
    Personal,
    Refused,
    Sealed,
    Stamped,
    Today,
    aggregate_of,
)

Name = Annotated[str, Field(min_length=1, max_length=100), Personal()]


class PersonKey(Key):
    """บุคคล · A person

    Known by the citizen number; the stream is derived from it under the service's secret.
    """

    citizen_number: CitizenNumber
    """เลขประจำตัวประชาชน · citizen number"""


class Details(PersonKey):
    """ข้อมูลส่วนบุคคล · Details of a person

    What a person is called and when they were born; personal all of it.
    """

    given_name: Name
    """ชื่อ · given name"""
    family_name: Name
    """นามสกุล · family name"""
    birth_date: Happened | None = None
    """วันเกิด · birth date"""

    @property
    def personal(self) -> Mapping[str, Any]:
        """What is sealed, as JSON."""
        return self.model_dump(mode="json", include=set(Details.model_fields))


class RegisterPerson(Details, Command):
    """ขึ้นทะเบียนบุคคล · Register a person"""

    area: AreaCode
    """พื้นที่ที่อยู่อาศัย · area where they live"""
    on: Today
    person_id: Annotated[str, Stamped()] = ""
    generated: Annotated[bool, Stamped()] = False
    from_file: Annotated[bool, Stamped()] = False
    """Whether it comes of a row: a file that was made before does not bring back who was forgotten since."""


class CorrectPerson(Details, Command):
    """แก้ไขข้อมูลส่วนบุคคล · Correct a person's details

    The citizen number stays, for it is the person.
    """

    on: Today


class ForgetPerson(Command):
    """ลบข้อมูลส่วนบุคคล (PDPA) · Forget a person (PDPA)

    Destroy the key to the person's details. Memberships stay, as counts without a name.
    """

    on: Today


@dataclass(frozen=True, slots=True)
class Person:
    """What the write side must know of a person: where, and whether the details can still be read."""

    person_id: str = ""
    area: str = ""
    forgotten: bool = False

    @property
    def known(self) -> bool:
        """Whether somebody was registered, forgotten or not."""
        return bool(self.person_id)


NOT_FOUND = Refused("person-not-found", "ไม่พบบุคคลนี้", "There is no such person.", kind="missing")
KNOWN = Refused("person-known", "บุคคลนี้มีอยู่ในทะเบียนแล้ว", "This person is registered already.")
FORGOTTEN = Refused("person-forgotten", "ข้อมูลส่วนบุคคลของบุคคลนี้ถูกลบแล้ว", "This person's details were erased.")


def register(command: RegisterPerson, state: Person) -> Decision:
    """A forgotten person who comes back is registered anew, under a new key; but no row of a file brings them back."""
    if state.known and not state.forgotten:
        return KNOWN
    if state.forgotten and command.from_file:
        return FORGOTTEN
    event = PersonRegistered(
        area=command.area, on=command.on, person_id=command.person_id, generated=command.generated
    )
    return [Sealed(event, command.person_id, command.personal)]


def correct(command: CorrectPerson, state: Person) -> Decision:
    """Under the same key."""
    if not state.known or state.forgotten:
        return FORGOTTEN if state.known else NOT_FOUND
    event = PersonDetailsCorrected(area=state.area, on=command.on, person_id=state.person_id)
    return [Sealed(event, state.person_id, command.personal)]


def forget(command: ForgetPerson, state: Person) -> Decision:
    """Once."""
    if state.forgotten:
        return []
    event = PersonForgotten(area=state.area, on=command.on, person_id=state.person_id)
    return [Forgotten(event, state.person_id)]


def registered(_: Person, event: PersonRegistered) -> Person:
    """Known."""
    return Person(event.person_id, event.area)


def corrected(state: Person, _: PersonDetailsCorrected) -> Person:
    """What is sealed is no state."""
    return state


def gone(state: Person, _: PersonForgotten) -> Person:
    """Not to be read again."""
    return Person(state.person_id, state.area, forgotten=True)


PERSON = aggregate_of(
    "person",
    Person(),
    absent=NOT_FOUND,
    area=lambda person: None if person.forgotten else person.area,
    decides=(register, correct, forget),
    evolves=(registered, corrected, gone),
)
