"""The area and the level that a query asks for, or the problem with them."""

from __future__ import annotations

from datetime import date

from contracts.areas import AreaLevel
from services.chassis.problems import FieldError, Problem, invalid, kind
from services.chassis.read_models import Snapshot
from services.reporting.views import Area, area, below, digits
from services.reporting.views.register import unknown

NO_SUCH_AREA = kind(
    "no-such-area", 404, title=("ไม่พบพื้นที่", "No such area"),
    th="ไม่มีพื้นที่รหัสนี้ในทะเบียน และไม่มีข้อมูลของพื้นที่นี้",
    en="The area register has no area with this code, and nothing was counted in it.",
)  # fmt: skip


async def shown(snapshot: Snapshot, code: str, on: date, *, anything: bool = False) -> Area:
    """The area of a query. Raises `no-such-area` (404), unless there is `anything` to show of it."""
    found = await area(snapshot, code, on)
    if found is None and not anything:
        raise Problem(NO_SUCH_AREA)
    return found or unknown(code)


def level_below(code: str, asked: AreaLevel | None) -> AreaLevel | None:
    """The level of the rows. Raises `invalid` (422) where the level asked for is not below the area."""
    if asked is None:
        return below(code)
    if digits(asked) <= len(code):
        raise invalid(
            [
                FieldError(
                    "level",
                    "level-not-below",
                    "ต้องเป็นระดับที่อยู่ใต้พื้นที่ที่ถาม",
                    "must be a level below the area that is asked for",
                )
            ]
        )
    return asked
