"""The route table of `reporting`: the board's pages and event streams, and the same numbers as open data."""

from __future__ import annotations

from services.chassis.http import Routes
from services.chassis.read_models import ReadModels
from services.reporting.api import counts, pages, places
from services.reporting.api.clock import Clock
from services.reporting.live import Live

__all__ = ["routes"]


def routes(models: ReadModels, live: Live, clock: Clock | None = None) -> Routes:
    """Every route of the service; all of them are public: nothing of a person is in any answer."""
    table = Routes("reporting")
    clock = clock or Clock()
    pages.add(table, models, live, clock)
    counts.add(table, models, clock)
    places.add(table, models, clock)
    return table
