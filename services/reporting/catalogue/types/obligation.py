"""Reports and acts that somebody owes somebody by a day, and the events that set relative days running."""

from __future__ import annotations

from typing import Literal

from services.reporting.catalogue.types.activity import Where
from services.reporting.catalogue.types.due import DueRule
from services.reporting.catalogue.types.organisation import Reach
from services.reporting.catalogue.types.row import Id, Identified, Name, Named, Text
from services.reporting.catalogue.types.source import Reading


class Trigger(Named):
    """A kind of event from which days are counted, as the end of an activity. Happens in an area, often in an activity."""


class Obligation(Identified):
    """What is owed. `level` is the level whose unit owes it: a district office sees those of level district."""

    th: Text
    en: Text
    level: Reach
    who: Name
    """The office, body or role that does it."""
    to: tuple[Name, ...] = ()
    chain: tuple[Name, ...] = ()
    """All who pass it on, from the first to the last."""
    activity: Id | None = None
    due: DueRule
    form: str = ""
    channel: str = ""
    kind: Literal["report", "record", "plan", "act"] = "report"
    where: Where | None = None
    twin: Id | None = None
    """The same record as another level's row sees it, printed as "district/province": one record ends both."""
    readings: tuple[Reading, ...] = ()
