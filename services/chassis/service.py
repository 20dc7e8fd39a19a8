"""What a service is made of: its projections, its reactions, and how its edge is built on the running parts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute

from services.chassis.desk.desk import Desk
from services.chassis.http import Routes
from services.chassis.parts import Parts
from services.chassis.projection import Projection, Reaction

__all__ = ["Built", "Parts", "Service", "Worker"]


Worker = Callable[[asyncio.Event], Awaitable[None]]
"""A task beside the API: runs until the event is set, and then finishes what is in hand."""


@dataclass(frozen=True, slots=True)
class Built:
    """A service's edge, built on running parts: the route table, the tasks beside it."""

    routes: Routes
    workers: tuple[Worker, ...] = ()
    own: Mapping[type, Any] = field(default_factory=dict)
    """What its routes take besides `Parts`, by type (`Part[…]`)."""
    pages: tuple[BaseRoute, ...] = ()
    """Pages of its own, before those of its desk."""
    desk: Desk | None = None
    """What people can enter, where the service has pages for it."""


@dataclass(frozen=True, slots=True)
class Service:
    """A service as data: its projections, its reactions, and how its edge is built."""

    name: str
    build: Callable[[Parts], Built]
    projections: tuple[Projection, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    says: bool = True
    """False where the service has no events of its own yet: no relay."""
