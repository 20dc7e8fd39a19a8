"""`reporting`: people look at the board."""

from __future__ import annotations

from tests.chaos.office import Officer


async def board(officer: Officer, n: int) -> None:
    """The board's numbers of a district."""
    await officer.ask(f"/v1/members?area=51{officer.dice.randint(1, 8):02d}")
