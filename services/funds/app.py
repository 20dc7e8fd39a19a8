"""Builds `funds` from the chassis."""

from __future__ import annotations

from services.chassis.known_areas import KnownAreas
from services.chassis.service import Built, Parts, Service
from services.funds import api, reactions, views


def build(parts: Parts) -> Built:
    """The routes, and what this service has heard of the areas."""
    return Built(api.routes, own={KnownAreas: KnownAreas(parts.views[views.AREAS.name])})


SERVICE = Service("funds", build=build, projections=(views.AREAS,), reactions=reactions.ALL)
