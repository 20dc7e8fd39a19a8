"""The table of a lifecycle as an aggregate: checked when it is made, `decide` and `evolve` follow from it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from contracts.event import Event
from contracts.stage import Stage
from services.chassis.decider import Actor, Aggregate, Command, Decision, Key
from services.chassis.lifecycle.deciding import Thing, deciding
from services.chassis.lifecycle.evolving import evolving
from services.chassis.lifecycle.faults import faults
from services.chassis.lifecycle.fields import begins
from services.chassis.lifecycle.possible import is_open
from services.chassis.lifecycle.steps import Progress, Step

S = TypeVar("S", bound=Progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Aggregate[Any, S]):
    """An aggregate that was made of a table. `called` is its name in Thai and English."""

    called: tuple[str, str]
    stages: type[Stage]
    steps: tuple[Step[S], ...]
    ends: tuple[Stage, ...]
    also: Mapping[type[Event], Mapping[str, Callable[[S, Any], object]]]

    @property
    def key(self) -> type[Key]:
        """How people know one, by the command that makes it. TypeError where that is no key: say it by hand."""
        for step in self.steps:
            if step.begins and step.key is not None:
                return step.key
        raise TypeError(f"no command that makes a {self.name} is a Key")

    def can(self, state: S, roles: Collection[str], actor: Actor) -> tuple[Step[S], ...]:
        """The steps that this actor may take now: it is their turn, the office is the actor's, and where a second person
        is asked for it is one. What a rule asks of the command itself nobody knows before it is filled in."""
        return tuple(step for step in self.steps if is_open(step, state, roles, actor))


def lifecycle(
    name: str,
    *,
    called: tuple[str, str],
    initial: S,
    stages: type[Stage],
    steps: tuple[Step[S], ...],
    ends: tuple[Stage, ...] = (),
    also: Mapping[type[Event], Mapping[str, Callable[[S, Any], object]]] | None = None,
    makers: frozenset[str] = frozenset({"recorder"}),
    retired: tuple[type[Event], ...] = (),
) -> Lifecycle[S]:
    """Make the aggregate. TypeError with everything that is wrong with the table.

    `ends` are the stages that no step leaves. `makers` are the events' fields that say who recorded them. `retired` events
    are said no more and stand in old streams. `also` has the fields of the state that an event changes and does not say by their
    names: `(state before, event) -> value`.
    """
    told = {event for step in steps for event in step.says}
    if wrong := faults(type(initial), stages, steps, ends, {*told, *retired}, also or {}, makers):
        raise TypeError("\n  ".join([f"the lifecycle {name}:", *wrong]))
    begin = {event for step in steps for event in step.says if begins(step, event)}
    folds = {
        event: evolving(event, initial, event in begin, makers, (also or {}).get(event, {}))
        for event in {*told, *retired}
    }

    def evolve(state: S, event: Event) -> S:
        return folds[type(event)](state, event)

    thing = Thing(name, *called)
    deciders = {step.command: deciding(step, thing, stages, type(initial), makers, evolve) for step in steps}

    def decide(command: Command, state: S) -> Decision:
        return deciders[type(command)](command, state)

    return Lifecycle(
        name, initial, decide, evolve, frozenset(folds), lambda state: state.area, frozenset(deciders),
        absent=thing.not_found, called=called, stages=stages, steps=steps, ends=ends, also=also or {},
    )  # fmt: skip
