"""What an event is called in a history: as the command that says it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import CodeType
from typing import TYPE_CHECKING, Any

from contracts.event import Event
from services.chassis.decider import Aggregate
from services.chassis.forms.label import Label, label
from services.chassis.lifecycle import Lifecycle

if TYPE_CHECKING:  # the desk declares things: at run time they do not know it
    from services.chassis.desk.entry import Entry


def labels_of_events(aggregate: Aggregate[Any, Any], entries: Sequence[Entry]) -> Mapping[str, Label]:
    """By type: the label of the command that says it, and as little else as there is. A lifecycle's table knows which; of a hand-written aggregate
    it is the command whose function names the event, or the only one that there is. Where several events come of one
    command, the stage that each leads to stands beside it. TypeError for an event that no command is known to say."""
    if isinstance(aggregate, Lifecycle):
        said = [(step.command, step.says) for step in aggregate.steps]
    elif aggregate.deciders:
        said = [
            (command, tuple(sorted(_named_by(decide, aggregate.events), key=lambda event: event.type)))
            for command, decide in aggregate.deciders.items()
        ]
    else:
        said = [(entry.form.model, tuple(aggregate.events)) for entry in entries]
    said.sort(key=lambda one: len(one[1]))  # what a command says alone is called as it
    found: dict[str, Label] = {}
    for command, events in said:
        told = label(command.__doc__, command.__name__)
        for event in events:
            to = event.leads_to if len(events) > 1 else None
            named = told if to is None else Label(f"{told.th}: {to.th}", f"{told.en}: {to.en}")
            found.setdefault(event.type, named)
    if lacking := sorted(event.__name__ for event in aggregate.events if event.type not in found):
        raise TypeError(f"no command of {aggregate.name} is known to say {', '.join(lacking)}")
    return found


def _named_by(
    function: Callable[..., Any], events: frozenset[type[Event]], seen: frozenset[str] = frozenset()
) -> Iterator[type[Event]]:
    """The events that a function, or one of its own file that it calls, names."""
    for name in _names(function.__code__):
        known = function.__globals__.get(name)
        if isinstance(known, type) and known in events:
            yield known
        elif (
            inspect.isfunction(known)
            and known.__module__ == function.__module__
            and known.__qualname__ not in seen
        ):
            yield from _named_by(known, events, seen | {known.__qualname__})


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
