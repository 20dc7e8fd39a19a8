"""The smallest aggregate that does everything a command can do; the specs of the write side run it.

Its events are the platform's own: a type made for a test would get into the published contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, assert_never

from contracts.funds import FundEstablished, FundKind
from contracts.ids import derived, stream_id
from contracts.members import (
    AreaAbolished,
    AreaRegistered,
    AreaRenamed,
    PersonForgotten,
    PersonRegistered,
)
from services.chassis.calls import Call
from services.chassis.commits import CommitStore
from services.chassis.decider import Aggregate, Command, Decision, Forgotten, Refused, Sealed
from services.chassis.handling import CommandHandler
from services.chassis.sealing import Sealing
from services.chassis.wrapped_keys import InMemoryWrappedKeys, WrappedKeys

ON = date(2022, 1, 1)
NOW = datetime(2022, 1, 1, 9, 0, 0, 123456, tzinfo=UTC)
AREA = "510101"
OWNER = stream_id("person", "somchai")
OTHER_OWNER = stream_id("person", "somying")
MASTER_KEY = bytes(32)
FINGERPRINT_KEY = b"f" * 32

NOT_OPEN = Refused("not-open", "สมุดยังไม่เปิด", "The notebook is not open.")
ALREADY_OPEN = Refused("already-open", "สมุดเปิดอยู่แล้ว", "The notebook is open already.")


class Open(Command):
    """Open a notebook in an area; `on` is the edge's clock."""

    stamped = frozenset({"on"})
    area: str = AREA
    on: date = ON


class Mark(Command):
    """Write marks into it, one event each; marks that are there already are left alone."""

    texts: tuple[str, ...]
    area: str = AREA


class Close(Command):
    """Close it; it can be opened again."""


class Enrol(Command):
    """Write a person down: the name is sealed."""

    owner: str = OWNER
    name: Any = "สมชาย"


class Forget(Command):
    """Forget the person."""

    owner: str = OWNER


class Blunder(Command):
    """A bug in an aggregate: `decide` says another aggregate's event, or one with a value that JSON has not."""

    name: Literal["stranger", "nan", "surrogate"]


@dataclass(frozen=True, slots=True)
class Notebook:
    """What a notebook is: where, which marks are in it, in order, and who."""

    area: str = ""
    marks: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def decide(command: Command, state: Notebook) -> Decision:
    """The notebook's rules."""
    match command:
        case Open(area=area):
            return ALREADY_OPEN if state.area else [_opened(area)]
        case _ if not state.area:
            return NOT_OPEN
        case Mark(texts=texts, area=area):
            return [marked(text, area) for text in texts if text not in state.marks]
        case Close():
            return [AreaAbolished(area=state.area, on=ON)]
        case Enrol(owner=owner, name=name):
            event = PersonRegistered(area=state.area, on=ON, person_id=owner)
            return [Sealed(event, owner, {"name": name})]
        case Forget(owner=owner):
            if owner not in state.people:
                return []
            return [Forgotten(PersonForgotten(area=state.area, on=ON, person_id=owner), owner)]
        case Blunder(name="stranger"):
            fund = stream_id("fund", 1)
            return [
                FundEstablished(
                    area=AREA, on=ON, fund_id=fund, kind=FundKind.OTHER, number=1, name_th="กองทุน"
                )
            ]
        case Blunder(name="nan"):
            return [marked("ก").model_copy(update={"name_th": float("nan")})]
        case Blunder():
            return [marked("ก").model_copy(update={"name_th": "\ud800"})]
        case _:
            raise TypeError(type(command).__name__)


def evolve(state: Notebook, event: Any) -> Notebook:
    """The fold."""
    match event:
        case AreaRegistered(area=area):
            return replace(state, area=area)
        case AreaRenamed(name_th=text):
            return replace(state, marks=(*state.marks, text))
        case AreaAbolished():
            return Notebook()
        case PersonRegistered(person_id=owner):
            return replace(state, people=(*state.people, owner))
        case PersonForgotten(person_id=owner):
            return replace(state, people=tuple(other for other in state.people if other != owner))
        case _:
            assert_never(event)


def _opened(area: str) -> AreaRegistered:
    return AreaRegistered(area=area, on=ON, name_th="สมุด", name_en="notebook")


def marked(text: str, area: str = AREA) -> AreaRenamed:
    """One mark, as an event."""
    return AreaRenamed(area=area, on=ON, name_th=text, name_en="", was_name_th="", was_name_en="")


NOTEBOOK: Aggregate[Command, Notebook] = Aggregate(
    name="notebook",
    initial=Notebook(),
    decide=decide,
    evolve=evolve,
    events=frozenset({AreaRegistered, AreaRenamed, AreaAbolished, PersonRegistered, PersonForgotten}),
    area=lambda state: state.area,
)


def notebook(name: str | int = 1) -> str:
    """The stream of a notebook."""
    return stream_id("notebook", name)


def call(
    key: str | int,
    *,
    now: datetime = NOW,
    actor: str = "officer-1",
    scopes: tuple[str, ...] | None = None,
    expected: int | None = None,
) -> Call:
    """A call under this Idempotency-Key."""
    return Call(
        actor=actor,
        command_id=derived(actor, "notebook", key),
        now=now,
        correlation_id=f"correlation-{key}",
        scopes=scopes,
        expected_versions=None if expected is None else {expected},
    )


def replica(store: CommitStore, keys: WrappedKeys | None = None, *, deadline: float = 2.0) -> CommandHandler:
    """One process of the service, with caches of its own."""
    sealing = Sealing(InMemoryWrappedKeys() if keys is None else keys, MASTER_KEY)
    return CommandHandler(
        "members", store, sealing, fingerprint_key=FINGERPRINT_KEY, deadline_seconds=deadline
    )


def clock(*seconds: float) -> Callable[[], datetime]:
    """A clock that says these moments one after the other, seconds from NOW."""
    moments: Sequence[datetime] = [NOW + timedelta(seconds=second) for second in seconds]
    following = iter(moments)
    return lambda: next(following)
