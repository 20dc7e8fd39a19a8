"""The plan is the seed's; the checks see what they are there for."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx

from tests.chaos.checks import commands
from tests.chaos.evidence import Committed, Evidence
from tests.chaos.office import ACTORS, Answer, Ledger, Officer
from tests.chaos.plan import DECK, RARE, plan
from tests.chaos.stories.members import volunteer

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


class Struck(Officer):
    """Nobody answers it `misses` times, again and again; `sent` is what it was answered for."""

    def begin(self, misses: int) -> Struck:
        self.misses, self.left, self.sent = misses, misses, list[tuple[str, str, str]]()
        return self

    async def _once(self, method: str, url: str, by: str, body: Any, key: str) -> httpx.Response | None:
        self.left -= 1
        if self.left >= 0:
            return None
        self.left = self.misses
        self.sent.append((f"{method} {url.partition('/v1')[2]} {by}", repr(body), key))
        told = {"id": f"thing:{len(self.sent)}", "version": 1, "events": [], "repeated": False}
        return httpx.Response(201, json=told)


async def written(seed: int, misses: int) -> list[tuple[str, str, str]]:
    async with httpx.AsyncClient() as client:
        dice = random.Random(f"{seed}/members/0")
        officer = Struck("members", ["http://a", "http://b"], client, {}, Ledger(), dice, 0).begin(misses)
        for n in range(5):
            await volunteer(officer, n)
    return officer.sent


async def test_what_an_officer_writes_and_with_which_keys_is_the_seeds_whoever_is_struck():
    assert await written(1, misses=0) == await written(1, misses=1)
    assert await written(1, misses=0) != await written(2, misses=0)


async def test_a_lost_a_changed_and_an_unasked_command_are_differences():
    known = {("funds", COMMAND): TOLD}
    assert await said(known, {str(COMMAND): THERE}) == []
    assert len(await said(known, {})) == 1
    assert len(await said(known, {str(COMMAND): Committed(ACTORS[0], "fund:1", 2, THERE.types)})) == 1
    assert len(await said({}, {str(COMMAND): THERE})) == 1


async def test_what_changed_nothing_need_not_be_in_the_log():
    assert await said({("funds", COMMAND): Answer("fund:1", 1, ())}, {}) == []
