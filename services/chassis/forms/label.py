"""What people call things, in Thai and in English: the first line of the string under a field, a class or an enum's member."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType

from contracts.publish.meanings import strings_under
from services.chassis.problems import Language

BETWEEN = " · "
_THAI = re.compile("[ก-๙]")


@dataclass(frozen=True, slots=True)
class Label:
    """One thing's name, in both languages."""

    th: str
    en: str

    def said(self, language: Language) -> str:
        """The name in this language."""
        return self.th if language == "th" else self.en


def label(text: str | None, what: str) -> Label:
    """The label that a string begins with, `ไทย · English`; TypeError where `what` has none."""
    first = inspect.cleandoc(text or "").partition("\n")[0]
    th, _, en = first.partition(BETWEEN)
    if not _THAI.search(th) or not en or _THAI.search(en) or BETWEEN in en:
        raise TypeError(f"{what} needs a label, as `ไทย{BETWEEN}English`; it has {first!r}")
    return Label(th, en)


@cache
def choices(enum: type[Enum]) -> Mapping[str, Label]:
    """From a value of an enum to its label."""
    told = strings_under(enum)
    return MappingProxyType(
        {member.value: label(told.get(member.name), f"{enum.__name__}.{member.name}") for member in enum}
    )
