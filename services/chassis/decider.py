"""The one idea: `decide(command, state) -> events | Refused`, `evolve(state, event) -> state`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from contracts.areas import within
from contracts.event import Event

__all__ = ["Actor", "Aggregate", "Command", "Decision", "Forgotten", "Refused", "Sealed"]


class Command(BaseModel):
    """What somebody wants, in the imperative. Time and ids arrive in it; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    stamped: ClassVar[frozenset[str]] = frozenset()
    """Fields that the edge fills from its clock: they do not make a repeated request another command."""


class Actor(BaseModel):
    """Who does it, where a rule asks: the token's opaque subject, and the areas that the token reaches.

    A command holds it in a field `by` that is `stamped`: a repeated request may come with a token of other areas, and
    another subject's is another key anyway.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    scopes: tuple[str, ...]

    def reaches(self, area: str) -> bool:
        """Whether the area lies in one of the actor's."""
        return any(within(area, scope) for scope in self.scopes)


@dataclass(frozen=True, slots=True)
class Refused:
    """A "no" with its reason: a value, never an event. `code` is stable; `rule` cites the department's rule.

    `kind` tells the edge what it is: a conflict with what is so (409), an invalid wish (422), something that is not
    there (404), or something that this actor may not do (403).
    """

    code: str
    th: str
    en: str
    kind: Literal["conflict", "invalid", "missing", "forbidden"] = "conflict"
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event with personal fields beside it, which are encrypted under the key of `owner` and never leave."""

    event: Event
    owner: str
    personal: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """An event with which the key of `owner` is destroyed: what was sealed for it can never be read again."""

    event: Event
    owner: str


Decision = Sequence[Event | Sealed | Forgotten] | Refused

C = TypeVar("C", bound=Command)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[C, S]):
    """One aggregate, as the chassis runs it. An empty decision is a no-op: it is so already.

    `events` are the types that its streams may hold; another in a stream is an error, never skipped.
    `area` gives the area that the state belongs to, for the actor's scope; None where it is nobody's in particular, and
    only the areas of the events count.
    """

    name: str
    initial: S
    decide: Callable[[C, S], Decision]
    evolve: Callable[[S, Any], S]
    events: frozenset[type[Event]]
    area: Callable[[S], str | None]
