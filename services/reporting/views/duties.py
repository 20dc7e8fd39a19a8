"""Due lists: which reports are owed, late or handed in, as of a day. Nothing here is stored: time makes a report late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from contracts.calendar import fiscal_year as fiscal_year_of
from contracts.reporting import ReportLevel
from services.chassis.days import BANGKOK
from services.chassis.read_models import Row, Snapshot
from services.reporting.views.duty_fold import DUTY, FIGURES, STEP

SOON = timedelta(days=14)
"""How long before its deadline a report is due soon. Ours: the sources print none."""


FIRST = 8
"""How many rows a board shows of an office's due list. Ours."""


class DutyStatus(StrEnum):
    """How an obligation stands on a day."""

    OPEN = "open"
    DUE_SOON = "due-soon"
    LATE = "late"
    SUBMITTED = "submitted"
    SUBMITTED_LATE = "submitted-late"
    ACCEPTED = "accepted"


OWED = frozenset({DutyStatus.OPEN, DutyStatus.DUE_SOON, DutyStatus.LATE})
"""Not handed in (any more)."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation as of a day. `due_on` is the deadline valid then.

    `handed_in` is when the owing unit handed in what stands now, judged by the deadline that was valid on that day;
    `entered_on` the day on which that was recorded. `waits_for` is whose turn it is, None at the end of the chain.
    """

    id: str
    area: str
    report: str
    fiscal_year: int
    period: str
    chain: tuple[ReportLevel, ...]
    printed: str
    due_on: date | None
    status: DutyStatus
    on_time: bool | None
    handed_in: date | None
    entered_on: date | None
    returned: bool
    waits_for: ReportLevel | None


@dataclass(frozen=True, slots=True)
class Duties:
    """The obligations of an area and of all in it, as of a day: by deadline, those without one last."""

    within: str
    on: date
    rows: tuple[Duty, ...]

    @property
    def fiscal_year(self) -> int | None:
        """The latest one (B.E.) that something is owed for; None where nothing is."""
        return max((row.fiscal_year for row in self.rows), default=None)

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
        return {code: Duties(code, self.on, tuple(parts[code])) for code in sorted(parts)}


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
    where = {"fiscal_year": fiscal_year} if fiscal_year else None
    rows = await snapshot.facets(DUTY, where=where, prefix={"area": within})
    return Duties(within, on, in_order([found for row in rows if (found := duty(row, on)) is not None]))


async def newest_duties(snapshot: Snapshot, within: str, on: date) -> Duties:
    """What was owed in the fiscal year of the day; where nothing is, in the latest one before."""
    of_year = await duties(snapshot, within, on, fiscal_year=fiscal_year_of(on))
    if of_year.rows:
        return of_year
    earlier = await duties(snapshot, within, on)
    last = earlier.fiscal_year
    return Duties(within, on, tuple(row for row in earlier.rows if row.fiscal_year == last))


async def one(snapshot: Snapshot, obligation: str, on: date) -> tuple[Duty, tuple[Submission, ...]] | None:
    """An obligation with all that was handed in by then; None where it was not owed by then."""
    rows = await snapshot.facets(DUTY, where={"subject": obligation})
    found = duty(rows[0], on) if rows else None
    if found is None:
        return None
    kept = await snapshot.facets(FIGURES, where={"obligation": obligation})
    return found, tuple(_submission(row) for row in kept if row["on"] <= on.isoformat())


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


def duty(row: Row, on: date) -> Duty | None:
    """An obligation as of a day, from its document; None where it was not owed yet, or where only steps are known."""
    if row.get("scheduled_on", "9") > on.isoformat():
        return None
    steps = [row[name] for name in sorted(row) if name.startswith(STEP) and row[name]["on"] <= on.isoformat()]
    chain = tuple(ReportLevel(level) for level in row["chain"])
    due = _deadline(row, steps, on)
    at, waiting, returned, handed = 0, False, False, None
    for step in steps:
        match step["what"]:
            case "submitted":
                waiting, returned = True, False
                handed = step if at == 0 else handed
            case "returned":
                waiting, returned = False, True
                handed = None if at == 0 else handed
            case "accepted":
                at, waiting = at + 1, False
    done = at == len(chain) - 1
    on_time = None
    if handed:
        day = _day(handed["on"])
        limit = _deadline(row, steps, day)
        on_time = limit is None or day <= limit
    return Duty(
        id=str(row["subject"]),
        area=str(row["area"]),
        report=str(row["report"]),
        fiscal_year=int(row["fiscal_year"]),
        period=str(row["period"]),
        chain=chain,
        printed=str(row["printed"]),
        due_on=due,
        status=_status(due, on, on_time, done=done),
        on_time=on_time,
        handed_in=_day(handed["on"]) if handed else None,
        entered_on=_moment(handed["recorded_at"]).astimezone(BANGKOK).date() if handed else None,
        returned=returned,
        waits_for=None if done else chain[at + waiting],
    )


def _status(due: date | None, on: date, on_time: bool | None, *, done: bool) -> DutyStatus:
    if done:
        return DutyStatus.ACCEPTED
    if on_time is not None:
        return DutyStatus.SUBMITTED if on_time else DutyStatus.SUBMITTED_LATE
    if due is None or on < due - SOON:
        return DutyStatus.OPEN
    return DutyStatus.LATE if on > due else DutyStatus.DUE_SOON


def _deadline(row: Row, steps: Sequence[Mapping[str, Any]], on: date) -> date | None:
    """The deadline that was valid on a day: the last one that was said for it."""
    said = [step["due_on"] for step in steps if step["what"] == "moved" and step["on"] <= on.isoformat()]
    last = said[-1] if said else row["due_on"]
    return _day(last) if last else None


def _submission(row: Row) -> Submission:
    seen: dict[str, dict[int, int]] = {}
    for topic, partition, position in row["seen"]:
        seen.setdefault(topic, {})[int(partition)] = int(position)
    return Submission(
        submission=int(row["submission"]),
        level=ReportLevel(row["level"]),
        on=_day(row["on"]),
        figures={name: int(n) for name, n in row["figures"]},
        seen=seen,
        newest=_moment(row["newest"]) if row["newest"] else None,
    )


def _day(text: object) -> date:
    return date.fromisoformat(str(text))


def _moment(text: object) -> datetime:
    return datetime.fromisoformat(str(text))
