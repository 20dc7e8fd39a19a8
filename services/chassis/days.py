"""Days as people send them: ISO or Thai, Gregorian or Buddhist era, Thai digits too; and what day it is in Bangkok."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from services.chassis.thai import Unreadable, read_date

BANGKOK = timezone(timedelta(hours=7))


def today() -> date:
    """The date in Bangkok now; for edges only, a decider gets its dates in the command."""
    return datetime.now(BANGKOK).date()


def _read(value: Any) -> Any:
    if isinstance(value, int | float):  # pydantic would count it in seconds from 1970
        value = ""
    return read_date(value) if isinstance(value, str | date) else value


def _not_future(day: date) -> date:
    if day > today():
        raise Unreadable(
            "date-in-the-future",
            "วันที่นี้ยังมาไม่ถึง ตรวจสอบว่าปีเป็น พ.ศ. หรือ ค.ศ.",
            "This date is still to come. Was the year meant as B.E. or C.E.?",
        )
    return day


Day = Annotated[date, BeforeValidator(_read)]
"""A date, read from any form that officers write (`services.chassis.thai.read_date`)."""

PastDay = Annotated[Day, AfterValidator(_not_future)]
"""A day that has come: when something happened."""
