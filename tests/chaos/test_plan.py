"""The plan is the seed's; the checks see what they are there for."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from uuid import UUID

from tests.chaos.checks import commands
from tests.chaos.evidence import Committed, Evidence
from tests.chaos.office import ACTORS, Answer, Ledger
from tests.chaos.plan import DECK, RARE, plan

SERVICES = {"api": ("members", "funds"), "relay": ("members",), "views": ("members", "funds")}
COMMAND = UUID(int=7)
TOLD = Answer("fund:1", 1, ("FundEstablished",))
THERE = Committed(ACTORS[0], "fund:1", 1, ("FundEstablished",))


def test_a_seed_repeats_its_plan_and_another_makes_another():
    assert plan(1, 200, SERVICES) == plan(1, 200, SERVICES)
    assert plan(1, 200, SERVICES)[:30] == plan(1, 30, SERVICES)
    assert plan(1, 200, SERVICES) != plan(2, 200, SERVICES)


def test_any_seed_has_every_victim_and_signal_in_proportion():
    for seed in range(20):
        drawn = Counter((strike.kind, strike.blow) for strike in plan(seed, 300, SERVICES))
        for kind, blow, count in DECK:
            assert abs(drawn[kind, blow] - 10 * count) <= count
        assert {strike.kind for strike in plan(seed, 30, SERVICES)} == {kind for kind, _, _ in DECK}


def test_a_mongod_or_the_broker_has_time_to_come_back():
    kinds = [
        "mongod" if strike.victim.startswith("mongod") else strike.kind for strike in plan(3, 300, SERVICES)
    ]
    for part, apart in (("mongod", RARE["primary"]), ("kafka", RARE["kafka"])):
        at = [n for n, kind in enumerate(kinds) if kind == part]
        assert all(later - earlier >= apart for earlier, later in pairwise(at))


async def said(known: dict[tuple[str, UUID], Answer], there: dict[str, Committed]) -> list[str]:
    found = Evidence({"funds": there}, {})
    return [difference async for difference in commands(None, Ledger(known), found)]


async def test_a_lost_a_changed_and_an_unasked_command_are_differences():
    known = {("funds", COMMAND): TOLD}
    assert await said(known, {str(COMMAND): THERE}) == []
    assert len(await said(known, {})) == 1
    assert len(await said(known, {str(COMMAND): Committed(ACTORS[0], "fund:1", 2, THERE.types)})) == 1
    assert len(await said({}, {str(COMMAND): THERE})) == 1


async def test_what_changed_nothing_need_not_be_in_the_log():
    assert await said({("funds", COMMAND): Answer("fund:1", 1, ())}, {}) == []
