"""A caller: the opaque subject of a token, its roles, and the areas that they reach over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from contracts.areas import NATION, level, within
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import OUTSIDE_AREA, TOKEN_MALFORMED

NATIONWIDE: Final = "TH"
"""The area of a token that reaches over the whole country: said, and never what is left when nothing is said."""


class Role(StrEnum):
    """What a person or a program is to the platform. Each is scoped to the caller's areas."""

    OFFICER = "officer"
    """Enters and imports facts."""
    APPROVER = "approver"
    """Confirms what an officer proposed; never the same person."""
    AUDITOR = "auditor"
    """Reads everything in the area, writes nothing."""
    OPERATOR = "operator"
    """Runs the platform."""
    SUBSCRIBER = "subscriber"
    """Another service that reads."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`actor` is the token's opaque subject; `scopes` are area codes, "" is the nation, none reach nowhere."""

    actor: str
    roles: frozenset[Role]
    scopes: tuple[str, ...]
    correlation_id: str = ""
    """Of the request that the caller makes; the kit fills it in."""

    def reaches(self, area: str) -> bool:
        """Whether an area code ("" is the nation) lies in one of the caller's areas."""
        return any(within(area, scope) for scope in self.scopes)

    def require_area(self, area: str) -> None:
        """Raise the problem `outside-your-area` (403) unless the caller reaches it."""
        if not self.reaches(area):
            raise Problem(OUTSIDE_AREA)


def caller(claims: Mapping[str, Any]) -> Caller:
    """The caller that verified claims speak of: `sub`, `roles` or Keycloak's `realm_access.roles`, and `areas`.

    Roles that we do not know are somebody else's and are left out; so is an area that is "": an attribute that nobody has
    filled in. The nation is said as `NATIONWIDE`. Raises the problem `token-malformed`.
    """
    actor = str(claims["sub"])
    if (
        not 0 < len(actor) < 256 or not actor.isprintable()
    ):  # OpenID Connect Core §2; it goes into headers and logs
        raise Problem(TOKEN_MALFORMED)
    realm = claims.get("realm_access")
    names = _texts(claims.get("roles")) + _texts(realm.get("roles") if isinstance(realm, Mapping) else None)
    areas = [NATION if area == NATIONWIDE else area for area in _texts(claims.get("areas")) if area]
    try:
        for area in areas:
            level(area)
    except ValueError as error:
        raise Problem(TOKEN_MALFORMED) from error
    return Caller(actor, frozenset(role for role in Role if role in names), tuple(sorted(set(areas))))


def _texts(claim: object) -> list[str]:
    """A claim that is a list of texts, or one text (Keycloak's way with a mapper that is not multivalued)."""
    found = [claim] if isinstance(claim, str) else claim if isinstance(claim, list) else []
    if not all(isinstance(text, str) for text in found):
        raise Problem(TOKEN_MALFORMED)
    return found
