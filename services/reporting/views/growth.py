"""Growth against a recorded base (seed 000 §10.2). Without one the answer is "no baseline", never a percentage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.calendar import fiscal_year as fiscal_year_of
from contracts.calendar import fiscal_year_end
from contracts.members import Network
from services.chassis.read_models import Row, Snapshot
from services.reporting.views import fold


class GrowthStatus(StrEnum):
    """How it stands."""

    NO_BASELINE = "no-baseline"
    BELOW = "below"
    REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Target:
    """A target in force: `target` members, `percent` more than `base_value` counted on `base_date`."""

    fiscal_year: int
    base_value: int
    base_date: date
    percent: int
    target: int
    set_on: date


@dataclass(frozen=True, slots=True)
class Growth:
    """Members of an area on a day, beside its target.

    `closing` is the count on the last day of the fiscal year, once that is past: the year is judged by it, and what is
    registered later adds to `current` only.
    """

    area: str
    network: str
    on: date
    current: int
    target: Target | None
    closing: int | None = None

    @property
    def status(self) -> GrowthStatus:
        """By the members on `on`."""
        return _status(self.target, self.current)

    @property
    def closing_status(self) -> GrowthStatus | None:
        """By the members at the end of the fiscal year; None while it runs."""
        return None if self.closing is None else _status(self.target, self.closing)

    @property
    def closes_on(self) -> date | None:
        """The last day of the target's fiscal year; None without a target."""
        return None if self.target is None else fiscal_year_end(self.target.fiscal_year)

    @property
    def grown(self) -> int | None:
        """Members more than the base (fewer: negative); None without a base."""
        return None if self.target is None else self.current - self.target.base_value

    @property
    def wanted(self) -> int | None:
        """Members that the target asks for beyond the base; None without a base."""
        return None if self.target is None else self.target.target - self.target.base_value

    @property
    def missing(self) -> int | None:
        """Members still missing to the target, 0 when it is reached; None without a base."""
        return None if self.target is None else max(0, self.target.target - self.current)

    @property
    def progress(self) -> float | None:
        """`grown` as a share of `wanted`, 0 to 1; None without a base, or where no growth was asked for."""
        if self.grown is None or not self.wanted or self.wanted < 0:
            return None
        return min(1.0, max(0.0, self.grown / self.wanted))


async def growth(
    snapshot: Snapshot,
    area: str,
    on: date,
    *,
    fiscal_year: int | None = None,
    network: Network = Network.TSM,
    current: int | None = None,
) -> Growth:
    """An area's growth as of a day. `fiscal_year` is B.E.; unless said, the latest with a base up to `on`.

    `current` are the members on `on`, where the caller has counted them in this snapshot already.
    """
    measure = fold.current(network)
    target = await _target(snapshot, area, on, fiscal_year, network)
    if current is None:
        current = await _members(snapshot, measure, area, on)
    closing = None
    if target and on > (end := fiscal_year_end(target.fiscal_year)):
        closing = await _members(snapshot, measure, area, end)
    return Growth(area, network.value, on, current, target, closing)


async def _members(snapshot: Snapshot, measure: str, area: str, on: date) -> int:
    return sum((await snapshot.sums([measure], within=area, digits=len(area), until=on)).values())


async def _target(
    snapshot: Snapshot, area: str, on: date, fiscal_year: int | None, network: Network
) -> Target | None:
    """The target that a day is measured by, from its base's day on: of several for one year the last that was set by
    then; before any was typed, the first that was."""
    rows = await snapshot.facets(fold.TARGET, where={"area": area, "network": network.value})
    known = [target for target in map(_read, rows) if target.base_date <= on]
    if fiscal_year is None:
        known = [target for target in known if target.fiscal_year <= fiscal_year_of(on)]
        fiscal_year = max((target.fiscal_year for target in known), default=None)
    of_year = [target for target in known if target.fiscal_year == fiscal_year]
    said = [target for target in of_year if target.set_on <= on]
    if said:
        return max(said, key=lambda target: target.set_on)
    return min(of_year, key=lambda target: target.set_on, default=None)


def _read(row: Row) -> Target:
    return Target(
        fiscal_year=int(row["fiscal_year"]),
        base_value=int(row["base_value"]),
        base_date=date.fromisoformat(str(row["base_date"])),
        percent=int(row["percent"]),
        target=int(row["target"]),
        set_on=date.fromisoformat(str(row["set_on"])),
    )


def _status(target: Target | None, members: int) -> GrowthStatus:
    if target is None:
        return GrowthStatus.NO_BASELINE
    return GrowthStatus.REACHED if members >= target.target else GrowthStatus.BELOW
