"""Carries out a plan: one strike after the other, the recoveries beside them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from tests.chaos.plan import Strike
from tests.chaos.town import Town

Tell = Callable[[Strike], None]


async def strike_all(town: Town, plan: Sequence[Strike], tell: Tell) -> Counter[tuple[str, str]]:
    """Strike in the order of the plan; returns when the last one has recovered. How often what was struck how.

    Who is still recovering from a strike is waited for; a mongod is struck only while its set is whole.
    """
    done: Counter[tuple[str, str]] = Counter()
    async with asyncio.TaskGroup() as recoveries:
        for strike in plan:
            await asyncio.sleep(strike.pause)
            name = strike.victim
            if name.startswith("mongod/"):
                name = f"mongod/{await town.replica_set.node(strike.kind)}"
            signalled = asyncio.Event()
            recoveries.create_task(town.victims[name].suffer(strike, signalled))
            await signalled.wait()
            done[strike.kind, strike.blow] += 1
            tell(strike)
    return done
