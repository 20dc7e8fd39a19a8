"""The rows of registers that people keep in files: what stands in them, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from pydantic import Field

from contracts.areas import AreaCode, level
from contracts.calendar import FIRST_DAY
from contracts.members import Cohort, Network
from services.chassis.decider import CitizenNumber, Declared, Happened, Refused
from services.chassis.http import Part
from services.chassis.problems import FieldError
from services.chassis.service import Parts
from services.members.api.areas import registers_of
from services.members.domain.membership import CardNumber
from services.members.domain.person import Name

Number = int | None
"""Of a row in its file, from 1; None for a row that came alone."""


class Level(StrEnum):
    """What an area can be."""

    PROVINCE = "province"
    """จังหวัด · province"""
    DISTRICT = "district"
    """อำเภอ · district"""
    TAMBON = "tambon"
    """ตำบล · tambon"""
    VILLAGE = "village"
    """หมู่บ้าน · village"""


class AreaLine(Declared):
    """ทะเบียนพื้นที่ · Area register

    Without a date the area is taken as older than our records.
    """

    code: AreaCode
    """รหัสพื้นที่ · area code"""
    level: Level = Field(examples=["หมู่บ้าน"])
    """ระดับ · level"""
    name_th: str = Field(min_length=1, max_length=120)
    """ชื่อไทย · Thai name"""
    name_en: str = Field(min_length=1, max_length=120)
    """ชื่ออังกฤษ · English name"""
    valid_from: Happened = FIRST_DAY
    """ตั้งแต่วันที่ · since"""
    assumed: bool = False
    """เป็นข้อสมมุติ · assumed"""

    def mistakes(self) -> Iterator[Refused]:
        """The level is the code's."""
        if level(self.code).value != self.level.value:
            yield OTHER_LEVEL


class MembershipLine(Declared):
    """ทะเบียนสมาชิกเครือข่าย · Member register"""

    citizen_id: CitizenNumber
    """เลขประจำตัวประชาชน · citizen number"""
    given_name: Name
    """ชื่อ · given name"""
    family_name: Name
    """นามสกุล · family name"""
    birth_date: Happened | None = None
    """วันเกิด · birth date"""
    network: Network
    """เครือข่าย · network"""
    area: AreaCode
    """หมู่บ้าน · village"""
    applied_on: Happened
    """วันสมัคร · applied on"""
    registered_on: Happened
    """วันขึ้นทะเบียน · registered on"""
    card_no: CardNumber = ""
    """เลขบัตรประจำตัว · card number"""
    card_issued_on: Happened | None = None
    """วันออกบัตร · card issued on"""
    old_or_new: Cohort
    """สมาชิกเก่าหรือใหม่ · old or new member"""
    generated: bool = False
    """เป็นบุคคลสมมุติ · generated person"""

    def mistakes(self) -> Iterator[Refused]:
        """A village, and days in their order; a card has both its number and its day."""
        if len(self.area) != 8:
            yield NEEDS_A_VILLAGE
        if self.registered_on < self.applied_on:
            yield BEFORE_APPLIED
        if self.card_issued_on is not None and self.card_issued_on < self.registered_on:
            yield BEFORE_REGISTERED
        if (self.card_issued_on is None) != (not self.card_no):
            yield CARD_INCOMPLETE


def _wrong(field: str, code: str, th: str, en: str) -> Refused:
    return Refused(code, th, en, kind="invalid", field=field)


OTHER_LEVEL = _wrong("level", "level-of-code", "ระดับไม่ตรงกับรหัส", "is not the level of the code")
NEEDS_A_VILLAGE = _wrong("area", "village-needed", "ต้องเป็นรหัสหมู่บ้าน ๘ หลัก", "must be a village's 8 digits")
BEFORE_APPLIED = _wrong("registered_on", "before-applied", "ต้องไม่ก่อนวันสมัคร", "is before applied_on")
BEFORE_REGISTERED = _wrong(
    "card_issued_on", "before-registered", "ต้องไม่ก่อนวันขึ้นทะเบียน", "is before registered_on"
)
CARD_INCOMPLETE = _wrong(
    "card_no", "card-incomplete", "เลขบัตรและวันออกบัตรต้องมาคู่กัน", "needs card_issued_on, and the other way round"
)


async def parents_known(rows: Mapping[int, AreaLine], parts: Part[Parts]) -> list[FieldError]:
    """Every area lies in one that is in the register or in the file."""
    here = {row.code for row in rows.values()}
    outside = {row.code[:-2] for row in rows.values()} - here - {""}
    registers = await registers_of(parts.handler, outside)
    return [
        FieldError("code", "unknown-parent", f"ไม่มีพื้นที่ {above}", f"has no parent: {above}", number)
        for number, row in rows.items()
        if (above := row.code[:-2]) in outside and above not in registers[above[:2]].areas
    ]


async def villages_open(rows: Mapping[Number, MembershipLine], parts: Part[Parts]) -> list[FieldError]:
    """Every village is in the register, and was open when the member was registered."""
    registers = await registers_of(parts.handler, (row.area for row in rows.values()))
    return [
        FieldError("area", refused.code, refused.th, refused.en, number)
        for number, row in rows.items()
        if (refused := registers[row.area[:2]].open_at(row.area, row.registered_on)) is not None
    ]
