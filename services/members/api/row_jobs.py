"""The commands that each accepted row becomes, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from pydantic import BaseModel

from services.chassis.projection import Order
from services.chassis.row_run import Job, Step
from services.chassis.service import Parts
from services.members.api.persons import person_stream
from services.members.api.rows import AreaLine, MembershipLine
from services.members.domain.area_register import AREA_REGISTER, AreaRow, RegisterAreas, register_stream
from services.members.domain.membership import MEMBERSHIP, EnterFromRegister, membership_stream
from services.members.domain.person import KNOWN, PERSON, Details, RegisterPerson

PORTION = 400
"""Areas that one command registers: within a commit's 500 events."""

R = TypeVar("R", bound=BaseModel)


def area_jobs(rows: Iterable[Mapping[str, Any]]) -> list[Job]:
    """A job a province: parents first, in portions. `rows` are from `kept`."""
    numbered = sorted(_typed(rows, AreaLine), key=lambda pair: pair[1].code)
    jobs: list[Job] = []
    for code, group in groupby(numbered, key=lambda pair: pair[1].code[:2]):
        of_province = list(group)
        portions = [of_province[start : start + PORTION] for start in range(0, len(of_province), PORTION)]
        jobs.append(
            [
                Step(
                    Order(
                        AREA_REGISTER,
                        register_stream(code),
                        RegisterAreas(
                            rows=tuple(AreaRow(**line.model_dump(exclude={"level"})) for _, line in portion)
                        ),
                    ),
                    rows=tuple(number for number, _ in portion),
                )
                for portion in portions
            ]
        )
    return jobs


def membership_jobs(rows: Iterable[Mapping[str, Any]], parts: Parts, on: date) -> list[Job]:
    """A job a row: the person, unless known, and then the membership with its card. `rows` are from `kept`."""
    return [_membership_job(number, *entry(line, parts, on)) for number, line in _typed(rows, MembershipLine)]


def kept(rows: Mapping[int, BaseModel]) -> list[Mapping[str, Any]]:
    """The rows as an accepted import keeps them: JSON, each with its number in the file."""
    return [{_NUMBER: number, **row.model_dump(mode="json")} for number, row in rows.items()]


_NUMBER = "row"


def _typed(rows: Iterable[Mapping[str, Any]], row_type: type[R]) -> Iterable[tuple[int, R]]:
    for row in rows:
        fields = {name: value for name, value in row.items() if name != _NUMBER}
        yield row[_NUMBER], row_type.model_validate(fields)


def entry(line: MembershipLine, parts: Parts, on: date) -> tuple[Order, Order]:
    """What one row asks for: that the person is known, and the membership with its steps."""
    person = person_stream(parts, line.citizen_id)
    membership = membership_stream(line.network, person)
    details = Details(
        citizen_number=line.citizen_id,
        given_name=line.given_name,
        family_name=line.family_name,
        birth_date=line.birth_date,
    )
    known = RegisterPerson(person_id=person, area=line.area, on=on, details=details, generated=line.generated)
    entered = EnterFromRegister(
        membership_id=membership,
        person_id=person,
        network=line.network,
        area=line.area,
        applied_on=line.applied_on,
        registered_on=line.registered_on,
        cohort=line.old_or_new,
        card_number=line.card_no,
        card_issued_on=line.card_issued_on,
        generated=line.generated,
    )
    return Order(PERSON, person, known), Order(MEMBERSHIP, membership, entered)


def _membership_job(number: int, person: Order, membership: Order) -> Job:
    return [Step(person, tolerate=frozenset({KNOWN.code})), Step(membership, rows=(number,))]
