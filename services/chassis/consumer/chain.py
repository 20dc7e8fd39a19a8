"""The chain decides: by the positions alone, is a record a repeat, the next one, or is there a hole before it? Pure."""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """What to do with a record."""

    SKIP = "skip"
    """It was applied before: at least once is what the bus promises."""
    APPLY = "apply"
    """It is the very next one of its partition."""
    HOLE = "hole"
    """Something between the checkpoint and it is missing."""


def verdict(checkpoint: int, position: int, previousposition: int) -> Verdict:
    """Judge a record against the last position applied of its topic and partition; an empty checkpoint is 0.

    A repeat is tested first: its `previousposition` lies in the past, which must not look like a hole.
    """
    if position <= checkpoint:
        return Verdict.SKIP
    if previousposition == checkpoint:
        return Verdict.APPLY
    return Verdict.HOLE


class Remedy(Enum):
    """What to do about a hole."""

    SEEK_CHECKPOINT = "seek to the checkpoint"
    SEEK_START = "seek to the start"
    ALARM = "stop and raise an alarm"


_REMEDIES = (Remedy.SEEK_CHECKPOINT, Remedy.SEEK_START, Remedy.ALARM)


class Holes:
    """Counts the holes seen at one checkpoint of each partition: a reader that stepped over records finds them when
    it looks again; records that nobody can find are an alarm."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, int], tuple[int, int]] = {}

    def seen(self, source: tuple[str, int], checkpoint: int) -> Remedy:
        """A hole behind `checkpoint` was seen (again): what to do now. A checkpoint that has moved begins anew."""
        before, times = self._seen.get(source, (checkpoint, 0))
        times = times + 1 if before == checkpoint else 1
        self._seen[source] = (checkpoint, times)
        return _REMEDIES[min(times, len(_REMEDIES)) - 1]
