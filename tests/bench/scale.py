"""How much a run does: quick is a smoke test, the default is for a note, full has the sizes of the goals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes of one run. `seconds` is one repetition of a throughput figure; counts are events unless named."""

    name: str
    repetitions: int
    seconds: float
    backlog: int
    projected: int
    peer: int
    """Events that quixstreams folds: three of its checkpoints at least."""
    visible_seconds: float
    kept: int
    """Events after which memory is looked at."""
    replayed: tuple[int, int]
    """Events of the short log and of the long one."""
    replays: int
    rows: int
    """Of an imported file."""
    imports: int


QUICK = Scale("quick", 1, 0.3, 3_000, 6_000, 3_000, 1.5, 2_000, (12_000, 24_000), 1, 400, 1)
DEFAULT = Scale("default", 3, 1.5, 50_000, 60_000, 30_000, 10.0, 100_000, (100_000, 300_000), 2, 20_000, 2)
FULL = Scale("full", 5, 3.0, 50_000, 200_000, 60_000, 60.0, 1_000_000, (100_000, 1_000_000), 3, 20_000, 5)
