"""Poison on the real bus: put aside with its stream, the rest goes on; mended and replayed, all is as if never broken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.event import Event
from contracts.members import MembershipRegistered
from services.chassis.consumer import Why, replay
from services.chassis.dead_letters import discard_letter, list_letters, show_letter
from services.chassis.mongo import Database
from services.chassis.projection import Change, Record
from tests.system.bus import HANDLERS, Bus, ProjectionOn, Written, left, registered
from tests.system.consuming import bus, consuming, expected, held, positions, until_caught_up, until_halted

__all__ = ["bus"]
pytestmark = pytest.mark.system


@dataclass
class Buggy:
    """Handlers with a fault for some memberships, until it is mended."""

    refuses: set[str] = field(default_factory=set)
    """The handler breaks."""
    overflows: set[str] = field(default_factory=set)
    """The handler makes what MongoDB cannot store."""
    mended: bool = False

    def handlers(self) -> dict[type[Event], Any]:
        return {**HANDLERS, MembershipRegistered: self._registered}

    def _registered(self, event: MembershipRegistered, record: Record) -> list[Change]:
        changes: list[Change] = HANDLERS[MembershipRegistered](event, record)
        if not self.mended and event.membership_id in self.refuses:
            raise KeyError(event.membership_id)
        if not self.mended and event.membership_id in self.overflows:
            changes.append(Change("facets", {"kind": "overflow"}, set={"n": 2**70}))
        return changes


def on(bus: Bus, handlers: Any = HANDLERS) -> ProjectionOn:
    return ProjectionOn("members", handlers, topic=bus.topic)


async def test_a_bug_is_put_aside_with_its_stream_and_replayed_exactly_once_mended(
    bus: Bus, fresh_database: Database
):
    broken = {registered(n).membership_id for n in (3, 7, 200)}
    bug = Buggy(refuses=broken)
    projection = on(bus, bug.handlers())
    records = await bus.say([registered(n) for n in range(300)])
    records += await bus.say([left(n) for n in range(10)])
    async with consuming(fresh_database, bus, projection) as consumer:
        state = await until_caught_up(consumer)
        assert (state.dead_letters, state.parked) == (5, 3)
        others = [record for record in records if (record.key or b"").decode() not in broken]
        assert await held(fresh_database, projection) == expected(on(bus), others)
        assert await positions(fresh_database, projection) == bus.last, "nobody waits for them"
        letters = await list_letters(fresh_database, "members")
        assert sum(letter["follower"] for letter in letters) == 2
        first = next(letter for letter in letters if not letter["follower"])
        assert first["reason"].startswith("KeyError in Buggy._registered, test_dead_letters.py:")
        shown = await show_letter(fresh_database, first["_id"])
        assert shown is not None
        assert shown["value"] == next(r.value for r in records if r.position == first["position"])

        still = await replay(fresh_database, projection)
        assert (still.applied, still.streams, len(still.still_broken)) == (0, 0, 3)
        bug.mended = True
        records += await bus.say([registered(3)])  # a parked stream goes on meanwhile
        await until_caught_up(consumer)
        done = await replay(fresh_database, projection)
        assert (done.applied, done.streams, done.still_broken) == (6, 3, {})
        records += await bus.say([left(7), registered(7)])
        state = await until_caught_up(consumer)
        assert (state.dead_letters, state.parked) == (0, 0)
    assert await held(fresh_database, projection) == expected(on(bus), records)


async def test_poison_of_every_kind_harms_nobody_else(bus: Bus, fresh_database: Database):
    projection = on(bus)
    records = [bus.next(registered(n)) for n in range(60)]
    damage = {
        5: lambda record: record.with_header("ce_actor", None),
        15: lambda record: record.with_header("ce_area", b"\xff\xfe"),
        25: lambda record: record.with_value(b"{not json"),
        35: lambda record: record.with_value(None),
    }
    sent: list[Written] = [damage[n](r) if n in damage else r for n, r in enumerate(records)]
    sent[45] = sent[45].with_header("ce_type", b"chumchon.members.NotYetKnown.v1")
    strangers = [
        records[0].with_header("ce_position", b"\xff"),
        records[1].with_header("ce_previousposition", None).with_key(None),
    ]
    await bus.send([*sent[:30], *strangers, *sent[30:]])
    async with consuming(fresh_database, bus, projection) as consumer:
        state = await until_caught_up(consumer)
    assert (state.dead_letters, state.parked) == (6, 4)
    well = [record for n, record in enumerate(records) if n not in damage and n != 45]
    assert await held(fresh_database, projection) == expected(projection, well)
    assert await positions(fresh_database, projection) == bus.last
    reasons = {letter["reason"] for letter in await list_letters(fresh_database)}
    assert reasons == {
        "header ce_actor is null",
        "header ce_area is not UTF-8",
        "data: : json_invalid",
        "the value is null",
        "header ce_position is not UTF-8",
        "header ce_previousposition is null",
    }
    off_chain = [one["_id"] for one in await list_letters(fresh_database) if one["position"] is None]
    on_chain = next(one["_id"] for one in await list_letters(fresh_database) if one["position"])
    assert [await discard_letter(fresh_database, one) for one in [*off_chain, on_chain]] == [
        True,
        True,
        False,
    ]


async def test_what_mongodb_refuses_is_found_by_halving_the_batch(bus: Bus, fresh_database: Database):
    broken = {registered(n).membership_id for n in (11, 90)}
    bug = Buggy(overflows=broken)
    projection = on(bus, bug.handlers())
    records = await bus.say([registered(n) for n in range(120)])
    async with consuming(fresh_database, bus, projection) as consumer:
        state = await until_caught_up(consumer)
        assert (state.dead_letters, state.parked) == (2, 2)
        others = [record for record in records if (record.key or b"").decode() not in broken]
        assert await held(fresh_database, projection) == expected(on(bus), others)
        assert len((await replay(fresh_database, projection)).still_broken) == 2
        bug.mended = True
        assert (await replay(fresh_database, projection)).applied == 2
    assert await held(fresh_database, projection) == expected(on(bus), records)


async def test_a_bug_that_breaks_everything_halts_the_view(bus: Bus, fresh_database: Database):
    bug = Buggy(refuses={registered(n).membership_id for n in range(300)})
    await bus.say([registered(n) for n in range(300)])
    async with consuming(fresh_database, bus, on(bus, bug.handlers())) as consumer:
        assert (await until_halted(consumer)).why is Why.TOO_MANY
    assert await positions(fresh_database, on(bus)) == {}


async def test_a_position_without_a_key_halts_the_view(bus: Bus, fresh_database: Database):
    records = [bus.next(registered(n)) for n in range(20)]
    records[9] = records[9].with_key(None)
    await bus.send(records)
    async with consuming(fresh_database, bus, on(bus)) as consumer:
        halt = await until_halted(consumer)
    assert (halt.why, halt.source) == (Why.NO_KEY, (bus.topic, records[9].partition))
    assert "position 10 has no key" in str(halt)
