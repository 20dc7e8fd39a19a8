"""A person: known once, corrected, forgotten; every personal field is sealed and none is in an event."""

from __future__ import annotations

from datetime import date

from contracts.members import PersonDetailsCorrected, PersonForgotten, PersonRegistered
from services.chassis.decider import Forgotten, Sealed
from services.chassis.thai import generated_citizen_number
from services.members.domain.person import PERSON, CorrectPerson, Details, ForgetPerson, RegisterPerson
from tests.specs.deciding import given

ID = "person:00000000-0000-8000-8000-000000000001"
DAY = date(2021, 11, 26)
DETAILS = Details(
    citizen_number=generated_citizen_number(1),
    given_name="ตัวอย่าง",
    family_name="สร้างขึ้น",
    birth_date=date(1970, 1, 1),
)
REGISTER = RegisterPerson(person_id=ID, area="51010101", on=DAY, generated=True, **vars(DETAILS))
REGISTERED = PersonRegistered(person_id=ID, area="51010101", on=DAY, generated=True)
CORRECTED = PersonDetailsCorrected(person_id=ID, area="51010101", on=DAY)
FORGOTTEN = PersonForgotten(person_id=ID, area="51010101", on=DAY)


def test_a_person_is_registered_with_everything_personal_sealed_under_their_own_key():
    when = given(PERSON).when(REGISTER)
    when.then(REGISTERED)
    [item] = when.items
    assert isinstance(item, Sealed)
    assert item.owner == ID
    assert item.personal["given_name"] == "ตัวอย่าง"
    for value in item.personal.values():
        assert str(value) not in REGISTERED.model_dump_json()


def test_the_state_holds_nothing_personal():
    after = given(PERSON).when(REGISTER).after
    assert DETAILS.given_name not in repr(after)
    assert DETAILS.citizen_number not in repr(after)


def test_a_known_person_is_not_registered_again():
    given(PERSON, REGISTERED).when(REGISTER).then_refused("person-known")


def test_details_of_a_known_person_are_corrected_under_the_same_key():
    when = given(PERSON, REGISTERED).when(CorrectPerson(on=DAY, **vars(DETAILS)))
    when.then(CORRECTED)
    assert isinstance(when.items[0], Sealed)


def test_forgetting_destroys_the_key_and_is_a_no_op_the_second_time():
    when = given(PERSON, REGISTERED).when(ForgetPerson(on=DAY))
    when.then(FORGOTTEN)
    assert when.items == [Forgotten(FORGOTTEN, ID)]
    given(PERSON, REGISTERED, FORGOTTEN).when(ForgetPerson(on=DAY)).then_nothing()


def test_a_forgotten_person_cannot_be_corrected_but_may_register_anew():
    past = (REGISTERED, FORGOTTEN)
    given(PERSON, *past).when(CorrectPerson(on=DAY, **vars(DETAILS))).then_refused("person-forgotten")
    given(PERSON, *past).when(REGISTER).then(REGISTERED)


def test_nobody_is_not_found():
    given(PERSON).when(ForgetPerson(on=DAY)).then_refused("person-not-found")
    given(PERSON).when(CorrectPerson(on=DAY, **vars(DETAILS))).then_refused("person-not-found")
