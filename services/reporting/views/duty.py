"""One obligation as of a day, from its document: whether it is open, late or handed in, and by which deadline it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from contracts.reporting import ReportLevel
from services.chassis.days import BANGKOK
from services.chassis.read_models import Row
from services.reporting.views.duty_fold import STEP, Step

SOON = timedelta(days=14)
"""How long before its deadline a report is due soon. Ours: the sources print none."""


class DutyStatus(StrEnum):
    """How an obligation stands on a day."""

    OPEN = "open"
    DUE_SOON = "due-soon"
    LATE = "late"
    SUBMITTED = "submitted"
    SUBMITTED_LATE = "submitted-late"
    ACCEPTED = "accepted"
    COVERED = "covered"
    """Its twin was handed in: printed for "district/province", one record ends both."""


OWED = frozenset({DutyStatus.OPEN, DutyStatus.DUE_SOON, DutyStatus.LATE})
"""Not handed in (any more)."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation as of a day. `due_on` is the deadline valid then, `first_due` the one that it was scheduled with.

    `last_due` is the last deadline there was, also where it was lifted since. `handed_in` is when the owing unit handed in what stands now and `judged_by` the deadline that decides whether that
    was in time; `entered_on` the day on which it was recorded. `waits_for` is whose turn it is, None at the end of the
    chain. `moves` counts how often the deadline was moved, `changed_at` is when that was said last (UTC).
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
    scheduled_on: date
    first_due: date | None = None
    last_due: date | None = None
    judged_by: date | None = None
    moves: int = 0
    changed_at: datetime | None = None
    ended_by: str = ""
    """The twin by which it is covered; "" where it stands for itself."""


def duty(row: Row, on: date) -> Duty | None:
    """An obligation as of a day, from its document; None where it was not owed yet, or where only steps are known."""
    if row.get("scheduled_on", "9") > on.isoformat():
        return None
    steps = [row[name] for name in sorted(row) if name.startswith(STEP) and row[name]["on"] <= on.isoformat()]
    chain = tuple(ReportLevel(level) for level in row["chain"])
    at, waiting, returned, handed = 0, False, False, None
    moved: list[Step] = []
    limit: date | None = None
    for step in steps:
        match step["what"]:
            case "moved":
                moved.append(step)
            case "submitted":
                waiting, returned = True, False
                if at == 0:
                    # by what had been said when it was handed in: a deadline moved afterwards does not judge it
                    handed, limit = step, _deadline(row, moved, _day(step["on"]))
            case "returned":
                waiting, returned = False, True
                handed = None if at == 0 else handed
            case "accepted":
                at, waiting = at + 1, False
    done = at == len(chain) - 1
    due = _deadline(row, moved, on)
    on_time = None if handed is None else limit is None or _day(handed["on"]) <= limit
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
        entered_on=moment(handed["recorded_at"]).astimezone(BANGKOK).date() if handed else None,
        returned=returned,
        waits_for=None if done else chain[at + waiting],
        scheduled_on=_day(row["scheduled_on"]),
        first_due=_day(row["due_on"]) if row["due_on"] else None,
        last_due=next((_day(said) for said in (*_said(moved, on)[::-1], row["due_on"]) if said), None),
        judged_by=limit if handed else None,
        moves=len(moved),
        changed_at=moment(moved[-1]["recorded_at"]) if moved else None,
    )


def _status(due: date | None, on: date, on_time: bool | None, *, done: bool) -> DutyStatus:
    if done:
        return DutyStatus.ACCEPTED
    if on_time is not None:
        return DutyStatus.SUBMITTED if on_time else DutyStatus.SUBMITTED_LATE
    if due is None or on < due - SOON:
        return DutyStatus.OPEN
    return DutyStatus.LATE if on > due else DutyStatus.DUE_SOON


def _deadline(row: Row, moved: Sequence[Step], on: date) -> date | None:
    """The deadline that was valid on a day, of those that had been said: the last one that was said for it."""
    said = _said(moved, on)
    last = said[-1] if said else row["due_on"]
    return _day(last) if last else None


def _said(moved: Sequence[Step], on: date) -> list[str | None]:
    return [step["due_on"] for step in moved if step["on"] <= on.isoformat()]


def _day(text: object) -> date:
    return date.fromisoformat(str(text))


def moment(text: object) -> datetime:
    """A moment as documents keep it, UTC."""
    return datetime.fromisoformat(str(text))
