"""Builds `members` from the chassis."""

from __future__ import annotations

from services.chassis.service import Built, Parts, Service
from services.members import api, reactions


def build(parts: Parts) -> Built:
    """The routes, and the worker that runs imports."""
    return Built(api.routes, workers=(api.imports.imports.worker(parts),), desk=api.table.desk)


SERVICE = Service(
    "members",
    build=build,
    projections=(api.table.desk.view, api.imports.imports.view),
    reactions=reactions.ALL,
)
