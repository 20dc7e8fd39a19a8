"""Counts by area and what they are made of: members, funds, producers, at every level down to the village."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from contracts.areas import AreaLevel
from contracts.calendar import fiscal_year, fiscal_year_start
from contracts.members import Cohort, Network
from services.chassis.read_models import Snapshot
from services.reporting.views import fold
from services.reporting.views.register import Area, below, digits, unknown
from services.reporting.views.register import areas as areas_of

Sums = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Headcount:
    """Members of one area: `members` now, `new` among them (registered in the cohort "new"), `cards` issued.

    `confirmations` counts this fiscal year's, `generated` the registrations that are examples.
    """

    members: int = 0
    new: int = 0
    cards: int = 0
    confirmations: int = 0
    generated: int = 0

    @property
    def old(self) -> int:
        """Members of the cohort "old"."""
        return self.members - self.new

    def __add__(self, other: Headcount) -> Headcount:
        return Headcount(
            self.members + other.members,
            self.new + other.new,
            self.cards + other.cards,
            self.confirmations + other.confirmations,
            self.generated + other.generated,
        )


@dataclass(frozen=True, slots=True)
class AreaMembers:
    """An area and its members."""

    area: Area
    count: Headcount


@dataclass(frozen=True, slots=True)
class Members:
    """Members of an area, and of the areas of one level in it. `total` is the rows and what is `unplaced`.

    `unplaced` was recorded for a wider area than the rows are (a district known, the village not).
    """

    within: str
    at: AreaLevel | None
    on: date
    total: Headcount
    rows: tuple[AreaMembers, ...]
    unplaced: Headcount


async def members_by_area(
    snapshot: Snapshot,
    within: str,
    on: date,
    *,
    at: AreaLevel | None = None,
    network: Network = Network.TSM,
) -> Members:
    """The members of `within` as of a day, by the areas of a level (the next one down unless said), by code.

    Areas without members are there with 0; an area that has members and is not valid that day is there too.
    """
    at = at or below(within)
    wide = digits(at) if at else len(within)
    sums = dict(
        await snapshot.sums(
            [fold.current(network), fold.cards(network), fold.generated(network)],
            within=within,
            digits=wide,
            until=on,
        )
    )
    new = await snapshot.sums(
        [fold.current(network)], within=within, digits=wide, until=on, where={"cohort": Cohort.NEW.value}
    )
    sums |= {("new", code): n for (_, code), n in new.items()}
    sums |= await snapshot.sums(
        [fold.confirmations(network)],
        within=within,
        digits=wide,
        since=fiscal_year_start(fiscal_year(on)),
        until=on,
    )
    counts = {code: _headcount(sums, code, network) for code in sorted({code for _, code in sums})}
    rows: list[AreaMembers] = []
    if at:
        known = {area.code: area for area in await areas_of(snapshot, on, within=within, at=at)}
        counted = {code for code, count in counts.items() if len(code) == wide and count != Headcount()}
        shown = counted | {code for code, area in known.items() if area.valid(on)}
        rows = [
            AreaMembers(known.get(code) or unknown(code), counts.get(code, Headcount()))
            for code in sorted(shown)
        ]
    total = sum(counts.values(), Headcount())
    placed = sum((row.count for row in rows), Headcount())
    rest = Headcount(*(getattr(total, name) - getattr(placed, name) for name in Headcount.__slots__))
    return Members(within, at, on, total, tuple(rows), rest if at else Headcount())


@dataclass(frozen=True, slots=True)
class AreaTally:
    """An area, its total, and the parts that make it by kind or category."""

    area: Area
    total: int
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """A count of an area by kind or category, and of the areas of one level in it; areas with none are left out."""

    within: str
    at: AreaLevel | None
    on: date
    total: int
    parts: Mapping[str, int]
    rows: tuple[AreaTally, ...]


async def funds_by_area(
    snapshot: Snapshot, within: str, on: date, *, at: AreaLevel | None = None, rows: bool = True
) -> Tally:
    """Funds established, by kind."""
    return await _tally(snapshot, fold.FUNDS, within, on, at, rows)


async def levels_by_area(
    snapshot: Snapshot, within: str, on: date, *, at: AreaLevel | None = None, rows: bool = True
) -> Tally:
    """Funds that were assessed, by kind and level: "kkj-2"."""
    measures = {
        f"{kind}-{level}": name for kind, levels in fold.LEVELS.items() for level, name in levels.items()
    }
    return await _tally(snapshot, measures, within, on, at, rows)


async def upgrades_by_area(
    snapshot: Snapshot, within: str, on: date, *, at: AreaLevel | None = None, rows: bool = True
) -> Tally:
    """Upgrades that count, in the fiscal year of the day, by kind."""
    where = {"fiscal_year": str(fiscal_year(on))}
    return await _tally(snapshot, fold.UPGRADES, within, on, at, rows, where)


async def producers_by_area(
    snapshot: Snapshot, within: str, on: date, *, at: AreaLevel | None = None, rows: bool = True
) -> Tally:
    """Producers that applied, by category."""
    return await _tally(snapshot, fold.PRODUCERS, within, on, at, rows)


async def stages_by_area(
    snapshot: Snapshot, within: str, on: date, *, at: AreaLevel | None = None, rows: bool = True
) -> Tally:
    """Producers by where they stand; they add up to those who applied."""
    return await _tally(snapshot, fold.STAGES, within, on, at, rows)


async def _tally(
    snapshot: Snapshot,
    measures: Mapping[str, str],
    within: str,
    on: date,
    at: AreaLevel | None,
    wanted: bool,
    where: Mapping[str, str] | None = None,
) -> Tally:
    """`wanted` False leaves the rows out, and with them the look into the register."""
    at = at or below(within)
    wide = digits(at) if at and wanted else len(within)
    sums = await snapshot.sums(tuple(measures.values()), within=within, digits=wide, until=on, where=where)
    rows: list[AreaTally] = []
    codes = sorted({code for _, code in sums if len(code) == wide}) if at and wanted else []
    if codes:
        known = {area.code: area for area in await areas_of(snapshot, on, within=within, at=at)}
        for code in codes:
            parts = {part: sums.get((measure, code), 0) for part, measure in measures.items()}
            if any(parts.values()):
                rows.append(AreaTally(known.get(code) or unknown(code), sum(parts.values()), parts))
    parts = dict.fromkeys(measures, 0)
    names = {measure: part for part, measure in measures.items()}
    for (measure, _), n in sums.items():
        parts[names[measure]] += n
    return Tally(within, at, on, sum(parts.values()), parts, tuple(rows))


def _headcount(sums: Sums, code: str, network: str) -> Headcount:
    measures = (fold.current(network), "new", fold.cards(network), fold.confirmations(network))
    return Headcount(
        *(sums.get((measure, code), 0) for measure in (*measures, fold.generated(network))),
    )
