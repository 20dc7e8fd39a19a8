"""Where one partition stands while a batch is walked through: its position, what stands there, what was left out behind it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from contracts.envelope import Envelope
from services.chassis.checkpoints import Checkpoint
from services.chassis.consumer.halts import Halt, Why, halted
from services.chassis.consumer.reading import Damaged, Raw, later
from services.chassis.consumer.skips import Skip


@dataclass(slots=True)
class Walk:
    """Where one partition stands while the batch is walked through."""

    checkpoint: Checkpoint
    position: int
    offset: int
    newest: str = ""
    parked: set[str] = field(default_factory=set)
    hole: Halt | None = None
    """What to say of the record behind the hole, if nothing fills it."""
    last: str = ""
    envelope: Envelope | None = None
    """What stands at `position`: this event, and where there is none the record of which `last` is the mark."""

    left_out: int = 0
    """The position of a record behind `position` that was left out; 0: none. Whether it stood on the chain the next tells."""

    def leave_out(self, skip: Skip) -> None:
        """Step over a record."""
        self.offset = max(self.offset, skip.place[2])
        if skip.previousposition in (self.position, self.left_out) and skip.position > self.position:
            self.left_out = skip.position

    def mark(self) -> str:
        """Of what stands at `position`."""
        return self.last if self.envelope is None else f"{self.envelope.id} {self.envelope.hash}"

    def moved(self) -> Checkpoint:
        """The checkpoint as it is to be written."""
        return replace(
            self.checkpoint,
            position=self.position,
            offset=self.offset,
            newest=later(self.checkpoint.newest, self.newest),
            parked=frozenset(self.parked),
            last=self.mark(),
            left_out=self.left_out if self.left_out > self.position else 0,
        )


def hole_before(walk: Walk, raw: Raw, found: Envelope | Damaged, position: int) -> Halt:
    """Before this record something is missing."""
    text = (
        f"the topic has nothing that follows position {walk.position}; this follows {found.previousposition}"
    )
    return halted(Why.HOLE, raw, text, position=position, event_id=found.id).halt
