"""An aggregate: `decide(command, state) -> events | Refused`, `evolve(state, event) -> state`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Generic, TypeVar, get_args

from contracts.event import Event
from services.chassis.decider.decisions import Decision, Refused
from services.chassis.decider.declared import Command, Key

C = TypeVar("C", bound=Command)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[C, S]):
    """One aggregate, as the chassis runs it. An empty decision is a no-op: it is so already.

    `events` are the types that its streams may hold; another in a stream is an error, never skipped.
    `area` gives the area that the state belongs to, for the actor's scope; None where it is nobody's in particular, and
    only the areas of the events count. `settled`: whether this command changes nothing in this state, whatever may yet be
    recorded; such a no-op needs no look into the log, and a repeated key is not looked for.
    """

    name: str
    initial: S
    decide: Callable[[C, S], Decision]
    evolve: Callable[[S, Any], S]
    events: frozenset[type[Event]]
    area: Callable[[S], str | None]
    commands: frozenset[type[Command]] = frozenset()
    """Those that it decides, where it is made `of` its steps."""
    absent: Refused | None = None
    """What is answered of one that is not there."""
    deciders: Mapping[type[Command], Callable[..., Any]] = field(default_factory=dict)
    """Which function decides which command, where it is made of such functions."""
    settled: Callable[[C, S], bool] = lambda _command, _state: False


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

    return Aggregate(
        name, initial, decide, evolve, frozenset(evolving), area, frozenset(deciding), absent, deciding
    )


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
