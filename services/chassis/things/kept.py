"""Which fields of a thing's events its register keeps: those that its state has by the same name. Looked at once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from contracts.event import Event
from services.chassis.decider import Aggregate, Key
from services.chassis.lifecycle import Lifecycle
from services.chassis.lifecycle.fields import begins, gathered, identity

OWN = frozenset({"area", "on"})
"""Fields of every event, which the register has under names of its own."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the register takes from one type of event. `computed` gives a field from the event alone; one that `anew`
    is true of begins the thing anew, and nothing that was before counts."""

    event: type[Event]
    names: tuple[str, ...]
    computed: Mapping[str, Callable[[Any, Any], object]]
    anew: bool


def kept(aggregate: Aggregate[Any, Any], key: type[Key], entered: Collection[str]) -> dict[type[Event], Kept]:
    """What is kept of each type of event. `entered` are the fields that people fill in about such a thing.

    Of a lifecycle: what `evolve` fills by names, and what it computes of the event alone; a field that it computes of
    the state is left to the thing's own answer. Of a hand-written aggregate: fields that its state has by the same
    name, those of its key, and what was entered and one type of event alone says; one that leads to the first stage
    begins it anew.
    """
    ordered = sorted(aggregate.events, key=lambda event: event.type)
    if isinstance(aggregate, Lifecycle):
        return {event: _of_lifecycle(aggregate, event) for event in ordered}
    state = aggregate.initial
    known = {one.name for one in fields(state)} if is_dataclass(state) else set()
    said = Counter(name for event in ordered for name in event.model_fields)
    names = {
        event: tuple(
            name
            for name, field in event.model_fields.items()
            if name not in OWN
            and _plain(field.annotation)
            and name != _own_id(aggregate)
            and (name in known or name in key.model_fields or (name in entered and said[name] == 1))
        )
        for event in ordered
    }
    return {event: Kept(event, names[event], {}, _first(event)) for event in ordered}


def _first(event: type[Event]) -> bool:
    """Whether it leads to the first of its stages: there a thing begins, also one that had come to its end."""
    return event.leads_to is not None and event.leads_to is next(iter(type(event.leads_to)))


def _of_lifecycle(table: Lifecycle[Any], event: type[Event]) -> Kept:
    state = type(table.initial)
    unknown, computed = _looked_at(table)
    also = table.also.get(event, {})
    own = {identity(state), "area", *also, *unknown}
    names = tuple(
        name
        for name in gathered(event, state)
        if name not in own and _plain(event.model_fields[name].annotation)
    )
    anew = any(event in step.says and begins(step, event) for step in table.steps)
    return Kept(event, names, computed.get(event, {}), anew)


class _State:
    """Stands for a state that nobody knows, and remembers whether anybody looked at it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return _Unknown(name)


@dataclass(frozen=True)
class _Unknown:
    name: str


class _Said:
    def __getattr__(self, name: str) -> Any:
        return _Unknown(name)


def _looked_at(
    table: Lifecycle[Any],
) -> tuple[set[str], dict[type[Event], dict[str, Callable[[Any, Any], object]]]]:
    """The fields that some event computes of the state, and for the others what is computed of which event.

    One that gives the state's own field back changes nothing, and is neither.
    """
    unknown: set[str] = set()
    computed: dict[type[Event], dict[str, Callable[[Any, Any], object]]] = {}
    for event, changed in table.also.items():
        for name, compute in changed.items():
            state = _State()
            try:
                given = compute(state, _Said())
            except Exception:  # noqa: BLE001 - whatever it does with what it was given: it is not of the event alone
                unknown.add(name)
                continue
            if not state.asked:
                computed.setdefault(event, {})[name] = compute
            elif given != _Unknown(name) or state.asked != [name]:
                unknown.add(name)
    return unknown, {
        event: {name: compute for name, compute in of.items() if name not in unknown}
        for event, of in computed.items()
    }


def _own_id(aggregate: Aggregate[Any, Any]) -> str:
    return aggregate.name.replace("-", "_") + "_id"


def _plain(kind: Any) -> bool:
    """Whether it is a text, a number, a day, a choice, or several of them."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _plain(get_args(kind)[0])
    if origin in (Union, UnionType):
        return all(_plain(one) for one in get_args(kind) if one is not NoneType)
    if origin in (tuple, frozenset, list):
        return all(_plain(one) for one in get_args(kind) if one is not Ellipsis)
    return isinstance(kind, type) and issubclass(kind, str | int | float | date | Enum)


def told(value: Any) -> Any:
    """A value as the register keeps it: days in ISO, a choice as its value, several as a list."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(map(told, value))
    if isinstance(value, tuple | list):
        return [told(item) for item in value]
    return value
