"""Up to where a log is replayed: a moment of publication, or the position vector that a report was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter

from services.chassis.consumer.reading import damaged
from services.chassis.days import BANGKOK

Positions = Mapping[str, Mapping[int, int]]
"""Topic → partition → position, as `Vector.positions` has it."""


@dataclass(frozen=True, slots=True)
class Until:
    """One of the two: `moment`, ms since 1970, itself included; or `vector`, where an absent partition is at 0."""

    moment: int | None = None
    vector: Positions | None = None

    @classmethod
    def published(cls, when: date | datetime) -> Until:
        """What was published up to a moment, or up to the end of a day in Bangkok. A datetime without zone is Bangkok's."""
        if not isinstance(when, datetime):
            when = datetime.combine(when, time(), BANGKOK) + timedelta(days=1) - timedelta(milliseconds=1)
        elif when.tzinfo is None:
            when = when.replace(tzinfo=BANGKOK)
        return cls(moment=(when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))

    def wanted(self, topic: str, partition: int) -> int | None:
        """The position to be reached in a partition; None where the moment decides."""
        return None if self.vector is None else self.vector.get(topic, {}).get(partition, 0)

    def beyond(self, topic: str, record: Any) -> bool:
        """Whether a record is later than that."""
        if self.moment is not None:
            return bool(record.timestamp > self.moment)
        position = damaged(record, "").position
        return position is not None and position > (self.wanted(topic, record.partition) or 0)


def read_vector(value: object) -> dict[str, dict[int, int]]:
    """A vector out of JSON, where partitions are texts. Raises ValueError."""
    return _VECTOR.validate_python(value)


_VECTOR = TypeAdapter(dict[str, dict[int, int]])
