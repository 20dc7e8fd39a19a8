"""The one idea: `decide(command, state) -> events | Refused`, `evolve(state, event) -> state`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from inspect import signature
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.areas import within
from contracts.event import Event

__all__ = [
    "Actor",
    "Aggregate",
    "Code",
    "Command",
    "Decision",
    "FiscalYear",
    "Forgotten",
    "Happened",
    "Key",
    "Personal",
    "Refused",
    "Sealed",
    "Stamped",
    "Today",
    "aggregate_of",
]


class Past:
    """Marks a date that must have come. The edge, which has the clock, holds people to it."""


class Buddhist:
    """Marks a year of the Buddhist era: 2565."""


class Stamped:
    """Marks a field that the edge fills, and nobody sends."""


class Personal:
    """Marks a text that may be about a person, and is sealed. Every other text is public: no citizen number in it."""


Happened = Annotated[date, Past()]
"""The day on which something happened."""
FiscalYear = Annotated[int, Field(ge=2400, le=2700), Buddhist()]
"""2565 is October 2021 to September 2022."""
Today = Annotated[date, Stamped()]
"""The day on which it is entered."""
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._/-]{0,39}$")]
"""A code that goes into an event: an indicator, a reason, a form's version, a letter's number. No sentence fits in."""


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


class Actor(BaseModel):
    """Who does it, where a rule asks: the token's opaque subject, and the areas that the token reaches.

    A command's field of this type is `stamped`: a repeated request may come with a token of other areas, and another
    subject's is another key anyway.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    scopes: tuple[str, ...]

    def reaches(self, area: str) -> bool:
        """Whether the area lies in one of the actor's."""
        return any(within(area, scope) for scope in self.scopes)


@dataclass(frozen=True, slots=True)
class Refused:
    """A "no" with its reason: a value, never an event. `code` is stable; `rule` cites the department's rule.

    `kind` tells the edge what it is: a conflict with what is so (409), an invalid wish (422), something that is not
    there (404), or something that this actor may not do (403). `field` is the field that it is about, where it is one.
    """

    code: str
    th: str
    en: str
    kind: Literal["conflict", "invalid", "missing", "forbidden"] = "conflict"
    rule: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event with personal fields beside it, which are encrypted under the key of `owner` and never leave."""

    event: Event
    owner: str
    personal: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An event with which the key of `owner` is destroyed: what was sealed for it can never be read again."""

    event: Event
    owner: str


Decision = Sequence[Event | Sealed | Forgotten] | Refused

C = TypeVar("C", bound=Command)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[C, S]):
    """One aggregate, as the chassis runs it. An empty decision is a no-op: it is so already.

    `events` are the types that its streams may hold; another in a stream is an error, never skipped.
    `area` gives the area that the state belongs to, for the actor's scope; None where it is nobody's in particular, and
    only the areas of the events count.
    """

    name: str
    initial: S
    decide: Callable[[C, S], Decision]
    evolve: Callable[[S, Any], S]
    events: frozenset[type[Event]]
    area: Callable[[S], str | None]
    commands: frozenset[type[Command]] = frozenset()
    """Those that it decides, where it is made `of` its steps."""


def aggregate_of(
    name: str, initial: S, *, absent: Refused, area: Callable[[S], str | None],
    decides: Iterable[Callable[[Any, S], Decision]], evolves: Iterable[Callable[[S, Any], S]],
) -> Aggregate[Any, S]:  # fmt: skip
    """An aggregate of small functions, each known by what it takes: `decides(command, state)`, `evolves(state, event)`.

    A command's own mistakes are told first; then, unless it makes the thing (it is a `Key`), that there is none (`absent`).
    TypeError where two functions take the same.
    """
    deciding: dict[type[Any], Any] = _by_type(decides, 0)
    evolving: dict[type[Any], Any] = _by_type(evolves, 1)

    def decide(command: Any, state: S) -> Decision:
        wrong = command.mistake()
        if wrong is None and state is initial and not isinstance(command, Key):
            wrong = absent
        decided: Decision = deciding[type(command)](command, state) if wrong is None else wrong
        return decided

    def evolve(state: S, event: Any) -> S:
        after: S = evolving[type(event)](state, event)
        return after

    return Aggregate(name, initial, decide, evolve, frozenset(evolving), area, frozenset(deciding))


def _by_type(functions: Iterable[Callable[..., Any]], place: int) -> dict[type[Any], Callable[..., Any]]:
    """The functions by the type of their parameter at this place, a union's types each."""
    found: dict[type[Any], Callable[..., Any]] = {}
    for function in functions:
        taken = list(signature(function, eval_str=True).parameters.values())[place].annotation
        for kind in get_args(taken) or (taken,):
            if kind in found:
                raise TypeError(
                    f"{function.__qualname__} and {found[kind].__qualname__} both take {kind.__name__}"
                )
            found[kind] = function
    return found
