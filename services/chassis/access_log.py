"""Who read whose personal data, when and why: kept in the service's database, written before the data is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from services.chassis.mongo import Database


class AccessLog(Protocol):
    """Append-only."""

    async def note(self, *, actor: str, subject: str, route: str, at: datetime, correlation_id: str) -> None:
        """Note one read. `subject` is an opaque id. Raises the driver's error: then the data must not be shown."""
        ...


class MongoAccessLog:
    """The collection `access_log`, journaled and majority."""

    def __init__(self, database: Database) -> None:
        self._entries = database["access_log"]

    async def note(self, *, actor: str, subject: str, route: str, at: datetime, correlation_id: str) -> None:
        """See `AccessLog.note`."""
        await self._entries.insert_one(
            {"actor": actor, "subject": subject, "route": route, "at": at, "correlation_id": correlation_id}
        )
