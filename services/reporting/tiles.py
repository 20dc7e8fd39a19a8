"""The drawn parts of the board, as plain numbers for the templates: bars, and a tile for every tambon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.areas import AreaLevel
from services.reporting.views import Area, Board, Coverage, Duties, Tambon
from services.reporting.views.funds import FundCount
from services.reporting.views.register import unknown

STEPS = (1, 25, 50, 100, 200)
"""From how many members on a tile has its next shade."""

TILE, GAP, A_ROW = 20, 4, 8
MOST_TILES = 400
"""A nation has 7,436 tambons: above this the groups are drawn as bars, not as tiles."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tambon as a square: its corner, its shade (0 none, then 1 to 5)."""

    tambon: Tambon
    x: int
    y: int
    shade: int


@dataclass(frozen=True, slots=True)
class Group:
    """The tambons of one district (of one province, where the nation is shown) and how they are drawn."""

    area: Area
    coverage: Coverage
    drawn: bool

    @property
    def width(self) -> int:
        """Of the drawing, in its own units."""
        return min(A_ROW, max(1, len(self.coverage.tambons))) * (TILE + GAP) - GAP

    @property
    def height(self) -> int:
        """Of the drawing, in its own units."""
        return -(-max(1, len(self.coverage.tambons)) // A_ROW) * (TILE + GAP) - GAP

    @property
    def share(self) -> float:
        """Covered tambons of all, 0 to 1."""
        return len(self.coverage.covered) / len(self.coverage.tambons) if self.coverage.tambons else 0.0


def groups(board: Board) -> list[Group]:
    """The coverage by the areas under the one shown; a district is one group, a tambon or a village none."""
    if board.area.level is AreaLevel.DISTRICT:
        inside = [board.area]
    elif board.area.level in (AreaLevel.NATION, AreaLevel.PROVINCE):
        inside = [row.area for row in board.members.rows if _shown(board, row.area.code)]
    else:
        return []
    parts = [(area, board.coverage.of(area.code)) for area in inside]
    drawn = sum(len(part.tambons) for _, part in parts) <= MOST_TILES
    return [Group(area, part, drawn) for area, part in parts if part.tambons]


def tiles(group: Group) -> Iterator[Tile]:
    """The tiles of a group, eight to a row, by code."""
    for n, tambon in enumerate(group.coverage.tambons):
        row, column = divmod(n, A_ROW)
        yield Tile(tambon, column * (TILE + GAP), row * (TILE + GAP), shade(tambon.members))


def shade(members: int) -> int:
    """0 for none, 1 to 5 for more and more."""
    return sum(members >= step for step in STEPS)


def bar(n: int, most: int) -> float:
    """The length of a bar, 0 to 100; what is there at all is seen."""
    return 0.0 if n <= 0 or most <= 0 else max(0.8, round(100 * min(n, most) / most, 1))


@dataclass(frozen=True, slots=True)
class Unit:
    """An area under the one shown, and what is owed in it."""

    area: Area
    owed: Duties


def units(board: Board, owed: Duties) -> list[Unit]:
    """What is owed by the areas of the next level (districts, provinces), by code; the shown area's own office is not
    among them."""
    if board.area.level not in (AreaLevel.NATION, AreaLevel.PROVINCE):
        return []
    names = {row.area.code: row.area for row in board.members.rows}
    wide = len(board.area.code) + 2
    parts = owed.by_area(wide)
    return [Unit(names.get(code) or unknown(code), part) for code, part in parts.items() if len(code) == wide]


def stack(count: FundCount) -> Iterator[tuple[str, int, float, float]]:
    """The levels of a kind of fund as parts of one bar: level, number, where it begins and how long it is, of 100."""
    x = 0.0
    for level, n in count.levels.items():
        width = 100 * n / count.total if count.total else 0.0
        yield level, n, round(x, 2), round(width, 2)
        x += width


def _shown(board: Board, code: str) -> bool:
    """Provinces without data are not listed on the nation's page."""
    if board.area.level is not AreaLevel.NATION:
        return True
    return any(row.area.code == code and row.count.members for row in board.members.rows)
