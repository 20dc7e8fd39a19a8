"""What is struck, how and when: drawn from the seed, so that the same seed is the same plan."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

Blow = Literal["kill", "stop"]
TWINS = 2
"""Processes of each service and role."""

DECK: Sequence[tuple[str, Blow, int]] = (
    ("api", "kill", 4),
    ("api", "stop", 3),
    ("relay", "kill", 5),
    ("relay", "stop", 4),
    ("views", "kill", 4),
    ("views", "stop", 4),
    ("kafka", "kill", 1),
    ("kafka", "stop", 1),
    ("primary", "kill", 2),
    ("primary", "stop", 1),
    ("secondary", "kill", 1),
)
"""Thirty cards: any thirty strikes from the start of a deck on have each kind of victim and of signal."""

SECONDS: Mapping[tuple[str, Blow], tuple[float, float]] = {
    ("api", "stop"): (0.5, 5.0),
    ("relay", "stop"): (1.8, 4.0),
    ("views", "stop"): (3.3, 5.5),
    ("kafka", "stop"): (2.5, 5.0),
    ("primary", "stop"): (3.0, 5.0),
}
"""How long a stopped one sleeps: relay, views, broker and primary longer than what they hold (lease, session, term)."""
DOWN = (0.0, 1.5)
"""Seconds that a killed one stays away."""
PAUSE = (0.4, 2.0)
"""Seconds between two strikes: shorter than most recoveries."""
RARE: Mapping[str, int] = {"kafka": 5, "primary": 4, "secondary": 4}
"""So many strikes at least lie between two of these: a recovery has to come to its end at times."""


@dataclass(frozen=True, slots=True)
class Strike:
    """`pause` seconds after the one before, `victim` gets the blow; after `seconds` it is woken or started again.

    `victim` is `members/api/0`, `kafka`, or whoever is that then: `mongod/primary`, `members/relay/leader`.
    """

    pause: float
    kind: str
    victim: str
    blow: Blow
    seconds: float


def plan(seed: int, kills: int, services: Mapping[str, Sequence[str]]) -> list[Strike]:
    """So many strikes; `services` says for each kind (api, relay, views) which services have such processes."""
    dice = random.Random(f"{seed}/plan")
    return list(islice(_strikes(dice, services), kills))


def _strikes(dice: random.Random, services: Mapping[str, Sequence[str]]) -> Iterator[Strike]:
    ages: dict[str, int] = {}
    waiting: list[tuple[str, Blow]] = []
    while True:
        deck = [(kind, blow) for kind, blow, count in DECK for _ in range(count)]
        dice.shuffle(deck)
        waiting += deck
        while waiting:
            ready = [card for card in waiting if ages.get(_part(card[0]), 99) >= RARE.get(card[0], 0)]
            if not ready:
                break  # the next deck comes between
            waiting.remove(ready[0])
            kind, blow = ready[0]
            ages = {part: age + 1 for part, age in ages.items()} | {_part(kind): 0}
            yield Strike(
                pause=round(dice.uniform(*PAUSE), 2),
                kind=kind,
                victim=_victim(kind, dice, services),
                blow=blow,
                seconds=round(dice.uniform(*SECONDS.get((kind, blow), DOWN)), 2),
            )


def _part(kind: str) -> str:
    return "mongod" if kind in ("primary", "secondary") else kind


def _victim(kind: str, dice: random.Random, services: Mapping[str, Sequence[str]]) -> str:
    if kind == "relay":  # who stands by has little to lose
        return f"{dice.choice(services[kind])}/relay/{dice.choice(('leader', 'leader', 0, 1))}"
    if kind in services:
        return f"{dice.choice(services[kind])}/{kind}/{dice.randrange(TWINS)}"
    return f"mongod/{kind}" if kind in ("primary", "secondary") else kind
