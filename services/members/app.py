"""Builds `members` from the chassis."""

from __future__ import annotations

from functools import partial

from services.chassis.service import Built, Parts, Service
from services.members import api, reactions, views, workers


def build(parts: Parts) -> Built:
    """The routes, and the worker that runs imports."""
    return Built(api.routes, workers=(partial(workers.run_imports, parts),))


SERVICE = Service("members", build=build, projections=(views.REGISTER,), reactions=reactions.ALL)
