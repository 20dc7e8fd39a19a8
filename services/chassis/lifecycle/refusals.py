"""Every refusal that a lifecycle can answer with: out of turn, of another office, of a rule, of what a command says itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from services.chassis.decider import Refused
from services.chassis.lifecycle.deciding import TOO_EARLY, Thing
from services.chassis.lifecycle.office import OFFICER
from services.chassis.lifecycle.rules import Rule
from services.chassis.lifecycle.steps import NEW, Step
from services.chassis.lifecycle.table import Lifecycle


def refusals(lifecycle: Lifecycle[Any]) -> list[Refused]:
    """Each code once, in the order of the steps; out of turn as it is told at the first stage where it is."""
    thing = Thing(lifecycle.name, *lifecycle.called)
    found: dict[str, Refused] = {}
    for step in lifecycle.steps:
        for no in (*_of(step, thing, lifecycle), TOO_EARLY):
            found.setdefault(no.code, no)
    return list(found.values())


def _of(step: Step[Any], thing: Thing, lifecycle: Lifecycle[Any]) -> Iterator[Refused]:
    yield from (thing.out_of_turn(step, at) for at in (NEW, *lifecycle.stages) if at not in step.when)
    if step.by.digits < OFFICER.digits:
        yield step.by.missing(step.source)
    yield from _named_by(step.command.mistakes)
    for rule in step.unless:
        if isinstance(rule, Rule):
            yield rule.no
        else:
            yield from _named_by(rule)
    if step.tell is not None:
        yield from _named_by(step.tell)


def _named_by(function: Callable[..., Any]) -> Iterator[Refused]:
    """Those that a function names: they stand beside it, as constants."""
    for name in function.__code__.co_names:
        if isinstance(found := function.__globals__.get(name), Refused):
            yield found
