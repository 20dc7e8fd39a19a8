"""What a query wants of a field: a value, one of several, a text that begins so, has it in it, or lies between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Begins:
    """A text that begins with this one."""

    text: str


@dataclass(frozen=True, slots=True)
class Contains:
    """A text that has this one in it."""

    text: str


@dataclass(frozen=True, slots=True)
class Between:
    """A text from `since` to `until`, both included; "" is no bound."""

    since: str = ""
    until: str = ""


Wanted = Begins | Contains | Between | str | int | bool | tuple[Any, ...] | None
"""A plain value is wanted as it is (None: also where there is none), of a tuple one of its items."""


def holds(found: Any, wanted: Wanted) -> bool:
    """Whether a field has what is wanted; of a list, whether one of its items has."""
    if isinstance(found, list):
        return any(holds(item, wanted) for item in found)
    match wanted:
        case Begins(text):
            return isinstance(found, str) and found.startswith(text)
        case Contains(text):
            return isinstance(found, str) and text in found
        case Between(since, until):
            return isinstance(found, str) and since <= found and (not until or found <= until)
        case tuple():
            return found in wanted
        case _:
            return bool(found == wanted)
