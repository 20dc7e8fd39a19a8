"""The topics of the bus: one per service, the audit log of what it said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PARTITIONS = 12
"""For ever: more partitions would move keys. Growth is a new topic (`.v2`) with the same positions."""

HUNDRED_YEARS_MS = 100 * 365 * 24 * 3600 * 1000

MAX_MESSAGE_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as `deploy/` creates it; the brokers never create one themselves."""

    service: str
    version: int = 1
    partitions: int = PARTITIONS
    config: Mapping[str, str] = field(
        default_factory=lambda: {
            "cleanup.policy": "delete",
            "retention.ms": "-1",
            "max.message.bytes": str(MAX_MESSAGE_BYTES),
            # A round's time may be ahead of the broker's clock; a refused record would stop the relay for ever.
            "message.timestamp.after.max.ms": str(HUNDRED_YEARS_MS),
        }
    )

    @property
    def name(self) -> str:
        """`chumchon.<service>.events.v<version>`."""
        return f"chumchon.{self.service}.events.v{self.version}"


SERVICES = ("members", "funds", "otop", "reporting")
TOPICS: tuple[Topic, ...] = tuple(Topic(service) for service in SERVICES)


def topic_of(service: str) -> str:
    """The name of a service's topic; KeyError for a service that has none."""
    return _NAMES[service]


_NAMES = {topic.service: topic.name for topic in TOPICS}
