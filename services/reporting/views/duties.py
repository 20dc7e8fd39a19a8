"""Due lists: which reports are owed, late or handed in, as of a day. Nothing here is stored: time makes a report late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from contracts.calendar import fiscal_year as fiscal_year_of
from contracts.reporting import ReportLevel
from services.chassis.read_models import Row, Snapshot
from services.reporting.plan.promised import twin
from services.reporting.views.duty import OWED, Duty, DutyStatus, duty, moment
from services.reporting.views.duty_fold import DUTY, FIGURES
from services.reporting.views.twins import ended

_PROVINCE = 2
"""Digits of a province's code: twins are owed by a province and its districts."""

FIRST = 8
"""How many rows a board shows of an office's due list. Ours."""


@dataclass(frozen=True, slots=True)
class Duties:
    """The obligations of an area and of all in it, as of a day: by deadline, those without one last."""

    within: str
    on: date
    rows: tuple[Duty, ...]
    fiscal_year: int | None = None
    """The one (B.E.) that is shown; what is still owed of others stands beside it."""

    @property
    def handed_in(self) -> int:
        """How many were handed in, in time or not, accepted or not yet."""
        return sum(row.status not in OWED for row in self.rows)

    @property
    def counts(self) -> Mapping[DutyStatus, int]:
        """How many there are of each status, zero ones too."""
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in DutyStatus}

    def by_area(self, digits: int) -> Mapping[str, Duties]:
        """Split by the first digits of the area; what a wider area's own office owes stays with that area."""
        parts: dict[str, list[Duty]] = {}
        for row in self.rows:
            parts.setdefault(row.area[:digits], []).append(row)
        return {code: Duties(code, self.on, tuple(parts[code]), self.fiscal_year) for code in sorted(parts)}


@dataclass(frozen=True, slots=True)
class Submission:
    """What was handed in: the figures and the positions that they were made from."""

    submission: int
    level: ReportLevel
    on: date
    figures: Mapping[str, int]
    seen: Mapping[str, Mapping[int, int]]
    newest: datetime | None


async def duties(snapshot: Snapshot, within: str, on: date, *, fiscal_year: int | None = None) -> Duties:
    """What was owed in an area by then; of one fiscal year (B.E.), or of all."""
    rows = await _rows(snapshot, on, fiscal_year, prefix=within)
    above = within[:_PROVINCE]
    # a district's twin is owed by its province, which lies outside what was asked for
    over = [] if above == within else await _rows(snapshot, on, fiscal_year, area=above)
    return Duties(within, on, in_order(ended(rows, [*rows, *over])))


async def newest_duties(snapshot: Snapshot, within: str, on: date) -> Duties:
    """What an office has before it: the fiscal year of the day (where nothing is owed in it, the latest one before), and
    of any other year what is not handed in or falls due in this one."""
    found = await duties(snapshot, within, on)
    now = fiscal_year_of(on)
    shown = max((row.fiscal_year for row in found.rows if row.fiscal_year <= now), default=now)
    rows = tuple(
        row
        for row in found.rows
        if row.fiscal_year == shown
        or row.status in OWED
        or (row.due_on and fiscal_year_of(row.due_on) == now)
    )
    return Duties(within, on, rows, shown if rows else None)


async def one(snapshot: Snapshot, obligation: str, on: date) -> tuple[Duty, tuple[Submission, ...]] | None:
    """An obligation with all that was handed in by then; None where it was not owed by then."""
    rows = await snapshot.facets(DUTY, where={"subject": obligation})
    found = duty(rows[0], on) if rows else None
    if found is None:
        return None
    if twin(found.report, found.fiscal_year) is not None:
        around = await duties(snapshot, found.area[:_PROVINCE], on, fiscal_year=found.fiscal_year)
        found = next((row for row in around.rows if row.id == obligation), found)
    kept = await snapshot.facets(FIGURES, where={"obligation": obligation})
    return found, tuple(_submission(row) for row in kept if row["on"] <= on.isoformat())


async def _rows(
    snapshot: Snapshot, on: date, fiscal_year: int | None, *, prefix: str = "", area: str | None = None
) -> list[Duty]:
    equal: dict[str, Any] = {"fiscal_year": fiscal_year} if fiscal_year else {}
    if area is not None:
        equal["area"] = area
    rows = await snapshot.facets(DUTY, where=equal or None, prefix={"area": prefix})
    return [found for row in rows if (found := duty(row, on)) is not None]


def in_order(rows: Sequence[Duty]) -> tuple[Duty, ...]:
    """By deadline, area, report and period."""
    return tuple(sorted(rows, key=lambda row: (row.due_on or date.max, row.area, row.report, row.period)))


def to_do(rows: Sequence[Duty], most: int = FIRST) -> tuple[Duty, ...]:
    """What an office is to hand in next: what is late, then what comes, then what has no day; half of each where both
    are many, so that old debts do not hide what is due tomorrow."""
    owed = in_order([row for row in rows if row.status in OWED])
    late = [row for row in owed if row.status is DutyStatus.LATE]
    coming = [row for row in owed if row.status is not DutyStatus.LATE]
    shown = late[: max(most // 2, most - len(coming))]
    return (*shown, *coming[: most - len(shown)])


def _submission(row: Row) -> Submission:
    seen: dict[str, dict[int, int]] = {}
    for topic, partition, position in row["seen"]:
        seen.setdefault(topic, {})[int(partition)] = int(position)
    return Submission(
        submission=int(row["submission"]),
        level=ReportLevel(row["level"]),
        on=date.fromisoformat(str(row["on"])),
        figures={name: int(n) for name, n in row["figures"]},
        seen=seen,
        newest=moment(row["newest"]) if row["newest"] else None,
    )
