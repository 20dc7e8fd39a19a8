"""What stops an older relay, one schedule each: the machine of `test_relay_machine.py` meets these too seldom to rely on."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import ProducerFenced

from contracts.topics import Topic
from services.chassis.relay.lease import Lease, Lost
from services.chassis.relay.rounds import Outgoing
from services.chassis.relay.sender import Sender
from services.chassis.relay.term import take_office
from tests.jumping_clock import JumpingLoop
from tests.mongo_in_memory import connect
from tests.own_wire import OwnWire
from tests.relay_in_memory import LEASE, SERVICE, STREAMS, Process, Site

EVENT = Outgoing(partition=0, position=1, previousposition=0, key=b"k", value=b"{}", timestamp=0, headers=[])


class Candidate:
    """Who takes office and does not notice that its lease runs out meanwhile, as when a whole virtual machine stands still:
    its clock stands still with it, and nothing in the process tells it that others were not so idle."""

    def __init__(self, site: Site, name: str) -> None:
        self.wire = OwnWire()
        self._database = connect(site.server, self.wire)
        self.lease = Lease(self._database, SERVICE, name, seconds=LEASE)
        self._sender = Sender(site.network.address(name, self.wire), Topic(SERVICE))

    async def take_office(self) -> None:
        """As a term does it. Raises Lost."""
        async with await self._database.client.start_session() as session:
            await take_office(self._sender, self.lease, session)

    async def may_send(self) -> bool:
        """Whether Kafka takes anything from it."""
        batches = self._sender.batches()
        batches.add(EVENT)
        try:
            await self._sender.send(batches)
        except ProducerFenced:
            return False
        return True


@pytest.mark.parametrize(
    ("asleep_at", "stopped_by"),
    [(1, "the lease"), (2, "the lease"), (3, "the lease"), (4, "Kafka")],
    ids=["before the producer", "after the producer", "before the lease", "after the lease"],
)
def test_who_sleeps_while_taking_office_is_stopped_by_the_lease_or_by_kafka(
    loop: JumpingLoop, site: Site, asleep_at: int, stopped_by: str
):
    """The other way round it would ask the lease, sleep, and then fence its own successor, and be the relay."""

    async def fate_of_the_older() -> str:
        older, newer = Candidate(site, "older"), Candidate(site, "newer")
        assert await older.lease.win()
        older.wire.sleep(asleep_at)
        taking = asyncio.create_task(older.take_office())
        await asyncio.sleep(LEASE + 0.5)
        assert await newer.lease.win()
        await newer.take_office()
        older.wire.wake()
        try:
            await taking
        except Lost:
            return "the lease"
        return "nobody" if await older.may_send() else "Kafka"

    assert loop.run_until_complete(fate_of_the_older()) == stopped_by


def test_a_round_that_another_relay_has_written_in_the_same_place_is_not_taken_for_ours(
    loop: JumpingLoop, site: Site, monkeypatch: pytest.MonkeyPatch
):
    """A relay's insert arrives after its lease: when its successor has fenced it and has read the rounds, and before the
    successor's own, which holds more and in another order. Kafka does not help: it is the successor that may send."""
    to_sleep: list[Process] = []

    def step(name: str) -> None:
        if name == "relay.round-read" and to_sleep:
            to_sleep.pop().wire.sleep()

    monkeypatch.setattr("services.chassis.relay.term.step", step)

    async def both_write_the_first_round() -> None:
        site.write(STREAMS[0], 1)
        first = site.relay()
        to_sleep.append(first)
        await asyncio.sleep(0.5)
        site.clock_moves(-60)
        site.write(STREAMS[1], 2)  # recorded before what the first one has read
        await asyncio.sleep(LEASE + 0.5)
        second = site.relay()
        to_sleep.append(second)
        await asyncio.sleep(0.5)
        assert first.wire.asleep
        assert second.wire.asleep
        assert not site.rounds()
        first.wire.wake()
        await asyncio.sleep(0.01)
        assert [one["epoch"] for one in site.rounds()] == [1], "it arrives, though its relay is one no more"
        second.wire.wake()
        await asyncio.sleep(LEASE * 4)

    loop.run_until_complete(both_write_the_first_round())
    site.assert_complete()
    assert [[key["stream"] for key in one["commits"]] for one in site.rounds()] == [
        [STREAMS[0]],
        [STREAMS[1]],
    ]


def test_a_commit_that_waits_again_though_it_is_in_a_round_gets_no_second_position(
    loop: JumpingLoop, site: Site
):
    """No relay does that: between them the rounds' `_id` is enough. But `commits` may be put back from an older dump beside
    newer `rounds`, and then the index on what is in them is all there is."""

    async def the_first_of_two_waits_again() -> str:
        relay = site.relay()
        for stream in STREAMS[:2]:
            site.write(stream, 2)
            await asyncio.sleep(1.0)
        site.assert_complete()
        [first, _] = [key for key in site.server.primary if key[0] == "commits"]
        site.server.write(first, {**site.server.primary[first], "pending": True})
        await asyncio.sleep(LEASE * 4)
        error: str = relay.work.state().last_error
        return error

    trouble = loop.run_until_complete(the_first_of_two_waits_again())
    site.assert_sound()
    assert sorted(envelope.position for _, envelope in site.records()) == [1, 2, 3, 4]
    assert len(site.rounds()) == 2
    assert "chumchon verify" in trouble, "and it says who knows why it does not get on"
