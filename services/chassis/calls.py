"""One call of a command: who asks, under which key, when; and the ways in which it can end."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.event import Event


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks for a command, and under which key.

    `now` is UTC. `scopes` are the area codes under which the actor may write ("" is the nation); None is the system
    itself (a reaction, an import that was authorised as a whole). `expected_versions` are those of If-Match; None: whatever it is.
    """

    actor: str
    command_id: UUID
    now: datetime
    correlation_id: str
    causation_id: str = ""
    traceparent: str = ""
    scopes: tuple[str, ...] | None = None
    expected_versions: Container[int] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The command is in the log, or was already so. `version` is the stream's after it.

    `events` is what this command said (empty for a no-op); `repeated` is true for the answer to a repeated key.
    """

    stream: str
    version: int
    events: tuple[Event, ...]
    repeated: bool = False


class StaleVersion(Exception):
    """If-Match names another version than the stream has: HTTP 412."""

    def __init__(self, stream: str, version: int) -> None:
        super().__init__(f"{stream} is at version {version}")
        self.version = version


class KeyReused(Exception):
    """The key was used for another command: HTTP 422."""


class Overloaded(Exception):
    """The queue of commits is full; nothing was written: HTTP 503, retry later."""


class Unavailable(Exception):
    """MongoDB does not answer; this call wrote nothing: HTTP 503, retry later."""


class OutcomeUnknown(Exception):
    """The commit may or may not be in the log; the same key tells: HTTP 503, retry with the same key."""


class UnreadableStream(Exception):
    """A stream holds an event that this code does not know (it is older than the log): HTTP 503, upgrade."""
