"""What officers do, a story after the other. A command more is one line in a story: its route and its body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from tests.chaos.office import Officer
from tests.chaos.stories.funds import fund
from tests.chaos.stories.members import register_file, target, volunteer
from tests.chaos.stories.otop import producer
from tests.chaos.stories.places import TAMBONS, VILLAGES
from tests.chaos.stories.reporting import board, duty

__all__ = ["OFFICERS", "PAUSE", "STORIES", "TAMBONS", "VILLAGES", "Story"]

Story = Callable[[Officer, int], Awaitable[None]]
"""The n-th story of an officer, from 0."""

STORIES: Mapping[str, tuple[tuple[Story, float], ...]] = {
    "members": ((volunteer, 0.75), (target, 0.2), (register_file, 0.05)),
    "funds": ((fund, 1.0),),
    "otop": ((producer, 1.0),),
    "reporting": ((board, 0.3), (duty, 0.7)),
}
"""Service → its stories and how often each is chosen."""

OFFICERS: Mapping[str, int] = {"members": 8, "funds": 4, "otop": 4, "reporting": 4}
PAUSE = 0.05
"""Seconds between two stories of one officer, at most."""
