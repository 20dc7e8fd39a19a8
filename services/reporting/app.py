"""Builds `reporting` from the chassis: the board, live, the same numbers as open data, the reports that are owed; and the log-in."""

from __future__ import annotations

from typing import Any

from services.chassis.known_areas import KnownAreas
from services.chassis.service import Built, Parts, Service
from services.chassis.session.login import Login
from services.chassis.session.routes import mount
from services.reporting.api import desk, imports, routes
from services.reporting.api.boards import Boards
from services.reporting.api.clock import Clock
from services.reporting.live import Live
from services.reporting.plan.promised import national_upgrades
from services.reporting.views import BOARD, DUTIES
from services.reporting.work import WorkPage


def build(parts: Parts) -> Built:
    """One `Live` for the streams of this process, rung by the views' checkpoints. The board has heard of the areas."""
    national_upgrades()  # reads the catalogue: one that is faulty stops the start and not the first who asks
    board, owed, clock = parts.views[BOARD.name], parts.views[DUTIES.name], Clock()
    boards = Boards(board, owed, clock)
    live = Live(parts.moved, boards.rendered)
    own: dict[type, Any] = {KnownAreas: KnownAreas(board)}
    table = routes(board, owed, boards, live, clock)
    mount(table, Login(parts.settings, parts.sessions))
    return Built(
        table,
        workers=(live.run, imports.worker(parts, own)),
        own=own,
        pages=(WorkPage(owed, clock, own[KnownAreas]).route(),),
        desk=desk,
    )


SERVICE = Service("reporting", build=build, projections=(BOARD, DUTIES, imports.view))
