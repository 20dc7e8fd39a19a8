"""Area codes: province, district, tambon and village as 2, 4, 6 and 8 digits, so that a prefix is a roll-up."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

NATION = ""
"""The scope of the whole country; a scope, not an area code."""

# [0-9] and not \d: in pydantic's and Python's patterns \d also takes ๕๑, which would be another key than 51.
AREA_CODE = r"^[0-9]{2}([0-9]{2}){0,3}$"
SCOPE = r"^([0-9]{2}){0,4}$"

AreaCode = Annotated[str, StringConstraints(pattern=AREA_CODE)]
"""The code of one area: "51" Lamphun, "5104" Li, "510402" Mae Tuen, "51040203" its village 3."""

Scope = Annotated[str, StringConstraints(pattern=SCOPE)]
"""An area code, or "" for the nation: what a role, a filter or a sum reaches over."""


class AreaLevel(StrEnum):
    """The levels, widest first."""

    NATION = "nation"
    PROVINCE = "province"
    DISTRICT = "district"
    TAMBON = "tambon"
    VILLAGE = "village"


_LEVELS = tuple(AreaLevel)
_SCOPE = re.compile(SCOPE)


def level(code: str) -> AreaLevel:
    """The level of a code or of the nation; ValueError for what is neither."""
    return _LEVELS[len(_checked(code)) // 2]


def parent(code: str) -> str:
    """The area around this one, "" for a province's; ValueError for the nation, which has none."""
    if _checked(code) == NATION:
        raise ValueError("the nation has no area around it")
    return code[:-2]


def parents(code: str) -> tuple[str, ...]:
    """Every area around this one, the nation first: ("", "51", "5104") for "510402". The nation has none."""
    return tuple(code[:length] for length in range(0, len(_checked(code)), 2))


def within(code: str, scope: str) -> bool:
    """Whether the area is the scope or lies in it; everything lies in the nation."""
    return _checked(code).startswith(_checked(scope))


def _checked(code: str) -> str:
    if not _SCOPE.fullmatch(code):
        raise ValueError(
            f"{code!r} is no area code: 2 digits are a province, 4 a district, 6 a tambon, 8 a village"
        )
    return code
