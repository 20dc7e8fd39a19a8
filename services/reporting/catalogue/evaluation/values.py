"""What measures say: the port that a formula reads, and recorded values that roll up over areas and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from contracts.areas import level, within
from contracts.calendar import fiscal_year
from services.reporting.catalogue.types.measure import Measure


class MeasureValues(Protocol):
    """Measure values by area and day, wherever they are kept."""

    def value(self, measure: str, area: str, on: date) -> Decimal | None:
        """The measure's value in an area ("" the nation) as of a day; None where nothing was recorded."""
        ...

    def areas(self, of_level: str, area: str) -> Sequence[str]:
        """The areas of a level in an area; the area itself, where it is of that level."""
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry: so much more of a flow or a stock, a key of a distinct one, the newest of a latest one or a flag (1, 0)."""

    measure: str
    area: str
    on: date
    amount: Decimal = Decimal(1)
    key: str = ""


class RecordedValues:
    """`MeasureValues` over entries in memory; what the projections' shards add up to, and what specs are written in."""

    def __init__(
        self, measures: Mapping[str, Measure], areas: Iterable[str], entries: Iterable[Recorded]
    ) -> None:
        self._measures = measures
        self._areas = sorted(areas)
        self._entries = tuple(entries)

    def areas(self, of_level: str, area: str) -> Sequence[str]:
        """See `MeasureValues`."""
        return [one for one in self._areas if level(one) == of_level and within(one, area)]

    def value(self, measure: str, area: str, on: date) -> Decimal | None:
        """See `MeasureValues`. KeyError for a measure that the vocabulary does not have."""
        kind = self._measures[measure].kind
        found = [
            one for one in self._entries if one.measure == measure and one.on <= on and within(one.area, area)
        ]
        match kind:
            case "flow":
                found = [one for one in found if fiscal_year(one.on) == fiscal_year(on)]
                return sum((one.amount for one in found), Decimal(0)) if found else None
            case "stock":
                return sum((one.amount for one in found), Decimal(0)) if found else None
            case "distinct":
                keys = {one.key for one in found if fiscal_year(one.on) == fiscal_year(on)}
                return Decimal(len(keys)) if found else None
            case "latest" | "flag":
                own = [one for one in found if one.area == area]
                return max(own, key=lambda one: one.on).amount if own else None
