"""Builds `members` from the chassis."""

from __future__ import annotations

from typing import Any

from services.chassis.known_areas import KnownAreas, known_areas
from services.chassis.service import Built, Parts, Service
from services.members import api, reactions

AREAS = known_areas("members")
"""For choosing an area by its name; what decides asks the register itself."""


def build(parts: Parts) -> Built:
    """The routes, the names of areas, and the worker that runs imports."""
    own: dict[type, Any] = {KnownAreas: KnownAreas(parts.views[AREAS.name])}
    return Built(api.routes, workers=(api.imports.imports.worker(parts, own),), own=own, desk=api.table.desk)


SERVICE = Service(
    "members",
    build=build,
    projections=(AREAS, api.table.desk.view, api.imports.imports.view),
    reactions=reactions.ALL,
)
