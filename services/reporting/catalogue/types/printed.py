"""Numbers, money and dates as the sources print them, exact, and marked so that the check finds them in the cited line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from services.reporting.catalogue.types.refused import wrong

_GROUPED = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_MILLION = " million"


@dataclass(frozen=True, slots=True)
class Printed:
    """The mark of a type whose values must be found in the cited lines."""

    kind: Literal["number", "baht", "day", "month", "words"]


def read_number(value: object) -> Decimal:
    """7, 53.63 and "12,900,000" as a Decimal. A group of other than three digits is refused."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, str) and _GROUPED.fullmatch(value):
        return Decimal(value.replace(",", ""))
    raise wrong(
        "number",
        "ต้องเป็นตัวเลข เช่น 7, 53.63 หรือ 12,900,000 (ใน {…} ต้องใส่เครื่องหมายคำพูด)",
        'must be a number as 7, 53.63 or 12,900,000 (inside {…} in quotes: "12,900,000")',
    )


def read_baht(value: object) -> int:
    """Baht as printed ("2,070,000", "258,307.1703 million") as satang; a part of a satang is refused."""
    million = isinstance(value, str) and value.endswith(_MILLION)
    baht = read_number(value[: -len(_MILLION)] if million and isinstance(value, str) else value)
    satang = baht * 100 * (1_000_000 if million else 1)
    if satang != satang.to_integral_value():
        raise wrong("satang", "จำนวนเงินละเอียดกว่าหนึ่งสตางค์", "an amount has no parts of a satang")
    return int(satang)


def read_month(value: object) -> date:
    """ "2021-12" as its first day."""
    found = _MONTH.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, date):
        return value
    if not found or not 1 <= int(found[2]) <= 12 or not 1889 <= int(found[1]) <= 2157:
        raise wrong("month", "ต้องเป็นเดือน ค.ศ. แบบ 2021-12", "must be a Gregorian month as 2021-12")
    return date(int(found[1]), int(found[2]), 1)


Number = Annotated[Decimal, BeforeValidator(read_number), Printed("number")]
"""An exact number as the source prints it."""

Whole = Annotated[int, Field(ge=0), Printed("number")]
"""A whole number that is only counted with, as the 7 in "within 7 days"."""

Satang = Annotated[int, BeforeValidator(read_baht), Printed("baht")]
"""Money: baht in the file, whole satang in the code."""

Day = Annotated[date, Printed("day")]
"""A day, Gregorian in the file and in the code; the source prints it in the Buddhist era."""

Month = Annotated[date, BeforeValidator(read_month), Printed("month")]
"""A month, as its first day: "within December 2564" is 2021-12."""

Verbatim = Annotated[str, Field(min_length=1), Printed("words")]
"""Words copied from the source letter by letter, its slips included; blanks do not count."""
