"""The blanks of a form, one a field: what is asked, and how it is read at an edge. All of it follows from the field's type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo

from contracts.areas import AREA_CODE, SCOPE
from contracts.ids import UUID_PATTERN
from contracts.members import MONTH
from contracts.money import Money, Percent
from services.chassis.days import Day, PastDay
from services.chassis.decider import CITIZEN_NUMBER, Buddhist, Past
from services.chassis.forms.label import BETWEEN, Label, choices, label, said_of
from services.chassis.forms.reading import apart, reading
from services.chassis.sent import Sent

Kind = Literal[
    "text",
    "code",
    "number",
    "year",
    "day",
    "yes-no",
    "choice",
    "area",
    "thing",
    "citizen",
    "month",
    "money",
    "percent",
    "rows",
]

NOTHING: Mapping[str, Label] = MappingProxyType({})
YES_NO: Mapping[str, Label] = MappingProxyType({"true": Label("ใช่", "yes"), "false": Label("ไม่ใช่", "no")})


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank. `sent` and `typed` are its type where a program sends it, and where people type it into a cell.

    A field that may be None need not be filled in by people; a program sends null where it has no default.

    `rows` are several of a small model, as a list of objects in JSON; typed they are `a|b|c; d|e|f`, or one on a line, with the
    cells in the order of the `columns`: so they hold codes, numbers, days and choices, no sentences.
    """

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
    columns: tuple[Blank, ...] = ()
    model: type[BaseModel] | None = field(default=None, repr=False)
    """Of a row."""

    @property
    def names(self) -> tuple[str, ...]:
        """What may stand over its column."""
        return (self.name, self.label.th, self.label.en, f"{self.label.th}{BETWEEN}{self.label.en}")


def blank(model: type[BaseModel], name: str) -> Blank:
    """The blank of a field; TypeError where its type has none, or where it has no label."""
    what, told = f"{model.__name__}.{name}", model.model_fields[name]
    base, marks, optional, many, outer = _parts(told, what)
    asked = _kind(base, marks, many, what)
    known = _choices(base)
    longest = [mark.max_length for mark in marks if getattr(mark, "max_length", None)]
    columns = tuple(blank(base, one) for one in base.model_fields) if asked == "rows" else ()
    if any(one.many for one in columns):
        raise TypeError(f"{what}: a row of a row has no blank")

    def kind(*, typed: bool) -> Any:
        item = _row(base, columns, typed=typed) if columns else base
        item = _annotated(item, [*marks, *reading(asked, marks, known, typed=typed)])
        if asked == "day":
            item = _annotated(PastDay if _past(marks) else Day, marks)
        parted = apart(asked, [one.name for one in columns], _heads(columns), known) if typed else []
        whole = _annotated(tuple[item, ...], [*outer, *parted]) if many else item  # type: ignore[valid-type]
        return whole | None if optional else whole

    return Blank(
        name, label(said_of(model, name), what), asked, told.is_required() and not optional, many, _past(marks),
        min(longest, default=None), known, kind(typed=False), kind(typed=True), columns, base if columns else None,
    )  # fmt: skip


def _row(base: type[BaseModel], columns: tuple[Blank, ...], *, typed: bool) -> type[BaseModel]:
    """The model that reads one row."""
    fields: dict[str, Any] = {one.name: as_field(base, one, typed=typed) for one in columns}
    made = create_model(base.__name__, __base__=Sent, __module__=base.__module__, **fields)
    made.__doc__ = base.__doc__
    return made


def as_field(model: type[BaseModel], one: Blank, *, typed: bool) -> tuple[Any, Any]:
    """A blank as a field of a model that reads it."""
    told, default = model.model_fields[one.name], {}
    if not told.is_required():
        default = {"default": told.get_default()}
    elif typed and not one.required:
        default = {"default": None}
    return one.typed if typed else one.sent, Field(description=said_of(model, one.name), **default)


def _heads(columns: tuple[Blank, ...]) -> Label:
    return Label(" | ".join(one.label.th for one in columns), " | ".join(one.label.en for one in columns))


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


def _kind(base: Any, marks: list[Any], many: bool, what: str) -> Kind:
    if many and isinstance(base, type) and issubclass(base, BaseModel):
        return "rows"
    if get_origin(base) is Literal or (isinstance(base, type) and issubclass(base, Enum)):
        return "choice"
    if base is str:
        pattern = next((mark.pattern for mark in marks if getattr(mark, "pattern", None)), "")
        if pattern in (AREA_CODE, SCOPE):
            return "area"
        own: dict[str, Kind] = {MONTH: "month", CITIZEN_NUMBER: "citizen"}
        if pattern in own:
            return own[pattern]
        return "thing" if pattern.endswith(f"{UUID_PATTERN}$") else "code" if pattern else "text"
    marked: dict[type, Kind] = {Buddhist: "year", Money: "money", Percent: "percent"}
    number: Kind = next((marked[type(mark)] for mark in marks if type(mark) in marked), "number")
    kinds: dict[Any, Kind] = {bool: "yes-no", int: number, date: "day"}
    if base not in kinds:
        raise TypeError(f"{what}: there is no blank for {base}; write its route by hand")
    return kinds[base]


def _choices(base: Any) -> Mapping[str, Label]:
    if base is bool:
        return YES_NO
    if get_origin(base) is Literal:
        return {value: Label(value, value) for value in get_args(base)}
    return choices(base) if isinstance(base, type) and issubclass(base, Enum) else NOTHING


def _past(marks: list[Any]) -> bool:
    return any(isinstance(mark, Past) for mark in marks)


def _annotated(kind: Any, marks: list[Any]) -> Any:
    return Annotated[(kind, *marks)] if marks else kind
