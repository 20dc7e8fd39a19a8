"""All that the board shows of one area, read from one snapshot: every number on the page is of the same moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.read_models import ReadModels, Vector
from services.reporting.views.counts import Members, members_by_area
from services.reporting.views.coverage import Coverage, coverage
from services.reporting.views.funds import Funds, funds
from services.reporting.views.growth import Growth, growth
from services.reporting.views.producers import Producers, producers
from services.reporting.views.register import Area, trail


@dataclass(frozen=True, slots=True)
class Board:
    """One area as of a day. `trail` leads from the nation to the area, which is its last."""

    on: date
    trail: tuple[Area, ...]
    members: Members
    coverage: Coverage
    growth: Growth
    funds: Funds
    producers: Producers
    vector: Vector

    @property
    def area(self) -> Area:
        """The area that is shown."""
        return self.trail[-1]

    @property
    def newest(self) -> datetime | None:
        """When the newest shown fact was recorded, UTC; None: nothing yet."""
        return self.vector.newest

    @property
    def empty(self) -> bool:
        """Whether nothing is known at all."""
        return self.newest is None


async def board(models: ReadModels, code: str, on: date) -> Board | None:
    """The board of an area; None where neither the register nor any count has such an area."""
    async with models.snapshot() as snapshot:
        around = await trail(snapshot, code, on)
        members = await members_by_area(snapshot, code, on)
        if not around[-1].known and not members.total.members and not members.rows:
            return None
        return Board(
            on=on,
            trail=around,
            members=members,
            coverage=await coverage(snapshot, code, on),
            growth=await growth(snapshot, code, on, current=members.total.members),
            funds=await funds(snapshot, code, on),
            producers=await producers(snapshot, code, on),
            vector=snapshot.vector,
        )
