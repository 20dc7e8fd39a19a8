"""The generated people of seed 000: as many ทสม. members, where it says, of Lamphun; the same ones every time.

The seed prints totals only (line 9: "๓,๓๔๘ คน (ข้อมูล ณ วันที่ ๒๖ พฤศจิกายน ๒๕๖๔) กระจายอยู่ใน ๘ อำเภอ ๔๘ ตำบล
๔๐๕ หมู่บ้าน"). Who they are, in which villages, and since when is ours, and every row and every village says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import NamedTuple, TextIO

from contracts.areas import AreaLevel
from contracts.calendar import fiscal_year_start
from services.chassis.thai import (
    generated_citizen_number,
    long_date,
    numeric_date,
    short_date,
    thai_digits,
)
from services.cli.areas import AreaRow, area_rows, write_csv

PROVINCE = "51"
NETWORK = "tsm"
AS_OF = date(2021, 11, 26)
"""Seed 000 line 9; the date of the base and the last day of any row."""
MEMBERS, DISTRICTS, TAMBONS, VILLAGES = 3348, 8, 48, 405
"""Seed 000 line 9: with members; the province has 51 tambons."""
FISCAL_YEAR = 2565
"""Seed 000 line 5."""
GROWTH_PERCENT = 5
"""Seed 000 line 82, on the number of FY2564; the base is the one printed number, of 26 Nov 2564 (README decision 6)."""
TARGET = -(-MEMBERS * (100 + GROWTH_PERCENT) // 100)
"""3,516 = ceil(3,515.4)."""

UNCOVERED_ASSUMED = ("510117", "510409", "510611")
"""AN ASSUMPTION: Nong Nam, Si Wichai and Nakhon Chedi, the tambons shown without members.

That three of 51 have none follows from the seed (48 have); which three is not printed. Our rule: in each of the three
districts with the most tambons, the one with the highest code.
"""

GENERATED = "ใช่"
OLD, NEW = "old", "new"
"""Line 47, "ทั้งคนเก่าและคนใหม่": old = registered before FY2565 began. How many of each is ours (about 1 in 14 new)."""

_COLOURS = ("แดง", "ส้ม", "เหลือง", "เขียว", "ฟ้า", "คราม", "ม่วง", "ชมพู", "ขาว", "เทา", "ดำ")
_DAYS = ("อาทิตย์", "จันทร์", "อังคาร", "พุธ", "พฤหัส", "ศุกร์", "เสาร์")
_THINGS = (  # noqa: SIM905  (one line a word would hide the alphabet)
    "ไก่ ไข่ ขวด ควาย คน ระฆัง งู จาน ฉิ่ง ช้าง โซ่ เฌอ หญิง ชฎา ปฏัก ฐาน มณโฑ ผู้เฒ่า เณร เด็ก เต่า ถุง ทหาร ธง หนู "
    "ใบไม้ ปลา ผึ้ง ฝา พาน ฟัน สำเภา ม้า ยักษ์ เรือ ลิง แหวน ศาลา ฤๅษี เสือ หีบ จุฬา อ่าง นกฮูก"
).split()
"""The words of the Thai alphabet, ก ไก่ to ฮ นกฮูก: everyone sees that สมมุติไก่ is nobody's family name."""


class MemberRow(NamedTuple):
    """One row of the members import, as an officer would type it; empty card columns: no card yet."""

    citizen_id: str
    given_name: str
    family_name: str
    birth_date: str
    network: str
    area: str
    applied_on: str
    registered_on: str
    card_no: str
    card_issued_on: str
    old_or_new: str
    generated: str


@cache
def village_codes() -> tuple[str, ...]:
    """The 405 villages with members, by code: numbers from 01 in each of the 48 tambons. An assumption, all of them."""
    draw = _Draw("villages")
    tambons = [
        row.code for row in area_rows() if row.level == AreaLevel.TAMBON and row.code.startswith(PROVINCE)
    ]
    counts = {code: 5 for code in tambons if code not in UNCOVERED_ASSUMED}
    missing = VILLAGES - sum(counts.values())
    while missing:
        code = draw.one_of(tuple(counts))
        if counts[code] < 15:
            counts[code] += 1
            missing -= 1
    return tuple(f"{code}{number:02}" for code, count in counts.items() for number in range(1, count + 1))


