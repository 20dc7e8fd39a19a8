"""The frame of one audit: up to where each side is looked at, so that a service that goes on writing is no fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.topics import Topic
from services.chassis.mongo import Database
from services.chassis.relay.outbox import Outbox
from services.chassis.relay.rounds import Round


@dataclass(frozen=True, slots=True)
class Frame:
    """Rounds up to position `horizon` are looked at; those up to `sent` must be in Kafka, which is read up to `ends`.

    What lies between `sent` and `horizon` may be under way just now. `ends` is empty where Kafka is not asked.
    """

    service: str
    horizon: int = 0
    sent: int = 0
    ends: Mapping[int, int] | None = None

    @property
    def topic(self) -> str:
        """The service's topic."""
        return Topic(self.service).name


async def sent_by_now(database: Database) -> int:
    """The position up to which everything is in Kafka: a round is written only when the one before it was sent.

    The last one was sent too when none of its commits waits any more.
    """
    before, last = await _last_two(database)
    if not last.commits:
        return before.final
    ids = [{"stream": stream, "version": version} for stream, version in last.commits]
    waiting = await database["commits"].find_one({"_id": {"$in": ids}, "pending": True}, {"_id": 1})
    return before.final if waiting else last.final


async def horizon(database: Database) -> int:
    """The position of the last round's last event."""
    return (await _last_two(database))[1].final


async def _last_two(database: Database) -> tuple[Round, Round]:
    outbox = Outbox(database)
    async with outbox.session() as session:
        return await outbox.last_two(session)
