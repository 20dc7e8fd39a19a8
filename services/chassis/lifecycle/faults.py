"""What is wrong with a table: all of it, in sentences."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from contracts.event import Event, event_types
from contracts.stage import Stage
from services.chassis.decider import Command
from services.chassis.lifecycle.fields import fits, flow, gathered, shown, types_of
from services.chassis.lifecycle.office import OFFICER
from services.chassis.lifecycle.steps import NEW, Progress, Step


def faults(
    state: type[Progress],
    stages: type[Stage],
    steps: tuple[Step[Any], ...],
    ends: Collection[Stage],
    events: Collection[type[Event]],
    also: Mapping[type[Event], Mapping[str, Any]],
    makers: frozenset[str],
) -> list[str]:
    """Every fault; none for a table that is whole."""
    return [
        *_commands(steps),
        *_filled(steps, state, events, makers),
        *_kept(state, events, also),
        *_stages(stages, steps, ends),
        *_said(stages, events),
    ]


def _commands(steps: tuple[Step[Any], ...]) -> Iterator[str]:
    told = [step.command for step in steps]
    yield from (f"{one.__name__} has two steps" for one in {*told} if told.count(one) > 1)
    homes = {command.__module__ for command in told}
    for command in _all(Command):
        if command.__module__ in homes and command not in told and not command.__subclasses__():
            yield f"{command.__name__} has no step"
    for step in steps:
        if step.by.digits < OFFICER.digits and "by" not in step.command.model_fields:
            yield f"{step.command.__name__} does not say who it is by, and it is for the {step.by.en}"


def _filled(
    steps: tuple[Step[Any], ...],
    state: type[Progress],
    events: Collection[type[Event]],
    makers: frozenset[str],
) -> Iterator[str]:
    fillers = {
        one.name: {event for event in events if one.name in gathered(event, state)} for one in fields(state)
    }
    for step in steps:
        for event in step.says:
            found = flow(step, event, state, makers)
            yield from found.misfits
            if step.tell is not None:
                continue  # it gives what the names do not
            for name in found.lacking:
                hint = "; the state's first field is the thing's own id" if name.endswith("_id") else ""
                yield f"{event.__name__}.{name} is in neither {step.command.__name__} nor {state.__name__}{hint}"
            for name, attribute in found.of_state:
                if name == attribute and fillers[attribute] == {event}:
                    yield f"{event.__name__}.{name} would be the state's, which has it of this event alone"


def _kept(
    state: type[Progress], events: Collection[type[Event]], also: Mapping[type[Event], Mapping[str, Any]]
) -> Iterator[str]:
    yield from (f"{event.__name__} changes more, and is not said" for event in also if event not in events)
    computed = {name for changed in also.values() for name in changed}
    known = {one.name for one in fields(state)}
    yield from (f"{state.__name__} has no {name}" for name in computed - known)
    kinds = types_of(state)
    for name, compute in (one for changed in also.values() for one in changed.items() if one[0] in known):
        given = get_type_hints(compute).get("return", Any)
        if given is not Any and not fits(given, kinds[name]):
            yield f"{state.__name__}.{name} is {shown(kinds[name])}, {compute.__name__} gives {shown(given)}"
    filled = {name for event in events for name in gathered(event, state)} | {
        one.name for one in fields(Progress)
    }
    yield from (f"no event fills {state.__name__}.{name}" for name in sorted(known - filled - computed))


def _stages(
    stages: type[Stage],
    steps: tuple[Step[Any], ...],
    ends: Collection[Stage],
) -> Iterator[str]:
    foreign = {
        one
        for step in steps
        for one in (*step.when, *step.leads_to)
        if one is not NEW and not isinstance(one, stages)
    }
    yield from (f"{one!r} is a stage of another lifecycle" for one in foreign)
    reached: set[Stage | None] = {NEW}
    while True:
        further = {one for step in steps if reached & {*step.when} for one in step.leads_to} - reached
        if not further:
            break
        reached |= further
    yield from (f"nothing leads to {one.name}" for one in stages if one not in reached)
    left = {one for step in steps for one in step.when if {*step.leads_to} - {one}}
    yield from (
        f"no step leaves {one.name}, and it is no end"
        for one in stages
        if one not in left and one not in ends
    )
    yield from (f"{one.name} is an end, and a step leaves it" for one in ends if one in left)


def _said(stages: type[Stage], events: Collection[type[Event]]) -> Iterator[str]:
    for event in event_types().values():
        was = event.model_fields.get("was")
        ours = isinstance(event.leads_to, stages) or (
            was is not None and stages.__name__ in inspect.formatannotation(was.annotation)
        )
        if ours and event not in events:
            yield f"{event.__name__} is said by no step, and is not retired"


def _all(command: type[Command]) -> Iterator[type[Command]]:
    for one in command.__subclasses__():
        yield one
        yield from _all(one)
