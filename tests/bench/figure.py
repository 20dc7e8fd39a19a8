"""A figure: its repetitions, their median and spread; and how repetitions of ours and of the peer are interleaved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `goal` is the project's, e.g. "≥ 3"; `note` says what was measured, in a few words."""

    name: str
    values: tuple[float, ...]
    unit: str = ""
    goal: str = ""
    note: str = ""

    @property
    def median(self) -> float:
        """The middle of the repetitions."""
        return median(self.values)

    def flat(self) -> dict[str, float]:
        """`{name: median, name_min: …, name_max: …}`; the latter two where it was measured more than once."""
        if len(self.values) == 1:
            return {self.name: _short(self.values[0])}
        return {
            self.name: _short(self.median),
            f"{self.name}_min": _short(min(self.values)),
            f"{self.name}_max": _short(max(self.values)),
        }


def ratio(
    name: str, ours: Sequence[float], peers: Sequence[float], *, goal: str = "", note: str = ""
) -> Figure:
    """Ours over the peer's, repetition by repetition: the two of one pair ran one after the other."""
    return Figure(name, tuple(a / b for a, b in zip(ours, peers, strict=True)), "×", goal, note)


async def interleaved(
    repetitions: int, measured: Mapping[str, Callable[[], Awaitable[float]]], *, warm_up: bool = True
) -> dict[str, list[float]]:
    """Each of them once in turn, and again; the first turn of all is a warm-up and does not count."""
    found: dict[str, list[float]] = {name: [] for name in measured}
    for turn in range(repetitions + warm_up):
        for name, measure in measured.items():
            value = await measure()
            if turn >= warm_up:
                found[name].append(value)
    return found


def _short(value: float) -> float:
    """Four digits: more would be noise."""
    return float(f"{value:.4g}")