def village_rows() -> Iterator[AreaRow]:
    """The villages as rows of the area import; each name carries the mark that it is an example."""
    for code in village_codes():
        number = int(code[6:])
        yield AreaRow(code, AreaLevel.VILLAGE, f"หมู่ที่ {number} (ตัวอย่าง)", f"Moo {number} (example)", "")


def lamphun_rows() -> Iterator[MemberRow]:
    """The 3,348 members by village; every village has at least one. All registered by `AS_OF`."""
    draw = _Draw("members")
    villages = village_codes()
    areas = sorted([*villages, *(draw.one_of(villages) for _ in range(MEMBERS - VILLAGES))])
    for n, area in enumerate(areas):
        applied, registered, issued = _dates(draw)
        born = applied - timedelta(days=20 * 366 + draw.below(45 * 365))
        days = [_typed(day, n) if day else "" for day in (born, applied, registered, issued)]
        given, family = _name(n)
        yield MemberRow(
            citizen_id=_typed_number(generated_citizen_number(n), n),
            given_name=given,
            family_name=family,
            birth_date=days[0],
            network=NETWORK,
            area=area,
            applied_on=days[1],
            registered_on=days[2],
            card_no=f"ตย.{PROVINCE}-{n + 1:05}" if issued else "",
            card_issued_on=days[3],
            old_or_new=OLD if registered < fiscal_year_start(FISCAL_YEAR) else NEW,
            generated=GENERATED,
        )


def write_members(file: TextIO) -> int:
    """Write the members to a file opened with `encoding="utf-8", newline=""`; returns the rows written."""
    return write_csv(MemberRow._fields, lamphun_rows(), file)


def write_villages(file: TextIO) -> int:
    """Write the villages to a file opened with `encoding="utf-8", newline=""`; returns the rows written."""
    return write_csv(AreaRow._fields, village_rows(), file)


class _Draw:
    """Lots from a seed. Only `Random.random` is promised to stay the same in every Python, so all comes from it."""

    def __init__(self, seed: str) -> None:
        self._random = Random(f"seed 000 {seed}")  # noqa: S311  (examples, not secrets)

    def below(self, bound: int) -> int:
        return int(self._random.random() * bound)

    def one_of(self, choices: tuple[str, ...]) -> str:
        return choices[self.below(len(choices))]


def _dates(draw: _Draw) -> tuple[date, date, date | None]:
    """Applied, registered, card issued or none: weekdays in this order, none after `AS_OF`."""
    wait = timedelta(days=7 + draw.below(22))
    if draw.below(14) == 0:
        year_began = fiscal_year_start(FISCAL_YEAR)
        registered = _weekday(year_began + timedelta(days=draw.below((AS_OF - year_began).days + 1)))
        applied = _weekday(registered - wait)
    else:
        applied = _weekday(date(2013, 10, 1) + timedelta(days=draw.below(2890)))
        registered = _weekday(applied + wait)
    issued = _weekday(registered + timedelta(days=7 + draw.below(60)))
    return applied, registered, issued if issued <= AS_OF and draw.below(12) else None


def _weekday(day: date) -> date:
    """The day, or the Friday before it: offices are closed at weekends."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _name(n: int) -> tuple[str, str]:
    """Given and family name, both marked as examples, no pair twice: 7 days × 11 colours × 44 things = 3,388 pairs."""
    pair = n * 1009 % (len(_DAYS) * len(_COLOURS) * len(_THINGS))  # 1009 has no factor of it: every pair once
    first, thing = divmod(pair, len(_THINGS))
    day, colour = divmod(first, len(_COLOURS))
    return f"ตัวอย่าง{_DAYS[day]}{_COLOURS[colour]}", f"สมมุติ{_THINGS[thing]}"


def _typed(day: date, n: int) -> str:
    """The day as typed in row n: ISO, but every 50th row as officers do, so that the import proves that it reads it."""
    if n % 50:
        return day.isoformat()
    ways = (long_date(day), short_date(day, thai=False), numeric_date(day, thai=False), numeric_date(day))
    return ways[n // 50 % len(ways)]


def _typed_number(number: str, n: int) -> str:
    """The citizen number as typed in row n: every 50th with the dashes of the card, half of these in Thai digits."""
    if n % 50:
        return number
    dashed = f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"
    return thai_digits(dashed) if n % 100 == 0 else dashed
