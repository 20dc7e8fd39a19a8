"""One short storm in every test run; `make chaos` is the long one."""

from __future__ import annotations

import pytest

from services.reporting.views import BOARD
from tests.chaos.checks import differences
from tests.chaos.evidence import evidence
from tests.chaos.office import ACTORS, Ledger
from tests.chaos.plan import DECK
from tests.chaos.run import run
from tests.chaos.town import Town

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

KILLS = 30


async def tamper(town: Town, ledger: Ledger) -> None:
    """What the checks are there for: a fact counted twice, one that is missing, one that was lost."""
    board = town.kept("reporting")
    live = (await board.projections.find_one({"_id": BOARD.name}) or {})["live"]
    shards, register = board[f"{BOARD.name}.{live}.shards"], town.kept("funds")
    counted = await shards.find_one_and_update({"n": 1}, {"$inc": {"n": 1}})
    assert any(f"{BOARD.name} shards" in one for one in await found(town, ledger))
    await shards.replace_one({"_id": (counted or {})["_id"]}, counted or {})
    last = await register.commits.find_one_and_delete({"actor": ACTORS[0]}, sort=[("_id.version", -1)])
    told = await found(town, ledger)
    assert any("acknowledged and not in the log" in one for one in told)
    assert any("log_and_topic" in one for one in told)
    await register.commits.insert_one(last or {})
    assert await found(town, ledger) == []


async def found(town: Town, ledger: Ledger) -> list[str]:
    return await differences(town, ledger, await evidence(town))


async def test_after_thirty_strikes_nothing_is_lost_or_twice_and_what_is_tampered_with_is_seen():
    verdict = await run(seed=2565, kills=KILLS, afterwards=tamper)
    assert verdict.differences == []
    assert verdict.strikes.total() == KILLS
    assert {kind for kind, _ in verdict.strikes} == {kind for kind, _, _ in DECK}
    assert verdict.events > verdict.counts["commands"] > 500
    assert verdict.counts["unknown"] + verdict.counts["nobody there"] > 0  # it did hit somebody
