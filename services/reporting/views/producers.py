"""Producers of an area as of a day: by category, by where they stand, and the appeals that wait for the Governor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.chassis.read_models import Snapshot
from services.reporting.views import fold


@dataclass(frozen=True, slots=True)
class Producers:
    """Those who applied, by category and by stage: both add up to `total`. `appeals` are open ones of refused producers."""

    within: str
    on: date
    parts: Mapping[str, int]
    stages: Mapping[str, int]
    appeals: int

    @property
    def total(self) -> int:
        """All that applied by the day."""
        return sum(self.parts.values())


async def producers(snapshot: Snapshot, within: str, on: date) -> Producers:
    """The producers of an area as of a day."""
    measures = [*fold.PRODUCERS.values(), *fold.STAGES.values(), fold.APPEALS]
    sums = await snapshot.sums(measures, within=within, digits=len(within), until=on)
    n = {measure: count for (measure, _), count in sums.items()}
    return Producers(
        within,
        on,
        parts={category: n.get(measure, 0) for category, measure in fold.PRODUCERS.items()},
        stages={stage: n.get(measure, 0) for stage, measure in fold.STAGES.items()},
        appeals=n.get(fold.APPEALS, 0),
    )
