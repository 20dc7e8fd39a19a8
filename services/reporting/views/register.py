"""The area register as of a day: names, what was valid, and where a code lies. Queries over the port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contracts.areas import AreaLevel, level, parents
from services.chassis.read_models import Row, Snapshot
from services.reporting.views.fold import AREA, AREA_NAME

LEVELS = tuple(AreaLevel)


@dataclass(frozen=True, slots=True)
class Area:
    """One area as of a day. `valid_to` is the first day on which it is no more, None while it is.

    An area that was counted but is not in the register has `known` False and its code for a name.
    """

    code: str
    level: AreaLevel
    name_th: str
    name_en: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    into: tuple[str, ...] = ()
    assumed: bool = False
    known: bool = True

    def valid(self, on: date) -> bool:
        """Whether it was in the register on that day."""
        began = self.valid_from is None or self.valid_from <= on
        return self.known and began and (self.valid_to is None or on < self.valid_to)


THAILAND = Area("", AreaLevel.NATION, "ประเทศไทย", "Thailand")


def unknown(code: str) -> Area:
    """An area of which only the code is known."""
    return Area(code, level(code), code, code, known=False)


def below(code: str) -> AreaLevel | None:
    """The next level down; None under a village."""
    depth = len(code) // 2 + 1
    return LEVELS[depth] if depth < len(LEVELS) else None


def digits(at: AreaLevel) -> int:
    """How long a code of that level is."""
    return LEVELS.index(at) * 2


async def areas(
    snapshot: Snapshot,
    on: date,
    *,
    within: str = "",
    at: AreaLevel | None = None,
    after: str = "",
    limit: int | None = None,
) -> list[Area]:
    """The areas under a code, itself included, of one level or of all, by code; also those no longer valid.

    An area that was registered for a later day than `on` is among them: ask `valid`.
    """
    where = {"level": at.value} if at else None
    rows = await snapshot.facets(AREA, where=where, prefix={"subject": within}, after=after, limit=limit)
    names = await _names(snapshot, within, on)
    joined: dict[str, Row] = {}
    for (
        row
    ) in rows:  # an area's province tells all of it in one stream; were it two, they would be one area still
        joined[row["subject"]] = {**joined.get(row["subject"], {}), **row}
    return [_area(row, names) for row in joined.values()]


async def area(snapshot: Snapshot, code: str, on: date) -> Area | None:
    """One area; None where the register does not have it."""
    return await _one(snapshot, code, await _names(snapshot, code, on))


async def trail(snapshot: Snapshot, code: str, on: date) -> tuple[Area, ...]:
    """The areas around a code, the nation first, and the area itself last."""
    codes = [*parents(code), code] if code else [code]
    names = await _names(snapshot, code[:2], on) if code else {}
    return tuple([await _one(snapshot, each, names) or unknown(each) for each in codes])


async def _one(snapshot: Snapshot, code: str, names: dict[str, Row]) -> Area | None:
    if not code:
        return THAILAND
    rows = await snapshot.facets(AREA, where={"subject": code})
    whole = {name: value for row in rows for name, value in row.items()}
    return _area(whole, names) if rows else None


async def _names(snapshot: Snapshot, within: str, on: date) -> dict[str, Row]:
    """The names given up to a day, by code; the latest wins."""
    rows = await snapshot.facets(AREA_NAME, prefix={"subject": within})
    given = sorted((row for row in rows if row["since"] <= on.isoformat()), key=lambda row: str(row["since"]))
    return {str(row["area"]): row for row in given}


def _area(row: Row, names: dict[str, Row]) -> Area:
    code = str(row["subject"])
    named = names.get(code, row)
    began, ended = _day(row.get("valid_from")), _day(row.get("valid_to"))
    if began and ended and ended <= began:
        ended = None  # abolished, and registered once more
    return Area(
        code=code,
        level=level(code),
        # a split or an end that was applied without its beginning still has a code to show
        name_th=str(named.get("name_th") or code),
        name_en=str(named.get("name_en") or code),
        valid_from=began,
        valid_to=ended,
        successor=str(row.get("successor") or "") if ended else "",
        into=tuple(row.get("into") or ()),
        assumed=bool(row.get("assumed")),
        known="valid_from" in row,
    )


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
