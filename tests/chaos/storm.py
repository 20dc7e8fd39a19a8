"""Carries out a plan: one strike after the other, the recoveries beside them, and a breath now and then."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from pymongo.errors import PyMongoError

from tests.chaos.plan import Strike
from tests.chaos.town import KINDS, Town

Tell = Callable[[Strike], None]
BREATH = 6
"""After so many strikes the town may breathe: a machine that is slow to recover would do no work in between."""
BREATH_SECONDS = 120


async def strike_all(town: Town, plan: Sequence[Strike], tell: Tell) -> Counter[tuple[str, str]]:
    """Strike in the order of the plan; returns when the last one has recovered. How often what was struck how.

    Who is still recovering from a strike is waited for; a mongod is struck only while its set is whole. Raises
    TimeoutError where a breath is not enough for every service to send something.
    """
    done: Counter[tuple[str, str]] = Counter()
    async with asyncio.TaskGroup() as recoveries:
        for number, strike in enumerate(plan):
            if number % BREATH == 0:
                await _breathe(town)
            await asyncio.sleep(strike.pause)
            victim = await town.struck(strike)
            signalled = asyncio.Event()
            recoveries.create_task(victim.suffer(strike, signalled))
            await signalled.wait()
            done[strike.kind, strike.blow] += 1
            tell(strike)
    return done


async def _breathe(town: Town) -> None:
    """Wait until every service has written another round: its officers are answered, and its relay sends."""
    before = None
    silent: list[str] = []
    try:
        async with asyncio.timeout(BREATH_SECONDS):
            while True:
                try:
                    now = {name: await town.kept(name).rounds.count_documents({}) for name in KINDS["relay"]}
                except PyMongoError:
                    continue
                before = before or now
                silent = [name for name in now if now[name] == before[name]]
                if not silent:
                    return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise TimeoutError(f"nothing more was sent for {BREATH_SECONDS} s by {', '.join(silent)}") from None
