"""What sets relative days running, and what changes a rule: both are events, both are given to the schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.reporting.catalogue.types.due import DueRule

CHOSEN = "chosen"
"""The trigger by which an area was chosen for an activity that the source does not name the provinces of."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a kind in an area on a day. `id` tells two of them apart; `activity` is its id, if it has one."""

    trigger: str
    area: str
    on: date
    id: str
    activity: str | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """From this day on, the obligation is due by another rule. What was due before that day stays as it was."""

    obligation: str
    since: date
    due: DueRule
