"""Filters as people type them, Thai digits included: an area, a fiscal year. (A date is `services.chassis.days.Day`.)"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from contracts.areas import SCOPE
from contracts.calendar import BUDDHIST_YEARS, GREGORIAN_YEARS
from services.chassis.thai import Unreadable, arabic_digits

_YEARS = (BUDDHIST_YEARS[0], BUDDHIST_YEARS[-1])


def _area(typed: Any) -> Any:
    if not isinstance(typed, str):
        return typed  # pydantic says that it is no text
    code = arabic_digits(typed.strip())
    if not re.fullmatch(SCOPE, code):
        raise Unreadable(
            "area-code",
            "รหัสพื้นที่ต้องเป็นตัวเลข 2 หลัก (จังหวัด) 4 หลัก (อำเภอ) 6 หลัก (ตำบล) หรือ 8 หลัก (หมู่บ้าน)",
            "An area code has 2 digits (province), 4 (district), 6 (tambon) or 8 (village).",
        )
    return code


def read_fiscal_year(typed: Any) -> Any:
    """A typed B.E. year; raises Unreadable."""
    text = arabic_digits(str(typed).strip())
    if isinstance(typed, bool) or not re.fullmatch(r"[0-9]{4}", text):
        raise Unreadable(
            "fiscal-year",
            "ปีงบประมาณต้องเป็นปี พ.ศ. 4 หลัก เช่น 2565",
            "A fiscal year is a B.E. year of four digits, as 2565.",
        )
    year = int(text)
    if year not in BUDDHIST_YEARS:
        meant = f" ({year + 543}?)" if year in GREGORIAN_YEARS else ""
        raise Unreadable(
            "fiscal-year",
            f"ปีงบประมาณต้องเป็นปี พ.ศ. เช่น 2565{meant}",
            f"A fiscal year is a B.E. year, as 2565{meant}.",
        )
    return year


AreaFilter = Annotated[
    str,
    BeforeValidator(_area),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": SCOPE,
            "description": "area code; empty is the nation",
            "examples": ["51"],
        }
    ),
]
"""An area code, or "" for the nation."""

FiscalYear = Annotated[
    int,
    BeforeValidator(read_fiscal_year),
    WithJsonSchema(
        {
            "type": "integer",
            "minimum": _YEARS[0],
            "maximum": _YEARS[1],
            "description": "B.E.",
            "examples": [2565],
        }
    ),
]
"""A B.E. fiscal year: 2565 is October 2021 to September 2022."""
