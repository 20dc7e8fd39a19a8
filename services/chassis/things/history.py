"""What happened to a thing, who recorded it and when: its commits, told event by event. What is sealed stays sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.chassis.commits import Commit
from services.chassis.streams import said
from services.chassis.things.kept import OWN, told
from services.chassis.things.kind import Kind


class Happening(BaseModel):
    """One event. `on` is the day of the fact, `recorded_at` when it was entered, `actor` the opaque id of who did;
    `stage` is where it led, `changed` has the fields that were not so before."""

    version: int
    recorded_at: datetime
    on: date
    type: str
    event: str
    th: str
    en: str
    stage: str | None
    actor: str
    changed: dict[str, Any]


def history(kind: Kind, commits: Sequence[Commit]) -> list[Happening]:
    """In order, the first one first. Raises UnreadableStream."""
    known: dict[str, Any] = {}
    found = []
    for commit in commits:
        for recorded in commit.events:
            event = said(recorded)
            values = {
                name: told(getattr(event, name))
                for name in type(event).model_fields
                if name not in OWN and not name.startswith("was")
            }
            computed = kind.kept[type(event)].computed
            values |= {name: told(compute(None, event)) for name, compute in computed.items()}
            unsaid = (commit.stream, commit.actor)  # the thing itself, and who records: both are told anyway
            changed = {
                name: value
                for name, value in values.items()
                if value not in unsaid and value != known.get(name, None if value else value)
            }
            known |= values
            called = kind.events[event.type]
            found.append(
                Happening(
                    version=commit.version, recorded_at=commit.recorded_at, on=event.on, type=event.type,
                    event=type(event).__name__, th=called.th, en=called.en,
                    stage=None if event.leads_to is None else event.leads_to.value,
                    actor=commit.actor, changed=changed,
                )
            )  # fmt: skip
    return found
