"""The commands that each row becomes, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from services.chassis.desk import Stamp
from services.chassis.http import Part
from services.chassis.projection import Order
from services.chassis.row_run import Job, Step
from services.chassis.service import Parts
from services.members.api.persons import person_stream
from services.members.api.rows import AreaLine, MembershipLine
from services.members.domain.area_register import AREA_REGISTER, RegisterArea, RegisterAreas, register_stream
from services.members.domain.membership import MEMBERSHIP, EnterFromRegister
from services.members.domain.person import KNOWN, PERSON, RegisterPerson

PORTION = 400
"""Areas that one command registers: within a commit's 500 events."""


def area_jobs(rows: Sequence[tuple[int, AreaLine]]) -> list[Job]:
    """A job a province: parents first, in portions."""
    numbered = sorted(rows, key=lambda pair: pair[1].code)
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
                            rows=tuple(
                                RegisterArea(**line.model_dump(exclude={"level"})) for _, line in portion
                            )
                        ),
                    ),
                    rows=tuple(number for number, _ in portion),
                )
                for portion in portions
            ]
        )
    return jobs


def entry(line: MembershipLine, stamp: Stamp, parts: Part[Parts]) -> tuple[Step, Step]:
    """What one row asks for: that the person is known, and the membership with its steps."""
    person = person_stream(parts, line.citizen_id)
    known = RegisterPerson(
        citizen_number=line.citizen_id,
        given_name=line.given_name,
        family_name=line.family_name,
        birth_date=line.birth_date,
        area=line.area,
        generated=line.generated,
        on=stamp.today,
        person_id=person,
        from_file=True,
    )
    entered = EnterFromRegister(
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
    return (
        Step(Order(PERSON, person, known), tolerate=frozenset({KNOWN.code})),
        Step(Order(MEMBERSHIP, entered.stream, entered)),
    )
