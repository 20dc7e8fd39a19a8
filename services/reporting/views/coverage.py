"""Coverage: which tambons of the register have members and which have none (seed 000 §4.1(3)); growth goes there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contracts.areas import AreaLevel
from contracts.members import Network
from services.chassis.read_models import Snapshot
from services.reporting.views import fold
from services.reporting.views.register import Area, areas, unknown


@dataclass(frozen=True, slots=True)
class Tambon:
    """A tambon, its members, how many of its villages have any, and since when it has some, where that was told."""

    area: Area
    members: int
    villages: int
    first_member_on: date | None = None

    @property
    def covered(self) -> bool:
        """Whether it has a member."""
        return self.members > 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The tambons of an area that are valid on a day, by code.

    `outside` are tambons with members that are not valid that day (abolished, or never registered): they are no part
    of the 51, and whoever moves their members must see them.
    """

    within: str
    on: date
    tambons: tuple[Tambon, ...]
    outside: tuple[Tambon, ...]

    @property
    def covered(self) -> tuple[Tambon, ...]:
        """Those with members."""
        return tuple(tambon for tambon in self.tambons if tambon.covered)

    @property
    def uncovered(self) -> tuple[Tambon, ...]:
        """Those without."""
        return tuple(tambon for tambon in self.tambons if not tambon.covered)

    @property
    def villages(self) -> int:
        """Villages with members."""
        return sum(tambon.villages for tambon in (*self.tambons, *self.outside))

    def of(self, code: str) -> Coverage:
        """The part of it that lies in a smaller area."""
        return Coverage(
            code,
            self.on,
            tuple(t for t in self.tambons if t.area.code.startswith(code)),
            tuple(t for t in self.outside if t.area.code.startswith(code)),
        )


async def coverage(snapshot: Snapshot, within: str, on: date, *, network: Network = Network.TSM) -> Coverage:
    """The coverage of a nation, province, district or tambon; a village is covered with its tambon."""
    scope = within[:6]
    measure = fold.current(network)
    known = {area.code: area for area in await areas(snapshot, on, within=scope, at=AreaLevel.TAMBON)}
    counts = await snapshot.sums([measure], within=scope, digits=8, until=on)
    members: dict[str, int] = {}
    villages: dict[str, int] = {}
    for (_, code), n in counts.items():
        around = code[:6]
        members[around] = members.get(around, 0) + n
        villages[around] = villages.get(around, 0) + (len(code) == 8 and n > 0)
    rows = await snapshot.facets(fold.FIRST, where={"network": network.value}, prefix={"area": scope})
    firsts = {str(row["area"]): date.fromisoformat(str(row["on"])) for row in rows}

    def tambon(code: str) -> Tambon:
        first = firsts.get(code)
        return Tambon(
            known.get(code) or unknown(code),
            members.get(code, 0),
            villages.get(code, 0),
            first if first and first <= on else None,
        )

    valid = {code for code, area in known.items() if area.valid(on)}
    outside = {code for code, n in members.items() if n and len(code) == 6} - valid
    return Coverage(
        within,
        on,
        tuple(tambon(code) for code in sorted(valid)),
        tuple(tambon(code) for code in sorted(outside)),
    )
