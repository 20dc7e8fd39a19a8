"""Reactions on the real bus: each order carried out, in order, once in effect; refusals and trouble are told apart."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from contracts.event import Event
from contracts.ids import derived
from contracts.members import MembershipLeft, MembershipRegistered
from services.chassis.bootstrap import Bootstrap
from services.chassis.calls import Overloaded
from services.chassis.consumer import REACTION_REFUSALS, Consumer, replay
from services.chassis.decider import Aggregate, Command, Refused
from services.chassis.mongo import Database
from services.chassis.projection import Order, Reaction, Record
from tests.system.bus import Bus, Said, left, registered
from tests.system.consuming import bus, consuming, until_caught_up

__all__ = ["bus"]
pytestmark = pytest.mark.system


class Note(Command):
    """Note a membership at its tambon."""

    membership_id: str
    kind: str


NOTES: Aggregate[Note, None] = Aggregate(
    "note", None, lambda command, state: (), lambda state, event: None, frozenset(), lambda state: ""
)


def note(event: Said, record: Record) -> Iterator[Order]:
    yield Order(
        NOTES, f"note:{event.area}", Note(membership_id=event.membership_id, kind=type(event).__name__)
    )


@dataclass(frozen=True)
class ReactionOn(Reaction):
    """A reaction that hears a test's own topic."""

    topic: str = ""

    @property
    def topics(self) -> tuple[str, ...]:
        return (self.topic,)


HEARD: dict[type[Event], Any] = {MembershipRegistered: note, MembershipLeft: note}


@dataclass
class Handler:
    """A command handler that does each command id once; troubled, broken or refusing where it is told to be."""

    trouble: int = 0
    breaks_on: set[str] = field(default_factory=set)
    refuses: set[str] = field(default_factory=set)
    done: dict[UUID, Order] = field(default_factory=dict)

    async def execute(self, order: Order, record: Record, command_id: UUID) -> Refused | None:
        await asyncio.sleep(0)
        assert command_id == derived(record.envelope.id, "test.notes", order.stream)
        subject = record.envelope.subject
        if self.trouble and len(self.done) % 7 == 3:
            self.trouble -= 1
            raise Overloaded
        if subject in self.breaks_on:
            raise ZeroDivisionError
        if subject in self.refuses:
            return Refused("not-here", "ไม่ใช่ที่นี่", "Not here.", rule="§4")
        self.done.setdefault(command_id, order)
        return None


async def test_every_order_is_carried_out_once_and_in_the_order_of_its_streams(
    bus: Bus, fresh_database: Database
):
    handler = Handler(trouble=5)
    refused = registered(5).membership_id
    handler.refuses = {refused}
    reaction = ReactionOn("test.notes", HEARD, topic=bus.topic)
    records = await bus.say([registered(n) for n in range(200)])
    records += await bus.say([left(n) for n in range(200)])
    async with consuming(fresh_database, bus, reaction, execute=handler.execute, max_records=50) as consumer:
        await until_caught_up(consumer)
    kinds: dict[str, list[str]] = {}
    for order in handler.done.values():
        assert isinstance(order.command, Note)
        kinds.setdefault(order.command.membership_id, []).append(order.command.kind)
    assert len(kinds) == 199
    assert set(map(tuple, kinds.values())) == {("MembershipRegistered", "MembershipLeft")}
    found = [document async for document in fresh_database[REACTION_REFUSALS].find().sort("position")]
    assert [(one["reaction"], one["code"], one["command"]) for one in found] == [
        ("test.notes", "not-here", "Note")
    ] * 2
    assert [one["position"] for one in found] == [6, 206]


async def test_an_order_that_breaks_waits_in_dead_letters_with_its_stream(bus: Bus, fresh_database: Database):
    handler = Handler(breaks_on={registered(5).membership_id})
    reaction = ReactionOn("test.notes", HEARD, topic=bus.topic)
    await bus.say([*[registered(n) for n in range(20)], left(5)])
    async with consuming(fresh_database, bus, reaction, execute=handler.execute) as consumer:
        state = await until_caught_up(consumer)
        assert (state.dead_letters, state.parked, len(handler.done)) == (2, 1, 19)
        handler.breaks_on = set()
        done = await replay(fresh_database, reaction, execute=handler.execute)
        assert (done.applied, done.streams, len(handler.done)) == (2, 1, 21)


async def test_one_that_starts_now_hears_only_what_comes_and_misses_nothing_after(
    bus: Bus, fresh_database: Database
):
    handler = Handler()
    reaction = ReactionOn("test.notes", HEARD, starts="now", topic=bus.topic)
    await bus.say([registered(n) for n in range(100)], transactional=True)
    await bus.say([registered(n) for n in range(100, 120)])
    async with consuming(fresh_database, bus, reaction, execute=handler.execute) as consumer:
        await until_caught_up(consumer)
        assert handler.done == {}
        await bus.say([left(n) for n in range(10)])
        await until_caught_up(consumer)
        assert len(handler.done) == 10
    await bus.say([left(n) for n in range(10, 20)])  # while it is away
    async with consuming(fresh_database, bus, reaction, execute=handler.execute) as consumer:
        await until_caught_up(consumer)
    assert len(handler.done) == 20


def test_a_reaction_without_somebody_to_act_is_refused(fresh_database: Database):
    with pytest.raises(ValueError, match="somebody to execute"):
        Consumer("test", fresh_database, Bootstrap("127.0.0.1:1"), Reaction("test.notes", HEARD))
