"""What a service is made of, and what its routes and workers get from the chassis."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.chassis.access_log import AccessLog
from services.chassis.desk.desk import Desk
from services.chassis.doorbell import Doorbell
from services.chassis.handling import CommandHandler
from services.chassis.http import Routes
from services.chassis.import_reports import ImportReports
from services.chassis.projection import Projection, Reaction
from services.chassis.read_models import ReadModels
from services.chassis.sealing import Secrets
from services.chassis.session import Sessions
from services.chassis.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """The running parts of a service."""

    settings: Settings
    secrets: Secrets
    handler: CommandHandler
    views: Mapping[str, ReadModels]
    """By the projection's name."""
    moved: Doorbell
    """Rings when a view has moved."""
    access_log: AccessLog
    import_reports: ImportReports
    outbox_depth: Callable[[], Awaitable[int]]
    """Commits that wait to be sent."""
    sessions: Sessions = field(default_factory=lambda: Sessions(""))
    """Of the desk; without keys there are none."""


Worker = Callable[[asyncio.Event], Awaitable[None]]
"""A task beside the API: runs until the event is set, and then finishes what is in hand."""


@dataclass(frozen=True, slots=True)
class Built:
    """A service's edge, built on running parts: the route table, the tasks beside it."""

    routes: Routes
    workers: tuple[Worker, ...] = ()
    own: Mapping[type, Any] = field(default_factory=dict)
    """What its routes take besides `Parts`, by type (`Part[…]`)."""
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
