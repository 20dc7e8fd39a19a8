"""The projection of reporting's own events: a document an obligation, with every step under its version. Pure.

Apart from the board's (`fold/`): a change of one rebuilds only that one. Whether a report is late is no fact but a
question, asked as of a day (`duties.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from contracts.reporting import (
    DeadlineMoved,
    ObligationScheduled,
    ReportAccepted,
    ReportReturned,
    ReportSubmitted,
)
from services.chassis.projection import Change, Projection, Record, facet

DUTY, FIGURES = "duty", "figures"
"""The kinds of facet: an obligation with its steps; what was handed in, which lists do not read."""

STEP = "step-"
"""Fields that begin so are steps; six digits of the stream's version put them in order."""

Step = Mapping[str, Any]
"""What was said of an obligation: `what`, its business day `on`, when it was `recorded_at`, and what belongs to it."""


def step(record: Record) -> str:
    """The field of this event's step."""
    return f"{STEP}{record.envelope.streamversion:06}"


def scheduled(event: ObligationScheduled, record: Record) -> Iterable[Change]:
    """What is owed."""
    yield facet(
        record,
        DUTY,
        event.obligation_id,
        area=event.area,
        report=event.report,
        fiscal_year=event.fiscal_year,
        period=event.period,
        due_on=_day(event.due_on),
        chain=[level.value for level in event.chain],
        printed=event.source,
        scheduled_on=event.on.isoformat(),
    )


def deadline_moved(event: DeadlineMoved, record: Record) -> Iterable[Change]:
    """From a day on, another deadline; the one before stays, for every day before."""
    yield _step(record, event, "moved", due_on=_day(event.after), reason=event.reason.value)


def submitted(event: ReportSubmitted, record: Record) -> Iterable[Change]:
    """Handed in; the figures go beside it, as pairs: their names have dots in them."""
    yield _step(record, event, "submitted", level=event.level.value, submission=event.submission)
    yield facet(
        record,
        FIGURES,
        f"{event.obligation_id}@{event.submission:06}",
        obligation=event.obligation_id,
        submission=event.submission,
        level=event.level.value,
        on=event.on.isoformat(),
        figures=[[name, n] for name, n in event.figures.items()],
        seen=[
            [topic, partition, position]
            for topic, positions in event.seen.items()
            for partition, position in positions.items()
        ],
        newest=event.newest.isoformat() if event.newest else None,
    )


def returned(event: ReportReturned, record: Record) -> Iterable[Change]:
    """Given back."""
    told = {"level": event.level.value, "submission": event.submission, "reason": event.reason.value}
    yield _step(record, event, "returned", **told)


def accepted(event: ReportAccepted, record: Record) -> Iterable[Change]:
    """Accepted."""
    yield _step(record, event, "accepted", level=event.level.value, submission=event.submission)


Stepping = DeadlineMoved | ReportSubmitted | ReportReturned | ReportAccepted


def _step(record: Record, event: Stepping, what: str, **told: object) -> Change:
    fields = {"what": what, "on": event.on.isoformat(), "recorded_at": record.envelope.time, **told}
    return facet(record, DUTY, event.obligation_id, **{step(record): fields})


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


DUTIES = Projection(
    name="duties",
    handlers={
        ObligationScheduled: scheduled,
        DeadlineMoved: deadline_moved,
        ReportSubmitted: submitted,
        ReportReturned: returned,
        ReportAccepted: accepted,
    },
    indexes={"facets": (("kind", "fiscal_year", "area"), ("kind", "area"), ("kind", "obligation"))},
)
