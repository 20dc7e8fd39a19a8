"""What the routes and workers of a service get from the chassis."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from services.chassis.access_log import AccessLog
from services.chassis.doorbell import Doorbell
from services.chassis.handling import CommandHandler
from services.chassis.import_reports import ImportReports
from services.chassis.read_models import ReadModels
from services.chassis.sealing import Secrets
from services.chassis.session import Sessions
from services.chassis.settings import Settings


async def nothing_put_aside(_: str) -> int:
    """Where nothing is consumed."""
    return 0


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
    put_aside: Callable[[str], Awaitable[int]] = nothing_put_aside
    """How many records of a stream lie in this service's dead letters."""
    sessions: Sessions = field(default_factory=lambda: Sessions(""))
    """Of the desk; without keys there are none."""
