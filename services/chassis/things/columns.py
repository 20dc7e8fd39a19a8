"""A column of a register: what stands over it, and how its cells are written for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from services.chassis.forms.blanks import YES_NO, Blank
from services.chassis.forms.label import BETWEEN, Label
from services.chassis.problems import Language
from services.chassis.thai.dates import numeric_date


@dataclass(frozen=True, slots=True)
class Column:
    """Written as a form reads it, so that what was exported can be imported again."""

    name: str
    label: Label
    many: bool
    blank: Blank

    @property
    def head(self) -> str:
        """What stands over it in a file: both languages."""
        return f"{self.label.th}{BETWEEN}{self.label.en}"

    def shown(self, value: Any, language: Language = "th") -> str:
        """A cell: choices by their labels, days in B.E., several with commas between them."""
        if isinstance(value, list | tuple):
            return ", ".join(self.shown(item, language) for item in value)
        if value is None or value == "":
            return ""
        if self.blank.kind == "day":
            return day(value)
        known = YES_NO if self.blank.kind == "yes-no" else self.blank.choices
        found = known.get(str(value).lower() if isinstance(value, bool) else value)
        return str(value) if found is None else found.said(language)


def column(blank: Blank) -> Column:
    """The column of a field that people fill in."""
    return Column(blank.name, blank.label, blank.many, blank)


@lru_cache(4_096)
def day(iso: str | None) -> str:
    """A day as officers type it: 26/11/2564."""
    return numeric_date(date.fromisoformat(iso), thai=False) if iso else ""
