"""One run: a town, a storm over it under load, quiet, and the verdict."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from tests.chaos.checks import differences
from tests.chaos.evidence import evidence
from tests.chaos.load import at_work, enter_areas, officers
from tests.chaos.office import Ledger
from tests.chaos.plan import Strike, plan
from tests.chaos.quiet import quiet
from tests.chaos.storm import strike_all
from tests.chaos.town import KINDS, Town, town
from tests.local_stack import LocalStack, own_stack


@dataclass
class Verdict:
    """What a run came to. Seconds: `storm` from the first strike to the end of the last recovery, `whole` all of it."""

    seed: int
    strikes: Counter[tuple[str, str]]
    counts: Counter[str]
    events: int = 0
    repeats: int = 0
    own_ends: dict[str, int] = field(default_factory=dict)
    hung: list[str] = field(default_factory=list)
    lost: int = 0
    """Transactions that Kafka had lost sight of and a relay committed."""
    differences: list[str] = field(default_factory=list)
    storm: float = 0.0
    whole: float = 0.0


@dataclass
class Progress:
    """What a run tells while it goes on."""

    phase: Callable[[str], None] = lambda _: None
    strike: Callable[[Strike, Counter[str]], None] = lambda _, __: None


Afterwards = Callable[[Town, Ledger], Awaitable[None]]
"""What is done after the verdict, while the town still stands."""


async def run(
    seed: int,
    kills: int,
    progress: Progress | None = None,
    kept: Path | None = None,
    afterwards: Afterwards | None = None,
) -> Verdict:
    """One whole run in a stack of its own. With a difference, trouble, a process that ended by itself or a lost transaction, the logs are copied to `kept`."""
    begun = monotonic()
    with own_stack() as stack:
        try:
            verdict = await _in_town(stack, seed, kills, progress or Progress(), afterwards)
        except BaseException:
            _keep_logs(stack, kept)
            raise
        if verdict.differences or verdict.own_ends or verdict.lost:
            _keep_logs(stack, kept)
    verdict.whole = monotonic() - begun
    return verdict


async def _in_town(
    stack: LocalStack, seed: int, kills: int, progress: Progress, afterwards: Afterwards | None
) -> Verdict:
    progress.phase("starting Kafka, three mongods and every process twice")
    async with town(stack) as made, officers(made, seed) as staff:
        progress.phase("entering the areas")
        await enter_areas(staff[0])
        await quiet(made)
        progress.phase("the storm")
        ledger = staff[0].ledger
        begun = monotonic()
        async with at_work(staff):
            strikes = await strike_all(
                made, plan(seed, kills, KINDS), lambda strike: progress.strike(strike, ledger.counts)
            )
            storm = monotonic() - begun
        progress.phase("waiting until all is at work, sent and read")
        await made.healed()
        await quiet(made)
        progress.phase("checking everything")
        found = await evidence(made)
        verdict = Verdict(
            seed,
            strikes,
            ledger.counts,
            events=found.events,
            repeats=found.repeats,
            own_ends=_own_ends(made),
            hung=made.hung,
            lost=await asyncio.to_thread(_lost, stack),
            differences=await differences(made, ledger, found),
            storm=storm,
        )
        if afterwards is not None:
            await afterwards(made, ledger)
        return verdict


def _lost(stack: LocalStack) -> int:
    logs = (stack.home / "logs").glob("*-relay-*.log")
    return sum(log.read_text(errors="replace").count('"relay_commits_lost_transaction"') for log in logs)


def _own_ends(made: Town) -> dict[str, int]:
    return {name: victim.own_ends for name, victim in made.victims.items() if victim.own_ends}


def _keep_logs(stack: LocalStack, kept: Path | None) -> None:
    if kept is not None:
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(stack.home / "logs", kept)
