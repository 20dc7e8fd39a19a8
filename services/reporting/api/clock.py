"""What time and which day it is: asked at the edge only, so that a spec can say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from services.chassis.days import BANGKOK


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """A source of moments, UTC."""

    now: Callable[[], datetime] = _utc

    def today(self) -> date:
        """The date in Bangkok."""
        return self.now().astimezone(BANGKOK).date()
