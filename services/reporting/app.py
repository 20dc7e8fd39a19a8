"""Builds `reporting` from the chassis: the board, live, and the same numbers as open data."""

from __future__ import annotations

from services.chassis.service import Built, Parts, Service
from services.reporting.api import routes
from services.reporting.api.clock import Clock
from services.reporting.api.pages import renderer
from services.reporting.live import Live
from services.reporting.views import BOARD


def build(parts: Parts) -> Built:
    """One `Live` for the streams of this process, rung by the views' checkpoints."""
    models, clock = parts.views[BOARD.name], Clock()
    live = Live(parts.moved, renderer(models, clock))
    return Built(routes(models, live, clock), workers=(live.run,))


SERVICE = Service("reporting", build=build, projections=(BOARD,), says=False)
