"""Months as officers type them: มี.ค. 2565, 03/2565, 2022-03."""

from __future__ import annotations

import re
from datetime import date

from services.chassis.thai.dates import gregorian, read_date
from services.chassis.thai.text import Unreadable, plain

_YEAR_FIRST = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2}) ?[/.-] ?([0-9]{4})")


def read_month(value: str | date) -> str:
    """The Gregorian month that was meant, `2022-03`; raises `Unreadable`. A day stands for its month, as spreadsheets make
    days of months; 4 digits tell their era, as in `read_date`."""
    if isinstance(value, date):
        return f"{gregorian(value):%Y-%m}"
    text = plain(value)
    if found := _YEAR_FIRST.fullmatch(text):
        text = f"{found[1]}-{int(found[2]):02}-01"
    elif found := _MONTH_FIRST.fullmatch(text):
        text = f"{found[2]}-{int(found[1]):02}-01"
    elif text and not text[0].isdigit():
        text = f"1 {text.removeprefix('เดือน')}"
    try:
        return f"{read_date(text):%Y-%m}"
    except Unreadable as wrong:
        if wrong.code != "date-unreadable":
            raise
    raise Unreadable(
        "month-unreadable",
        "อ่านเดือนไม่ได้ กรุณาพิมพ์แบบ มี.ค. 2565, มีนาคม 2565, 03/2565 หรือ 2022-03",
        "This is not a month that can be read. Write its Thai name and year, or 03/2565 or 2022-03.",
    )
