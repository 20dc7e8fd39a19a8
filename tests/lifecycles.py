"""Walks through any lifecycle: commands made of their fields' types, in any order, by anybody; what must hold of every table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Protocol, TypeVar, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel

from contracts.event import Event
from contracts.ids import stream_id
from contracts.stage import Stage
from services.chassis.decider import Actor, Command, Decision, Refused
from services.chassis.lifecycle import Lifecycle, Step
from tests.specs.deciding import plain

AREA = "51010101"
FIRST = date(2021, 10, 1)
ACTORS = [
    Actor(id=name, scopes=(scope,))
    for name, scope in (
        ("p1", "51"), ("p2", "51"), ("p3", "51"), ("n1", ""), ("d1", "5101"), ("v1", AREA), ("x", "52"),
    )
]  # fmt: skip
TEXTS = ("a", "b-1", "2022-03", "99")

T = TypeVar("T")
E = TypeVar("E", bound=Event)


class Choose(Protocol):
    """Hypothesis' draws, or the choices of a seeded random."""

    def __call__(self, options: Sequence[T], /) -> T: ...


def walk(
    lifecycle: Lifecycle[Any], choose: Choose, plausible: Mapping[str, Sequence[Any]], length: int
) -> Counter[str]:
    """Take steps from any state that was reached before, and look at each. The commands that said something.

    `plausible` has values for fields that must fit something else for a step to be taken now and then.
    """
    taken: Counter[str] = Counter()
    _walked(lifecycle, choose, plausible, length, taken)
    return taken


def stories(
    lifecycle: Lifecycle[Any], choose: Choose, plausible: Mapping[str, Sequence[Any]], length: int
) -> list[tuple[tuple[Event, ...], Any]]:
    """What was said on the walk, from the beginning to every state that was reached; and that state."""
    return [(told, state) for state, told in _walked(lifecycle, choose, plausible, length, Counter())]


def _walked(
    lifecycle: Lifecycle[Any],
    choose: Choose,
    plausible: Mapping[str, Sequence[Any]],
    length: int,
    taken: Counter[str],
) -> list[tuple[Any, tuple[Event, ...]]]:
    reached: list[tuple[Any, tuple[Event, ...]]] = [(lifecycle.initial, ())]
    for _ in range(length):
        step = choose(lifecycle.steps)
        right = [place for place, (state, _) in enumerate(reached) if state.stage in step.when]
        state, told = reached[choose([*right * 3, *range(len(reached))])]
        today = max(FIRST, state.since) + timedelta(days=choose((0, 0, 1, 30, 400)))
        command = _command(step, today, choose, plausible)
        decision = lifecycle.decide(command, state)
        if isinstance(decision, Refused):
            assert decision.code
            assert decision.th
            assert decision.en
        elif said := _looked_at(lifecycle, step, command, state, decision):
            taken[step.command.__name__] += 1
            after = folded(lifecycle, state, said)
            ends = step.leads_to or (state.stage,)
            assert after.stage in ends, f"{step.command.__name__} led to {after.stage}"
            assert state.since <= after.since <= command.on  # type: ignore[attr-defined]
            again = lifecycle.decide(command, after)
            assert isinstance(again, Refused) or not step.again or not again, "said twice"
            assert folded(lifecycle, lifecycle.initial, (*told, *said)) == after
            reached.append((after, (*told, *said)))
    return reached


def folded(lifecycle: Lifecycle[Any], state: Any, events: tuple[Event, ...]) -> Any:
    """The state after events that were written and read again."""
    for event in events:
        read = type(event).model_validate_json(event.model_dump_json())
        assert event == read
        if isinstance(was := getattr(event, "was", None), Stage):
            assert was is state.stage
        state = lifecycle.evolve(state, read)
        assert (event.area, state.area) == (AREA, AREA)
    return state


