"""The commands that are possible now about a thing, for this caller: a page shows only what may be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from services.chassis.access import Caller
from services.chassis.decider import Actor
from services.chassis.lifecycle import Lifecycle
from services.chassis.things.kind import Kind

if TYPE_CHECKING:  # the desk declares things: at run time they do not know it
    from services.chassis.desk.entry import Entry


class Possible(BaseModel):
    """A command that may be tried: its entry's name, what it is called, and the request that runs it."""

    command: str
    th: str
    en: str
    method: str
    path: str


def possible(kind: Kind, state: Any, path: str, caller: Caller) -> list[Possible]:
    """In the order of the desk. Of a hand-written aggregate: those that the caller's role and areas allow."""
    return [
        Possible(
            command=entry.name,
            th=entry.form.label.th,
            en=entry.form.label.en,
            method=entry.method,
            path=entry.path.replace(kind.at, path),
        )
        for entry in _open(kind, state, caller)
    ]


def _open(kind: Kind, state: Any, caller: Caller) -> Iterator[Entry]:
    table = kind.aggregate
    if isinstance(table, Lifecycle):
        steps = table.can(state, caller.roles, Actor(id=caller.actor, scopes=caller.scopes))
        commands = {step.command for step in steps}
        yield from (entry for entry in kind.entries if entry.form.model in commands)
        return
    area = table.area(state)
    if area is None or caller.reaches(area):
        for entry in kind.entries:
            begins = entry.path == kind.many and entry.method == "POST"
            if not begins and not caller.roles.isdisjoint(entry.roles):
                yield entry
