"""How a consumer stands, for `/ready`, `status` and the metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice

from services.chassis.checkpoints import Source
from services.chassis.consumer.deciding import Decision
from services.chassis.consumer.halts import Halt
from services.chassis.consumer.reading import later
from services.chassis.metrics import (
    CONSUMED,
    DEAD_LETTERS,
    DEAD_LETTERS_OPEN,
    EVENT_AGE,
    HOLES,
    LAG,
    PARKED,
    REPEATS,
    VIEW_HALTED,
)

_AGES_PER_BATCH = 100
"""Of a larger batch every n-th event is measured: observing costs as much as folding."""
_QUIET = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """What a consumer last knew of itself. `lag` is in offsets, for the partitions that are ours."""

    name: str
    version: str
    live: bool
    """Whether queries read this version; always true for a reaction."""
    running: bool
    retired: bool
    assigned: tuple[Source, ...]
    lag: Mapping[Source, int]
    caught_up: bool
    """Nothing lay beyond our position when we last looked, and nothing was in hand."""
    dead_letters: int
    parked: int
    last_error: str
    """What is wrong now; empty when the last batch went well and the last look did."""
    halted: Halt | None
    """The record at which it stands still, until a person lets it go on; None while it does not."""
    seen_at: datetime | None
    """When lag and counts were looked up last, UTC."""

    @property
    def ready(self) -> bool:
        """Consuming, without trouble, and looked at a short while ago. A consumer without partitions is ready: others
        of its group have them all."""
        if self.halted is not None:
            return False
        fresh = self.seen_at is not None and datetime.now(UTC) - self.seen_at < _QUIET
        return self.retired or (self.running and fresh and not self.last_error)


@dataclass(slots=True)
class Standing:
    """The same, being kept."""

    service: str
    name: str
    version: str
    live: bool = False
    running: bool = False
    retired: bool = False
    in_hand: int = 0
    batches: int = 0
    lag: dict[Source, int] = field(default_factory=dict)
    caught_up: bool = False
    dead_letters: int = 0
    parked: int = 0
    trouble: dict[str, str] = field(default_factory=dict)
    """Where it is felt ("batch", "watch", "start") → what it is."""
    halted: Halt | None = None
    seen_at: datetime | None = None

    def state(self, assigned: set[Source]) -> ConsumerState:
        """As it stands now."""
        return ConsumerState(
            name=self.name,
            version=self.version,
            live=self.live,
            running=self.running,
            retired=self.retired,
            assigned=tuple(sorted(assigned)),
            lag=dict(self.lag),
            caught_up=self.caught_up and self.lag.keys() == assigned,  # not of partitions that came since
            dead_letters=self.dead_letters,
            parked=self.parked,
            last_error="; ".join(self.trouble.values()),
            halted=self.halted,
            seen_at=self.seen_at,
        )

    def halts(self, halt: Halt | None) -> None:
        """It stands still, or goes on."""
        self.halted = halt
        self.trouble.clear()
        if halt is not None:
            self.caught_up = False
        VIEW_HALTED.labels(self.service, self.name).set(halt is not None)

    def committed(self, decision: Decision) -> None:
        """Count what a committed decision did."""
        labels = (self.service, self.name)
        CONSUMED.labels(*labels).inc(len(decision.times))
        REPEATS.labels(*labels).inc(decision.repeats)
        DEAD_LETTERS.labels(*labels).inc(len(decision.letters))
        HOLES.labels(*labels).inc(len(decision.holes()))
        age, now = EVENT_AGE.labels(*labels), datetime.now(UTC)
        every = max(1, len(decision.times) // _AGES_PER_BATCH)
        for time in islice(decision.times, 0, None, every):
            if (moment := later(None, time)) is not None:  # a stranger's record may say anything
                age.observe(max(0.0, (now - moment).total_seconds()))

    def looked(self, lag: dict[Source, int], dead_letters: int, parked: int, *, idle: bool) -> None:
        """Keep what a look at Kafka and MongoDB showed; `idle`: no batch was in hand meanwhile."""
        for source in self.lag.keys() - lag.keys():
            LAG.remove(self.service, self.name, source[0], str(source[1]))
        for (topic, partition), n in lag.items():
            LAG.labels(self.service, self.name, topic, str(partition)).set(n)
        DEAD_LETTERS_OPEN.labels(self.service, self.name).set(dead_letters)
        PARKED.labels(self.service, self.name).set(parked)
        self.lag, self.dead_letters, self.parked = lag, dead_letters, parked
        self.caught_up = idle and bool(lag) and not any(lag.values())
        self.seen_at = datetime.now(UTC)
