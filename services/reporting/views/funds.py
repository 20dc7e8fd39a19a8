"""Funds of an area as of a day: by kind and level, their upgrades against the national targets, their records, their groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts.calendar import fiscal_year as fiscal_year_of
from services.chassis.read_models import Snapshot
from services.reporting.plan.promised import national_upgrades
from services.reporting.views import fold


@dataclass(frozen=True, slots=True)
class FundCount:
    """The funds of one kind. `levels` are of its scale, lowest first; empty where no scale is printed.

    `upgraded`, `reviewed` and `verified` are of the fiscal year; `groups` are producer groups that belong to such funds.
    """

    kind: str
    total: int
    levels: Mapping[str, int]
    upgraded: int
    reviewed: int
    verified: int
    groups: int

    @property
    def unassessed(self) -> int | None:
        """Those without a level; None where no scale is printed."""
        return self.total - sum(self.levels.values()) if self.levels else None


@dataclass(frozen=True, slots=True)
class Upgrades:
    """Upgrades 1→2 and 2→3 of one kind in a fiscal year; `target` is the whole country's."""

    kind: str
    n: int
    target: int


@dataclass(frozen=True, slots=True)
class Funds:
    """The funds of an area. `fiscal_year` (B.E.) is the latest up to the day that has a target, else the day's."""

    within: str
    on: date
    fiscal_year: int
    kinds: tuple[FundCount, ...]
    upgrades: tuple[Upgrades, ...]

    @property
    def total(self) -> int:
        """Of all kinds."""
        return sum(kind.total for kind in self.kinds)

    @property
    def groups(self) -> int:
        """Producer groups that belong to a fund."""
        return sum(kind.groups for kind in self.kinds)


async def funds(snapshot: Snapshot, within: str, on: date) -> Funds:
    """The funds of an area as of a day."""
    year = _year(on)
    levels = [measure for measures in fold.LEVELS.values() for measure in measures.values()]
    standing = await _sums(snapshot, [*fold.FUNDS.values(), *levels, *fold.LINKED.values()], within, on)
    yearly = [*fold.UPGRADES.values(), *fold.REVIEWED.values(), *fold.VERIFIED.values()]
    of_year = await _sums(snapshot, yearly, within, on, {"fiscal_year": str(year)})
    kinds = tuple(
        FundCount(
            kind=kind,
            total=standing.get(measure, 0),
            levels={level: standing.get(name, 0) for level, name in fold.LEVELS.get(kind, {}).items()},
            upgraded=of_year.get(fold.UPGRADES.get(kind, ""), 0),
            reviewed=of_year.get(fold.REVIEWED[kind], 0),
            verified=of_year.get(fold.VERIFIED[kind], 0),
            groups=standing.get(fold.LINKED[kind], 0),
        )
        for kind, measure in fold.FUNDS.items()
    )
    targets = national_upgrades().get(year, {})
    upgrades = tuple(
        Upgrades(kind.kind, kind.upgraded, targets[kind.kind]) for kind in kinds if kind.kind in targets
    )
    return Funds(within, on, year, kinds, upgrades)


def _year(on: date) -> int:
    year = fiscal_year_of(on)
    return max((known for known in national_upgrades() if known <= year), default=year)


async def _sums(
    snapshot: Snapshot, measures: list[str], within: str, on: date, where: Mapping[str, str] | None = None
) -> Mapping[str, int]:
    sums = await snapshot.sums(measures, within=within, digits=len(within), until=on, where=where)
    return {measure: n for (measure, _), n in sums.items()}
