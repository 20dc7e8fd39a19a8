"""The registers of a service as one projection: a facet a thing, whose kind is its aggregate's name. Pure."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.event import Event
from services.chassis.lifecycle import evolving
from services.chassis.projection import Change, Handler, Projection, Record, facet
from services.chassis.things import kept as keeping
from services.chassis.things import searching
from services.chassis.things.kept import Kept, told
from services.chassis.things.kind import Kind
from services.chassis.things.searching import folded

INDEXES = {"facets": (("kind", "area", "subject"), ("kind", "stage", "area", "subject"))}
ON = "on_"
"""Before the name of a type of event: the day on which it was said last."""
ITS = "its_"
"""Before the name of a field of the thing, which may be called as a field of every row is."""
SEARCHED = "searched_"
"""Before the name of a field: what a search compares."""


def things_view(service: str, kinds: Sequence[Kind]) -> Projection:
    """The projection `<service>.things`. TypeError where two kinds of thing say one type of event."""
    handlers: dict[type[Event], Handler] = {}
    lines = [inspect.getsource(module) for module in (keeping, searching, evolving)]
    for kind in kinds:
        for event, taken in kind.kept.items():
            if event in handlers:
                raise TypeError(f"{event.__name__} is said of two kinds of thing: whose is it?")
            handlers[event] = handler(kind, taken)
            lines.append(
                f"{kind.name} {event.type} {event.leads_to!s} {taken.names} {sorted(taken.computed)} {taken.anew}"
            )
        lines.append(f"{kind.searched} {blank(kind)}")
    return Projection(f"{service}.things", handlers, INDEXES, "\n".join(lines))


def blank(kind: Kind) -> Mapping[str, Any]:
    """A row of which nothing is known yet."""
    its = (f"{ITS}{name}" for name in kind.names)
    searched = (f"{SEARCHED}{name}" for name in kind.searched)
    days = (f"{ON}{event.__name__}" for event in kind.kept)
    return dict.fromkeys(("stage", *its, *searched, *days))


def handler(kind: Kind, kept: Kept) -> Handler:
    """What an event of this type changes in the row of its thing."""
    empty, stage = blank(kind), kept.event.leads_to
    day = f"{ON}{kept.event.__name__}"

    def handle(event: Any, record: Record) -> Iterator[Change]:
        envelope = record.envelope
        first = envelope.streamversion == 1 and envelope.eventindex == 0
        row: dict[str, Any] = dict(empty) if first or kept.anew else {}
        on = event.on.isoformat()
        if first:
            row["began_on"] = on
        row |= {"area": event.area, "since": on, day: on}
        if stage is not None:
            row["stage"] = stage.value
        its = {name: told(getattr(event, name)) for name in kept.names}
        its |= {name: told(compute(None, event)) for name, compute in kept.computed.items()}
        row |= {f"{ITS}{name}": value for name, value in its.items()}
        for name in kind.searched:
            if name in its:
                row[f"{SEARCHED}{name}"] = folded(str(its[name])) if its[name] else None
        yield facet(record, kind.name, envelope.subject, **row)

    return handle
