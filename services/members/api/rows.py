"""The rows that can be imported, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from contracts.areas import level
from contracts.calendar import FIRST_DAY
from contracts.members import Cohort, Network
from services.chassis.days import PastDay
from services.chassis.problems import FieldError
from services.chassis.sent import PublicText, Sent, TypedArea
from services.chassis.service import Parts
from services.members.api.areas import registers_of
from services.members.api.persons import CitizenNumber, Name

Marked = Annotated[
    bool, BeforeValidator(lambda text: _MARKS.get(text, text) if isinstance(text, str) else text)
]
_MARKS = {
    "ใช่": True,
    "yes": True,
    "true": True,
    "1": True,
    "ไม่": False,
    "ไม่ใช่": False,
    "no": False,
    "false": False,
    "0": False,
}


class AreaLine(Sent):
    """One row of an area file. Without a date the area is taken as older than our records."""

    code: TypedArea
    level: Literal["province", "district", "tambon", "village"]
    name_th: PublicText = Field(min_length=1, max_length=120)
    name_en: PublicText = Field(min_length=1, max_length=120)
    valid_from: PastDay = FIRST_DAY
    assumed: Marked = False


class MembershipLine(Sent):
    """One row of a member register."""

    citizen_id: CitizenNumber
    given_name: Name
    family_name: Name
    birth_date: PastDay | None = None
    network: Network
    area: TypedArea
    applied_on: PastDay
    registered_on: PastDay
    card_no: str = Field(default="", max_length=40)
    card_issued_on: PastDay | None = None
    old_or_new: Cohort
    generated: Marked = False


Number = int | None
"""Of a row in its file, from 1; None for a row that came alone."""


async def area_errors(rows: Mapping[int, AreaLine], parts: Parts) -> list[FieldError]:
    """What is wrong with area rows beyond their form: a level that is not the code's, an area twice, no parent."""
    errors = list(_twice("code", ((number, row.code) for number, row in rows.items())))
    here = {row.code for row in rows.values()}
    outside = {row.code[:-2] for row in rows.values()} - here - {""}
    registers = await registers_of(parts.handler, outside)
    for number, row in rows.items():
        if level(row.code) != row.level:
            errors.append(
                FieldError("level", "level-of-code", "ระดับไม่ตรงกับรหัส", "is not the level of the code", number)
            )
        above = row.code[:-2]
        if above in outside and above not in registers[above[:2]].areas:
            errors.append(
                FieldError("code", "unknown-parent", f"ไม่มีพื้นที่ {above}", f"has no parent: {above}", number)
            )
    return errors


async def membership_errors(
    rows: Mapping[int, MembershipLine] | Mapping[None, MembershipLine], parts: Parts
) -> list[FieldError]:
    """What is wrong with register rows beyond their form: unknown areas, a person twice, steps out of order."""
    keys = ((number, f"{row.network}{row.citizen_id}") for number, row in rows.items())
    errors = list(_twice("citizen_id", keys))
    registers = await registers_of(parts.handler, (row.area for row in rows.values()))
    for number, row in rows.items():
        refused = registers[row.area[:2]].open_at(row.area, row.registered_on)
        if refused is not None:
            errors.append(FieldError("area", refused.code, refused.th, refused.en, number))
        if len(row.area) != 8:
            errors.append(
                FieldError(
                    "area", "village-needed", "ต้องเป็นรหัสหมู่บ้าน ๘ หลัก", "must be a village's 8 digits", number
                )
            )
        if row.registered_on < row.applied_on:
            errors.append(
                FieldError(
                    "registered_on", "before-applied", "ต้องไม่ก่อนวันสมัคร", "is before applied_on", number
                )
            )
        if row.card_issued_on is not None and row.card_issued_on < row.registered_on:
            errors.append(
                FieldError(
                    "card_issued_on",
                    "before-registered",
                    "ต้องไม่ก่อนวันขึ้นทะเบียน",
                    "is before registered_on",
                    number,
                )
            )
        if (row.card_issued_on is None) != (not row.card_no):
            errors.append(
                FieldError(
                    "card_no",
                    "card-incomplete",
                    "เลขบัตรและวันออกบัตรต้องมาคู่กัน",
                    "needs card_issued_on, and the other way round",
                    number,
                )
            )
    return errors


def _twice(field: str, keys: Iterable[tuple[Number, str]]) -> Iterable[FieldError]:
    first: dict[str, Number] = {}
    for number, key in keys:
        if first.setdefault(key, number) != number:
            yield FieldError(
                field, "twice", f"ซ้ำกับแถวที่ {first[key]}", f"is the same as in row {first[key]}", number
            )
