"""What a decision says: events, sealed or with a key that is destroyed, or a refusal; and who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contracts.areas import within
from contracts.event import Event


class Actor(BaseModel):
    """Who does it, where a rule asks: the token's opaque subject, and the areas that the token reaches.

    A command's field of this type is `stamped`: a repeated request may come with a token of other areas, and another
    subject's is another key anyway.
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
    there (404), or something that this actor may not do (403). `field` is the field that it is about, where it is one.
    """

    code: str
    th: str
    en: str
    kind: Literal["conflict", "invalid", "missing", "forbidden"] = "conflict"
    rule: str = ""
    field: str = ""


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
