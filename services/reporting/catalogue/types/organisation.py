"""Who acts and who answers: the levels of the administration, and the offices, bodies and roles at them."""

from __future__ import annotations

from typing import Literal

from contracts.areas import AreaLevel
from services.reporting.catalogue.types.printed import Number
from services.reporting.catalogue.types.row import Name, Named

AREA_LEVELS = {level.value: level for level in AreaLevel}

Reach = Literal["nation", "province", "district", "tambon", "village"]
"""The levels of `contracts.areas.AreaLevel`, as they are typed."""


class Level(Named):
    """A level of the organisation; `area` is the area that one unit of it covers, where that is one of ours."""

    area: Reach | None = None
    under: Name | None = None
    units: Number | None = None
    """How many there are, where the source counts them."""


class Actor(Named):
    """An office, a body (committee, team) or a role that does something, with its level."""

    kind: Literal["office", "body", "role", "system"]
    level: Name
    short: str = ""
    """The abbreviation used in forms: สพจ., คสป., ก.บ.ต."""
