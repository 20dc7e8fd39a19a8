"""What the stories share: areas, days, people who are nobody."""

from __future__ import annotations

from services.chassis.thai import generated_citizen_number
from tests.chaos.office import Officer

TAMBONS = tuple(f"51{district:02d}{tambon:02d}" for district in range(1, 9) for tambon in range(1, 13))
VILLAGES = tuple(f"{tambon}{village:02d}" for tambon in TAMBONS for village in (1, 2))
PERSONS = 1_000_000
"""Citizen numbers of one officer."""


def day(officer: Officer, year: int, month: int) -> str:
    """A day of that month, Gregorian."""
    return f"{year}-{month:02d}-{officer.dice.randint(1, 28):02d}"


def citizen(officer: Officer, n: int) -> str:
    """The officer's n-th generated citizen number."""
    return generated_citizen_number(officer.number * PERSONS + n)
