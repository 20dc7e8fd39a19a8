"""One short storm in every test run; `make chaos` is the long one."""

from __future__ import annotations

import pytest

from tests.chaos.plan import DECK
from tests.chaos.run import run

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

KILLS = 30


async def test_after_thirty_strikes_under_load_nothing_is_lost_nothing_is_twice_and_all_is_at_work_again():
    verdict = await run(seed=2565, kills=KILLS)
    assert verdict.differences == []
    assert verdict.strikes.total() == KILLS
    assert {kind for kind, _ in verdict.strikes} == {kind for kind, _, _ in DECK}
    assert verdict.events > verdict.counts["commands"] > 500
    assert verdict.counts["unknown"] + verdict.counts["nobody there"] > 0  # it did hit somebody
