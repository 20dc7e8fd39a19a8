"""The view of a service's imports: which of them run. The worker looks into it."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.imports import ImportAccepted, ImportCompleted
from services.chassis.projection import Change, Projection, Record, facet


def _accepted(event: ImportAccepted, record: Record) -> Iterator[Change]:
    yield facet(
        record,
        "import",
        event.import_id,
        status="running",
        imports=event.kind,
        area=event.area,
        rows=event.rows,
    )


def _completed(event: ImportCompleted, record: Record) -> Iterator[Change]:
    yield facet(
        record,
        "import",
        event.import_id,
        status="completed",
        written=event.written,
        unchanged=event.unchanged,
        refused=event.refused,
    )


def imports_view(
    service: str, accepted: type[ImportAccepted], completed: type[ImportCompleted]
) -> Projection:
    """The projection `<service>.imports`."""
    return Projection(f"{service}.imports", {accepted: _accepted, completed: _completed})