def _looked_at(
    lifecycle: Lifecycle[Any], step: Step[Any], command: Command, state: Any, decision: Decision
) -> tuple[Event, ...]:
    """What was said. Not refused: so it was its turn, the day had come, and the office was the right one."""
    assert not isinstance(decision, Refused)
    assert state.stage in step.when or (step.again and not decision)
    assert command.on >= state.since  # type: ignore[attr-defined]
    by: Actor | None = getattr(command, "by", None)
    assert by is None or step.by.digits == 8 or by.reaches(AREA[: step.by.digits])
    said = tuple(plain(item) for item in decision)
    assert {type(event) for event in said} <= lifecycle.events
    return said


def _command(step: Step[Any], today: date, choose: Choose, plausible: Mapping[str, Sequence[Any]]) -> Command:
    made: dict[str, Any] = {}
    for name, info in step.command.model_fields.items():
        if name in plausible:
            made[name] = choose(plausible[name])
        elif name == "area":
            made[name] = AREA
        elif name == "on":
            made[name] = choose((today, today, today, today, today - timedelta(days=40)))
        else:
            made[name] = value(_whole(info), name, today, choose, plausible)
    return step.command(**made)


def event_of(event: type[E], choose: Choose) -> E:
    """An event of a type, made of its fields' types."""
    made = {name: value(_whole(info), name, FIRST, choose) for name, info in event.model_fields.items()}
    return event(**{**made, "area": AREA, "on": FIRST})


def value(
    kind: Any, name: str, today: date, choose: Choose, plausible: Mapping[str, Sequence[Any]] | None = None
) -> Any:
    """A value of a type as pydantic and the standard library spell it; few ones, often alike."""
    bounds: list[Any] = []
    while get_origin(kind) is Annotated:
        kind, *more = get_args(kind)
        bounds += more
    options = get_args(kind)
    if plausible and name in plausible:
        return choose(plausible[name])
    if get_origin(kind) in (Union, UnionType):
        return value(choose(options), name, today, choose, plausible)
    if get_origin(kind) is tuple:
        kinds = [options[0]] * choose((0, 1, 2, 2)) if options[-1] is Ellipsis else options
        return tuple(value(one, name, today, choose, plausible) for one in kinds)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return choose(list(kind))
    if kind is Actor:
        return choose(ACTORS)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        parts = {
            part: value(_whole(info), part, today, choose, plausible)
            for part, info in kind.model_fields.items()
        }
        return kind(**parts)
    if kind is date:
        return today + timedelta(days=choose((-30, 0, 1, 60)))
    if kind is str:
        return choose(list(_texts(bounds, name)))
    if kind is int:
        least, most = _bound(bounds, "ge", 0), _bound(bounds, "le", 10_000)
        return choose(
            sorted({least, most, (least + most) // 2, *(n for n in (1, 5, 25) if least <= n <= most)})
        )
    if kind in (bool, NoneType):
        return choose((False, True)) if kind is bool else None
    raise TypeError(f"{name}: no values of {kind} are known here")


def _whole(info: Any) -> Any:
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def _texts(bounds: list[Any], name: str) -> Iterator[str]:
    patterns = [pattern for one in bounds for pattern in _patterns(one)]
    kind = name.removesuffix("_id").replace("_", "-")
    for text in (*TEXTS, stream_id(kind, 1), stream_id(kind, 2)):
        if all(re.search(pattern, text) for pattern in patterns):
            yield text


def _patterns(bound: Any) -> Iterator[str]:
    for one in (bound, *getattr(bound, "metadata", ())):
        pattern = getattr(one, "pattern", None)
        if isinstance(pattern, str):
            yield pattern


def _bound(bounds: list[Any], name: str, default: int) -> int:
    kinds = {"ge": annotated_types.Ge, "le": annotated_types.Le}
    for bound in bounds:
        for one in (bound, *getattr(bound, "metadata", ())):
            if isinstance(one, kinds[name]):
                return int(getattr(one, name))
    return default
