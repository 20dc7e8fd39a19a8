"""The page `docs/bench.md`: every figure, the goals reached or missed by how much, and the machine it ran on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tests.bench.figure import Figure
from tests.bench.profiles import PROFILES

HEAD = """\
# How fast it is, beside its peers

Written by `make bench ARGS="--full --write-docs"` (the sizes of the goals) or without `--full` (a few minutes); the same figures, flat,
are in `.local/bench.json`. Everything runs on one machine: the services, Kafka, MongoDB, the peer and the load. Of each ratio the two
sides ran one after the other, in turn, in this run; given are the median and the spread of the repetitions.
"""


def page(figures: Iterable[Figure], machine: Mapping[str, str | int | float]) -> str:
    """The page of one run."""
    figures = list(figures)
    return "\n".join(
        [
            HEAD,
            " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine.items()) + "\n",
            "## The goals\n",
            "| figure | goal | measured | min to max | |",
            "|---|---|---|---|---|",
            *(_goal(one) for one in figures if one.goal),
            "",
            *_misses(figures),
            "## Every figure\n",
            "| figure | median | min to max | what it is |",
            "|---|---|---|---|",
            *(f"| `{one.name}` | {told(one)} | {spread(one)} | {one.note} |" for one in figures),
            "",
        ]
    )


def told(one: Figure) -> str:
    """The median with its unit."""
    return f"{_number(one.median)} {one.unit}".strip()


def spread(one: Figure) -> str:
    """The least and the most; empty where it was measured once."""
    return f"{_number(min(one.values))} to {_number(max(one.values))}" if one.values[1:] else ""


def verdict(one: Figure) -> str:
    """`reached`, or by how much it was missed, of the goal."""
    sign, _, text = one.goal.partition(" ")
    wanted = float(text.replace(",", ""))
    short = (wanted - one.median if sign == "≥" else one.median - wanted) / wanted
    return "reached" if short <= 0 else f"**missed by {100 * short:.0f} %**"


def _goal(one: Figure) -> str:
    return f"| `{one.name}` | {one.goal} | {told(one)} | {spread(one)} | {verdict(one)} |"


def _misses(figures: list[Figure]) -> Iterator[str]:
    missed = [one for one in figures if one.goal and verdict(one) != "reached" and one.name in PROFILES]
    if missed:
        yield "What the profile shows of those that were missed:\n"
        yield from (f"- `{one.name}`: {PROFILES[one.name]}" for one in missed)
        yield ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"
