"""The read side: a batch consumer for projections and reactions, exactly once in effect by checkpoint."""

from __future__ import annotations

from services.chassis.consumer.applying import STEPS
from services.chassis.consumer.deciding import LETTERS_PER_BATCH
from services.chassis.consumer.failures import ConsumerDied
from services.chassis.consumer.halts import Halt, Halted, Why
from services.chassis.consumer.reactor import REACTION_REFUSALS, Execute
from services.chassis.consumer.replaying import Replayed, replay
from services.chassis.consumer.running import Consumer
from services.chassis.consumer.state import ConsumerState

__all__ = [
    "LETTERS_PER_BATCH",
    "REACTION_REFUSALS",
    "STEPS",
    "Consumer",
    "ConsumerDied",
    "ConsumerState",
    "Execute",
    "Halt",
    "Halted",
    "Replayed",
    "Why",
    "replay",
]
