"""The blanks of a form, one a field: what is asked, and how it is read at an edge. All of it follows from the field's type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BeforeValidator
from pydantic.fields import FieldInfo

from contracts.areas import AREA_CODE, SCOPE
from contracts.ids import UUID_PATTERN
from services.chassis.days import Day, PastDay
from services.chassis.decider import Buddhist, Past, Personal
from services.chassis.forms.label import BETWEEN, Label, choices, label
from services.chassis.forms.words import choices_in, choosing, word
from services.chassis.http.filters import read_fiscal_year
from services.chassis.sent import impersonal, meant, read_area
from services.chassis.thai import arabic_digits

Kind = Literal["text", "code", "number", "year", "day", "yes-no", "choice", "area", "thing"]

NOTHING: Mapping[str, Label] = MappingProxyType({})
YES_NO: Mapping[str, Label] = MappingProxyType({"true": Label("ใช่", "yes"), "false": Label("ไม่ใช่", "no")})
_WORDS = {"ใช่": True, "yes": True, "true": True, "1": True} | dict.fromkeys(
    ("ไม่", "ไม่ใช่", "no", "false", "0"), False
)
_BETWEEN_ITEMS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank. `sent` and `typed` are its type where a program sends it, and where people type it into a cell."""

    name: str
    label: Label
    kind: Kind
    required: bool
    many: bool
    past: bool
    longest: int | None
    choices: Mapping[str, Label]
    sent: Any = field(repr=False)
    typed: Any = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """What may stand over its column."""
        return (self.name, self.label.th, self.label.en, f"{self.label.th}{BETWEEN}{self.label.en}")


def blank(name: str, told: FieldInfo, where: str) -> Blank:
    """The blank of a field; TypeError where its type has none, or where it has no label."""
    what = f"{where}.{name}"
    base, marks, optional, many, outer = _parts(told, what)
    asked = _kind(base, marks, what)
    known = _choices(base)
    longest = [mark.max_length for mark in marks if getattr(mark, "max_length", None)]

    def kind(*, typed: bool) -> Any:
        item = _annotated(base, [*marks, *_read(marks, asked, known, typed=typed)])
        if asked == "day":
            item = _annotated(PastDay if _past(marks) else Day, marks)
        whole = _annotated(tuple[item, ...], [*outer, *_apart(typed, known)]) if many else item  # type: ignore[valid-type]
        return whole | None if optional else whole

    return Blank(
        name, label(told.description, what), asked, told.is_required(), many, _past(marks),
        min(longest, default=None), known, kind(typed=False), kind(typed=True),
    )  # fmt: skip


def _parts(told: FieldInfo, what: str) -> tuple[Any, list[Any], bool, bool, list[Any]]:
    """The type itself, its marks; may it be None, may it be many, and the marks of the many."""
    base, marks, outer = told.annotation, list(told.metadata), []
    optional = get_origin(base) in (Union, UnionType) and NoneType in get_args(base)
    if optional:
        base, marks = _plain([one for one in get_args(base) if one is not NoneType], marks, what)
    many = get_origin(base) is tuple
    if many:
        items = [one for one in get_args(base) if one is not Ellipsis]
        outer = marks
        base, marks = _plain(items, [], what)
    return base, marks, optional, many, outer


def _plain(kinds: list[Any], marks: list[Any], what: str) -> tuple[Any, list[Any]]:
    if len(kinds) != 1:
        raise TypeError(f"{what}: no blank takes one of several types")
    if get_origin(kinds[0]) is Annotated:
        base, *own = get_args(kinds[0])
        return base, [*own, *marks]
    return kinds[0], marks


def _kind(base: Any, marks: list[Any], what: str) -> Kind:
    if get_origin(base) is Literal or (isinstance(base, type) and issubclass(base, Enum)):
        return "choice"
    if base is str:
        pattern = next((mark.pattern for mark in marks if getattr(mark, "pattern", None)), "")
        if pattern in (AREA_CODE, SCOPE):
            return "area"
        return "thing" if pattern.endswith(f"{UUID_PATTERN}$") else "code" if pattern else "text"
    year = any(isinstance(mark, Buddhist) for mark in marks)
    kinds: dict[Any, Kind] = {bool: "yes-no", int: "year" if year else "number", date: "day"}
    if base not in kinds:
        raise TypeError(f"{what}: there is no blank for {base}; write its route by hand")
    return kinds[base]


def _read(marks: list[Any], kind: Kind, known: Mapping[str, Label], *, typed: bool) -> list[Any]:
    """How it is read, whatever people make of it."""
    if kind == "area":
        return [BeforeValidator(read_area)]
    if kind == "yes-no":
        return [BeforeValidator(_yes_no)]
    if kind == "year":
        return [BeforeValidator(read_fiscal_year)]
    if kind == "number":
        return [BeforeValidator(_number)]
    if kind == "choice" and typed:
        return [choosing(known)]
    named = [AfterValidator(meant)] if kind == "text" else []
    if kind in ("text", "code") and not any(isinstance(mark, Personal) for mark in marks):
        return [*named, AfterValidator(impersonal)]
    return named


def _apart(typed: bool, known: Mapping[str, Label]) -> list[Any]:
    words = frozenset(word(name) for value, called in known.items() for name in (value, called.th, called.en))

    def apart(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return choices_in(text, words) if words else [item for item in _BETWEEN_ITEMS.split(text) if item]

    return [BeforeValidator(apart)] if typed else []


def _choices(base: Any) -> Mapping[str, Label]:
    if base is bool:
        return YES_NO
    if get_origin(base) is Literal:
        return {value: Label(value, value) for value in get_args(base)}
    return choices(base) if isinstance(base, type) and issubclass(base, Enum) else NOTHING


def _yes_no(typed: Any) -> Any:
    return _WORDS.get(word(typed), typed) if isinstance(typed, str) else typed


def _number(typed: Any) -> Any:
    return arabic_digits(typed).replace(",", "") if isinstance(typed, str) else typed


def _past(marks: list[Any]) -> bool:
    return any(isinstance(mark, Past) for mark in marks)


def _annotated(kind: Any, marks: list[Any]) -> Any:
    return Annotated[(kind, *marks)] if marks else kind
