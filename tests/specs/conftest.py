"""What several specs stand on: a loop whose waiting takes no time, and a service's relays on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.jumping_clock import JumpingLoop
from tests.relay_in_memory import PATCHED, Site


@pytest.fixture
def loop() -> Iterator[JumpingLoop]:
    """Whatever still runs on it at the end of a test is cancelled."""
    made = JumpingLoop()
    yield made
    made.end()


@pytest.fixture
def site(loop: JumpingLoop) -> Iterator[Site]:
    """Nobody is at work yet."""
    made = Site(loop.time)
    with made.network.instead_of_aiokafka(*PATCHED):
        yield made
