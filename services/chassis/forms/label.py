"""What people call things, in Thai and in English: the first line of the string under a field, a class or an enum's member."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

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


def said_of(model: type[BaseModel], name: str) -> str:
    """The string under a field. Pydantic keeps the description of the field's type instead, where that has one of its own,
    and none at all in models that are published without."""
    told = model.model_fields[name].description or ""
    if BETWEEN in told.partition("\n")[0]:
        return told
    return next((_strings(one)[name] for one in model.__mro__ if name in _strings(one)), told)


@cache
def _strings(one: type[Any]) -> Mapping[str, str]:
    """Those of the class itself."""
    ours = issubclass(one, BaseModel) and one.__module__.partition(".")[0] != "pydantic"
    return strings_under(one) if ours and one.__annotations__ else {}


@cache
def choices(enum: type[Enum]) -> Mapping[str, Label]:
    """From a value of an enum to its label."""
    told = strings_under(enum)
    return MappingProxyType(
        {member.value: label(told.get(member.name), f"{enum.__name__}.{member.name}") for member in enum}
    )
