"""`evolve` of one event: its stage, its day, who recorded it, the fields of the same names, and what is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from contracts.event import Event
from services.chassis.lifecycle.fields import gathered, values
from services.chassis.lifecycle.steps import Progress

S = TypeVar("S", bound=Progress)


def evolving(
    event: type[Event],
    initial: S,
    begins: bool,
    makers: frozenset[str],
    also: Mapping[str, Callable[[S, Any], object]],
) -> Callable[[S, Any], S]:
    """The state after an event of this type. One that begins starts anew from the initial state."""
    state, leads_to = type(initial), event.leads_to
    known = [one.name for one in fields(initial)]
    taken = ("on", *(name for name in gathered(event, state) if name not in also))
    places = [known.index("since"), *(known.index(name) for name in taken[1:])]
    from_state, from_event = values(known), values(taken)
    stage, made = known.index("stage"), known.index("makers")
    signed = values([name for name in event.model_fields if name in makers])
    signs = any(name in makers for name in event.model_fields)
    computed = [(known.index(name), compute) for name, compute in also.items()]

    def evolve(before: S, said: Any) -> S:
        now = [*from_state(initial if begins else before)]
        for place, value in zip(places, from_event(said), strict=True):
            now[place] = value
        if leads_to is not None:
            now[stage] = leads_to
        if signs:
            now[made] = now[made] | {*signed(said)} - {""}
        for place, compute in computed:
            now[place] = compute(before, said)
        return state(*now)

    return evolve
