"""Dates as officers type them and as forms and screens show them. The names are Babel's, the era is ours.

Babel writes and reads Gregorian years only, also for Thai; it would take the year 2564 as the year 2564 C.E.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Literal

from babel.dates import get_month_names

from contracts.calendar import BUDDHIST_YEARS, FIRST_DAY, GREGORIAN_YEARS, buddhist_year, from_buddhist
from services.chassis.thai.text import Unreadable, plain, thai_digits

_WIDE = get_month_names("wide", locale="th")
_SHORT = get_month_names("abbreviated", locale="th")
_MONTHS = {names[n].replace(".", ""): n for names in (_WIDE, _SHORT) for n in range(1, 13)}

_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"([0-9]{1,2}) ?([/.-]) ?([0-9]{1,2}) ?\2 ?([0-9]+)")
_IN_WORDS = re.compile(r"(?:วันที่)?([0-9]{1,2})(?:เดือน)?([ก-์.]+?)(พ\.?ศ\.?|ค\.?ศ\.?)?([0-9]+)")

Era = Literal["พ.ศ.", "ค.ศ."]


def read_date(value: str | date) -> date:
    """The Gregorian date that was meant. Thai and Arabic digits alike; raises `Unreadable`.

    "๒๖ พฤศจิกายน ๒๕๖๔", "26 พ.ย. 2564", "26/11/2564" (also with - or .), "2564-11-26" and "2021-11-26"; a cell
    that is a date already is only checked. The year needs four digits and tells its own era: 2564 is พ.ศ., 2021 is
    ค.ศ. Day first with a ค.ศ. year ("03/04/2021") is refused: some write the month first.
    """
    if isinstance(value, date):
        return gregorian(value.date() if isinstance(value, datetime) else value)
    text = plain(value)
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
        return _day(year, int(month), int(day))
    if found := _DAY_FIRST.fullmatch(text):
        day, _, month, year = found.groups()
        return _day(year, int(month), int(day), only="พ.ศ.")
    if found := _IN_WORDS.fullmatch(text.replace(" ", "")):
        day, name, marker, year = found.groups()
        if number := _MONTHS.get(name.replace(".", "")):
            era: Era | None = None if marker is None else "พ.ศ." if marker.startswith("พ") else "ค.ศ."
            return _day(year, number, int(day), marked=era)
    raise Unreadable(
        "date-unreadable",
        "อ่านวันที่ไม่ได้ กรุณาพิมพ์แบบ 26 พฤศจิกายน 2564, 26 พ.ย. 2564, 26/11/2564 หรือ 2021-11-26",
        "This is not a date that can be read. Write 26 พฤศจิกายน 2564, 26 พ.ย. 2564, 26/11/2564 or 2021-11-26.",
    )


def gregorian(day: date) -> date:
    """The day itself, where its year can be Gregorian; `Unreadable` for 2568-11-26 and its like (JSON, Excel cells)."""
    if day.year not in GREGORIAN_YEARS:
        raise _wrong_era(day.year)
    if day < FIRST_DAY:
        raise _impossible()
    return day


def long_date(day: date, *, thai: bool = True) -> str:
    """๒๖ พฤศจิกายน ๒๕๖๔, or with Arabic digits."""
    return _written(f"{day.day} {_WIDE[day.month]} {buddhist_year(day)}", thai)


def short_date(day: date, *, thai: bool = True) -> str:
    """๒๖ พ.ย. ๒๕๖๔, or with Arabic digits."""
    return _written(f"{day.day} {_SHORT[day.month]} {buddhist_year(day)}", thai)


def numeric_date(day: date, *, thai: bool = True) -> str:
    """๒๖/๑๑/๒๕๖๔, or with Arabic digits."""
    return _written(f"{day.day:02}/{day.month:02}/{buddhist_year(day)}", thai)


def _written(text: str, thai: bool) -> str:
    return thai_digits(text) if thai else text


def _day(
    typed_year: str, month: int, day: int, *, marked: Era | None = None, only: Era | None = None
) -> date:
    """The day, where year and era fit each other. `marked` stood beside the year, `only` is all that the form allows."""
    if len(typed_year) != 4:
        raise Unreadable(
            "date-year-digits",
            "ปีต้องมี 4 หลัก เช่น 2564 ปี 2 หลักอาจเป็น พ.ศ. หรือ ค.ศ. ก็ได้",
            "The year needs four digits, as 2564: two digits could be B.E. or C.E.",
        )
    year = int(typed_year)
    era: Era | None = "พ.ศ." if year in BUDDHIST_YEARS else "ค.ศ." if year in GREGORIAN_YEARS else None
    if era is None or (marked and marked != era):
        raise _wrong_era(year)
    if only and era != only:
        raise Unreadable(
            "date-order",
            "วันที่แบบ วัน/เดือน/ปี ต้องใช้ปี พ.ศ. เช่น 26/11/2564 ถ้าใช้ ค.ศ. ให้พิมพ์ 2021-11-26",
            "Day/month/year needs a B.E. year, as 26/11/2564; with a C.E. year write 2021-11-26.",
        )
    try:
        read = from_buddhist(year, month, day) if era == "พ.ศ." else date(year, month, day)
    except ValueError:
        read = None
    if read is None or read < FIRST_DAY:
        raise _impossible()
    return read


def _wrong_era(year: int) -> Unreadable:
    """Says what probably happened: an era taken for the other, or 543 added or taken away twice."""
    if year in BUDDHIST_YEARS:
        th, en = "เป็นปี พ.ศ. แต่ใช้เป็น ค.ศ.", "is a B.E. year used as C.E."
    elif year in GREGORIAN_YEARS:
        th, en = "เป็นปี ค.ศ. แต่ใช้เป็น พ.ศ.", "is a C.E. year used as B.E."
    elif year + 543 in GREGORIAN_YEARS:
        th, en = (
            "ไม่ใช่ทั้งปี พ.ศ. และ ค.ศ. อาจลบ 543 สองครั้ง",
            "is neither B.E. nor C.E.: perhaps 543 was taken away twice",
        )
    elif year - 543 in BUDDHIST_YEARS:
        th, en = (
            "ไม่ใช่ทั้งปี พ.ศ. และ ค.ศ. อาจบวก 543 สองครั้ง",
            "is neither B.E. nor C.E.: perhaps 543 was added twice",
        )
    else:
        th, en = "ไม่ใช่ทั้งปี พ.ศ. และ ค.ศ. ที่ใช้ได้", "is neither a B.E. nor a C.E. year that can be meant"
    return Unreadable("date-era", f"ปี {year} {th}", f"The year {year} {en}.")


def _impossible() -> Unreadable:
    return Unreadable("date-impossible", "ไม่มีวันที่นี้ในปฏิทินไทย", "There is no such day in the Thai calendar.")
