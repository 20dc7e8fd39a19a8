"""The public holidays that working days are counted with: data (`holidays.json`, an example), a year more is a line."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources

from contracts.calendar import Holidays


def read(text: str) -> Holidays:
    """The holidays in a JSON text `{"years": {"2022": ["2022-01-03", …]}}`; ValueError for a day of another year."""
    told: dict[str, list[str]] = json.loads(text)["years"]
    days = {int(year): [date.fromisoformat(day) for day in listed] for year, listed in told.items()}
    strays = [day for year, listed in days.items() for day in listed if day.year != year]
    if strays:
        raise ValueError(f"{strays[0]} stands under another year")
    return Holidays(frozenset(days), frozenset(day for listed in days.values() for day in listed))


PUBLIC = read(resources.files("contracts").joinpath("holidays.json").read_text("utf-8"))
"""Thai public holidays on working days, of the years that the file has whole."""
