"""What people fill in, said once: commands, the keys of things, and the marks on their fields. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.decider.decisions import Actor, Refused


class Past:
    """Marks a date that must have come. The edge, which has the clock, holds people to it."""


class Buddhist:
    """Marks a year of the Buddhist era: 2565."""


class Stamped:
    """Marks a field that the edge fills, and nobody sends."""


class Personal:
    """Marks a text that may be about a person, and is sealed. Every other text is public: no citizen number in it."""


CITIZEN_NUMBER = r"^[0-9]{13}$"
CitizenNumber = Annotated[str, Field(pattern=CITIZEN_NUMBER), Personal()]
"""Thirteen digits; an edge reads Thai ones and dashes, and checks the last."""
Happened = Annotated[date, Past()]
"""The day on which something happened."""
FiscalYear = Annotated[int, Field(ge=2400, le=2700), Buddhist()]
"""2565 is October 2021 to September 2022."""
Today = Annotated[date, Stamped()]
"""The day on which it is entered."""


class Declared(BaseModel):
    """Fields that people fill in. The string under a field is its label, `ไทย · English`, as the first line of the class is
    the label of the whole; what is asked for at an edge (a body, a row of a file, a form) is made from them."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    def mistakes(self) -> Iterator[Refused]:
        """What is wrong with it by itself, whatever else is so: a file or a form is told all of it before anything is
        tried. A command's `decide` begins with the first of them."""
        yield from ()


class Key(Declared):
    """How people know a thing: its natural key. The command that makes the thing has these fields, too; a row of a file
    that is about it begins with them."""

    @property
    def stream(self) -> str:
        """The thing's stream, where it follows from these fields alone."""
        raise NotImplementedError


class Command(Declared):
    """What somebody wants, in the imperative. Time and ids arrive in it; unknown fields are refused."""

    stamped: ClassVar[frozenset[str]] = frozenset()
    """Fields that the edge fills: they do not make a repeated request another command. An `Actor` and what is marked
    `Stamped` are among them by themselves."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        filled = {
            name
            for name, field in cls.model_fields.items()
            if field.annotation is Actor or any(isinstance(mark, Stamped) for mark in field.metadata)
        }
        cls.stamped = cls.stamped | filled

    def mistake(self) -> Refused | None:
        """The first of its mistakes."""
        return next(self.mistakes(), None)
