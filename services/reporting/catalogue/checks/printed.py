"""Whether lines of a Thai document print a number, an amount, a day, a month or certain words."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from babel.dates import get_month_names

from contracts.calendar import buddhist_year
from services.chassis.thai import arabic_digits

_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?")
_BLANK = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_WIDE = get_month_names("wide", locale="th")
_SHORT = get_month_names("abbreviated", locale="th")
MILLION = Decimal(1_000_000)


class Lines:
    """Some lines of a source, made ready to be looked into."""

    def __init__(self, text: str) -> None:
        self.text = arabic_digits(text)
        self.packed = _BLANK.sub("", self.text)
        self.numbers = {Decimal(found.replace(",", "")) for found in _NUMBER.findall(self.text)}

    def print(self, value: Decimal | int | date | str, kind: str) -> bool:
        """Whether the value stands here. `baht` is given in satang; a `quote` may be a number or words."""
        match kind, value:
            case "number", Decimal() | int():
                return Decimal(value) in self.numbers
            case "baht", int():
                baht = Decimal(value) / 100
                return baht in self.numbers or ("ล้าน" in self.packed and baht / MILLION in self.numbers)
            case "day", date():
                return Decimal(value.day) in self.numbers and self._month(value)
            case "month", date():
                return self._month(value)
            case _:
                return _BLANK.sub("", arabic_digits(str(value))) in self.packed

    def _month(self, day: date) -> bool:
        """Its Thai name, and the Buddhist year that it is in."""
        names = (_WIDE[day.month], _SHORT[day.month])
        return any(_BLANK.sub("", name) in self.packed for name in names) and (
            Decimal(buddhist_year(day)) in self.numbers
        )
