"""Look-ups before a command: small functions that say why it cannot be, given what they ask for by type."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Concatenate, NewType, TypeVar, get_args

from services.chassis.access import Caller
from services.chassis.days import today
from services.chassis.decider import Actor, Refused
from services.chassis.http.signature import is_part

C = TypeVar("C")

Check = Callable[Concatenate[C, ...], Awaitable[Refused | None]]
"""`check(command, …)`: why not, or None. What else it takes is given by type: `Part[…]`, `Caller`, `Stream`."""

Fill = Callable[Concatenate[C, ...], Awaitable[C]]
"""`fill(command, …)`: the command with what the service knows and nobody types. What else it takes is as with a `Check`."""

Stream = NewType("Stream", str)
"""The stream that the command is about."""


class Stamp:
    """What the edge fills in: who enters it, and the day, which is today's where none is given."""

    __slots__ = ("_day", "by")

    def __init__(self, by: Actor, day: date | None = None) -> None:
        self.by, self._day = by, day

    @property
    def today(self) -> date:
        """The day; the same one however often it is asked for."""
        if self._day is None:
            self._day = today()
        return self._day


@dataclass(frozen=True, slots=True)
class Asking:
    """A function, and what it takes after its first parameter."""

    function: Callable[..., Any]
    takes: Mapping[str, Any]

    def __call__(self, about: Any, known: Mapping[Any, Any]) -> Any:
        """Call it with what it is about, and with what of the known it takes."""
        return self.function(about, **{name: known[kind] for name, kind in self.takes.items()})

    def parts(self) -> set[Any]:
        """The parts of the service that it needs."""
        return {kind for kind in self.takes.values() if kind not in (Caller, Stream, Stamp)}


def asking(function: Callable[..., Any]) -> Asking:
    """Read a function's signature; TypeError for a parameter that nobody can give."""
    _, *others = inspect.signature(function, eval_str=True).parameters.values()
    takes: dict[str, Any] = {}
    for parameter in others:
        kind = parameter.annotation
        if is_part(kind):
            kind = get_args(kind)[0]
        elif kind not in (Caller, Stream, Stamp):
            raise TypeError(f"{function.__qualname__}: nobody gives {parameter.name}")
        takes[parameter.name] = kind
    return Asking(function, takes)
