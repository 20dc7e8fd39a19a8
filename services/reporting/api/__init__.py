"""The route table of `reporting`: the board's pages and event streams, the same numbers as open data, obligations."""

from __future__ import annotations

from services.chassis.http import Routes
from services.chassis.read_models import ReadModels
from services.reporting.api import calendar, counts, duties, obligations, pages, places, scheduling
from services.reporting.api.boards import Boards
from services.reporting.api.clock import Clock
from services.reporting.live import Live

desk, imports = obligations.desk, obligations.imports

__all__ = ["desk", "imports", "routes"]


def routes(
    board: ReadModels, owed: ReadModels, boards: Boards, live: Live, clock: Clock | None = None
) -> Routes:
    """Every route of the service; all queries are public: nothing of a person is in any answer.

    `board` and `owed` are the views of the projections `BOARD` and `DUTIES`.
    """
    table = Routes("reporting")
    clock = clock or Clock()
    pages.add(table, boards, live, clock)
    calendar.add(table, boards, clock)
    counts.add(table, board, clock)
    places.add(table, board, clock)
    duties.add(table, owed, clock)
    table.include(obligations.desk.routes)
    scheduling.add(table)
    return table
