"""Builds `funds` from the chassis."""

from __future__ import annotations

from typing import Any

from services.chassis.known_areas import KnownAreas
from services.chassis.service import Built, Parts, Service
from services.funds import api, reactions, views


def build(parts: Parts) -> Built:
    """The routes, what this service has heard of the areas, and the worker that runs imports."""
    own: dict[type, Any] = {KnownAreas: KnownAreas(parts.views[views.AREAS.name])}
    return Built(api.routes, workers=(api.imports.worker(parts, own),), own=own, desk=api.desk)


SERVICE = Service(
    "funds", build=build, projections=(views.AREAS, api.desk.view, api.imports.view), reactions=reactions.ALL
)
