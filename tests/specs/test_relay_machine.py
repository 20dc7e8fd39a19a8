"""Relays that die, sleep and are cut off between any two operations, on a MongoDB that rolls back: one log without a gap."""

from __future__ import annotations

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.chassis.relay import RelayRefused
from services.chassis.relay.partition import partition_of
from tests.jumping_clock import JumpingLoop
from tests.machines import FATES, machine_settings
from tests.relay_in_memory import LEASE, PATCHED, SERVICE, STREAMS, TOPIC, Site

which = st.integers(0, 2)
PLACES = sorted({partition_of(stream) for stream in STREAMS})
moments = st.sampled_from([0.005, 0.02, 0.1, 0.5, 1.0, LEASE + 0.5])


class RelaysInTrouble(RuleBasedStateMachine):
    """Up to three relays of one service; every rule lets some time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = JumpingLoop()
        self.site = Site(self.loop.time)
        self.patched = self.site.network.instead_of_aiokafka(*PATCHED)
        self.patched.__enter__()
        self._pass(0.0, start=True)

    def _pass(self, seconds: float, *, start: bool = False) -> None:
        async def passing() -> None:
            if start:
                self.site.relay()
            await asyncio.sleep(seconds)
            await self.site.bury()

        self.loop.run_until_complete(passing())

    def _process(self, number: int):
        return self.site.processes[number % len(self.site.processes)]

    @rule(commits=st.lists(st.tuples(st.sampled_from(STREAMS), st.integers(1, 3)), min_size=1, max_size=6))
    def commits_come(self, commits):
        """One after the other, on several streams."""
        for stream, events in commits:
            self.site.write(stream, events)

    @rule(seconds=moments)
    def time_passes(self, seconds):
        """And whoever is at work works."""
        self._pass(seconds)

    @rule(seconds=st.integers(-600, 600))
    def the_writers_clock_moves(self, seconds):
        """Backwards too."""
        self.site.clock_moves(seconds)

    @precondition(lambda self: len(self.site.processes) < 3)
    @rule(seconds=moments)
    def a_relay_starts(self, seconds):
        """Beside those that are there."""
        self._pass(seconds, start=True)

    @precondition(lambda self: self.site.processes)
    @rule(number=which, after=st.integers(0, 50), stream=st.sampled_from(STREAMS), seconds=moments)
    def a_relay_is_killed_while_it_works(self, number, after, stream, seconds):
        """At any operation: before it arrives, or after its effect and before its reply."""
        self.site.write(stream, 1)
        self._process(number).wire.kill(after)
        self._pass(seconds)

    @precondition(lambda self: self.site.processes)
    @rule(number=which, after=st.integers(0, 50), stream=st.sampled_from(STREAMS), seconds=moments)
    def a_relay_goes_to_sleep_while_it_works(self, number, after, stream, seconds):
        """In the middle of whatever it does; its lease may run out meanwhile."""
        self.site.write(stream, 2)
        self._process(number).wire.sleep(after)
        self._pass(seconds)

    @rule(
        after=st.integers(0, 40),
        streams=st.lists(st.sampled_from(STREAMS), min_size=1, max_size=4),
        beside=st.sampled_from([0.01, 0.1, 1.0]),
        pause=st.sampled_from([0.0, 0.05, 0.1]),
    )
    def a_relay_sleeps_through_its_term_and_wakes_beside_its_successor(self, after, streams, beside, pause):
        """Between any two operations of its takeover or of its first rounds."""
        self._all_well()
        self._all_gone()
        self.site.write(streams[0], 1)
        self._pass(0.0, start=True)
        self._process(0).wire.sleep(after)
        self._pass(LEASE + 0.5)
        self._pass(beside, start=True)
        self._all_well()
        for stream in streams:
            self._pass(pause)
            self.site.write(stream, 1)
        self._pass(0.5)

    @rule(seconds=moments)
    def the_sleepers_wake(self, seconds):
        """And go on where they were."""
        for process in self.site.processes:
            process.wire.wake()
        self._pass(seconds)

    @precondition(lambda self: self.site.processes)
    @rule(number=which, fates=FATES, seconds=moments)
    def requests_and_replies_are_lost(self, number, fates, seconds):
        """To MongoDB and Kafka alike."""
        self._process(number).wire.fates.extend(fates)
        self._pass(seconds)

    @rule(stream=st.sampled_from(STREAMS), seconds=moments)
    def no_majority_hears_anything(self, stream, seconds):
        """Writes wait; what is written now may be rolled back."""
        self.site.server.lag()
        self.site.write(stream, 2)
        self._pass(seconds)

    @rule(seconds=moments)
    def a_majority_has_heard_it_all(self, seconds):
        """All goes on."""
        self.site.server.catch_up()
        self._pass(seconds)

    @rule(politely=st.booleans(), seconds=moments)
    def another_node_becomes_primary(self, politely, seconds):
        """What no majority had is gone."""
        self.site.server.fail_over(politely=politely)
        self._pass(seconds)

    @rule(count=st.integers(1, 40))
    def aborted_records_of_a_stranger_take_offsets(self, count):
        """So the last event is far from the end."""
        for partition in range(12):
            self.site.broker.append_aborted((TOPIC, partition), count + partition)

    @rule(seconds=moments)
    def somebody_takes_the_transactional_id(self, seconds):
        """Whoever had it is fenced."""

        async def take() -> None:
            await self.site.broker.init_producer(f"chumchon.{SERVICE}.relay")

        self.loop.run_until_complete(take())
        self._pass(seconds)

    @rule(
        partitions=st.sets(st.sampled_from(PLACES), min_size=1),
        stream=st.sampled_from(STREAMS),
        seconds=moments,
    )
    def the_broker_loses_sight_of_a_transaction_in_some_partitions(self, partitions, stream, seconds):
        """The next one that ends gets no marker there, be it committed or aborted."""
        self.site.broker.forgets |= partitions
        self.site.write(stream, 1)
        self._pass(seconds)

    @rule(marker_seconds=st.sampled_from([0.0, 0.001, 0.02]))
    def markers_are_slow_or_fast(self, marker_seconds):
        """A transaction is committed before anybody can read it."""
        self.site.broker.marker_seconds = marker_seconds

    @precondition(lambda self: self.site.processes)
    @rule(number=which, seconds=moments)
    def a_relay_is_told_to_stop(self, number, seconds):
        """It ends after the round in hand."""
        self._process(number).stop.set()
        self._pass(seconds)

    @precondition(lambda self: self.site.rounds())
    @rule(after=st.none() | st.integers(0, 40))
    def the_topic_is_emptied_and_republished(self, after):
        """A relay refuses to start; a republish, perhaps interrupted, completes the topic as it was."""
        self._all_well()
        self._all_gone()
        before = {(e.partition, v.position, v.hash) for e, v in self.site.records()}
        self.site.broker.empty(TOPIC)
        if len(self.site.rounds()) > 1 and before:
            assert self._refusal() == "topic_behind_rounds"
            assert self.site.records() == []
        self.loop.run_until_complete(self._republish(after))
        self.loop.run_until_complete(self._republish(None))
        assert {(e.partition, v.position, v.hash) for e, v in self.site.records()} >= before
        self._pass(0.0, start=True)

    @precondition(lambda self: self.site.records())
    @rule()
    def an_older_mongodb_is_restored_by_mistake_and_put_right(self):
        """The relay refuses and sends nothing."""
        self._all_well()
        self._all_gone()
        server = self.site.server
        newest, newest_majority = dict(server.primary), dict(server.majority)
        last = self.site.rounds()[-1]
        [key] = [
            key for key, one in server.primary.items() if key[0] == "rounds" and one["_id"] == last["_id"]
        ]
        had_been_sent = any(v.position >= last["_id"] for _, v in self.site.records())
        sent = len(self.site.records())
        del server.primary[key], server.majority[key]
        if had_been_sent:
            assert self._refusal() == "topic_beyond_rounds"
            assert len(self.site.records()) == sent
        server.primary, server.majority = newest, newest_majority
        self._pass(0.0, start=True)

    async def _republish(self, after: int | None) -> None:
        process = self.site.republish()
        if after is not None:
            process.wire.kill(after)
        await asyncio.sleep(LEASE * 10)
        assert process.wire.dead or process.task.done()
        await self.site.bury()

    def _refusal(self) -> str:
        async def refused() -> str:
            process = self.site.relay()
            self.site.processes.remove(process)
            try:
                async with asyncio.timeout(LEASE * 5):
                    await process.task
            except RelayRefused as refusal:
                return refusal.code
            except TimeoutError:
                return f"not refused: {process.work.state()}"
            return "stopped"

        return self.loop.run_until_complete(refused())

    def _all_well(self) -> None:
        self.site.server.catch_up()
        self.site.broker.forgets.clear()
        for process in self.site.processes:
            process.wire.fates.clear()
            process.wire.wake()

    def _all_gone(self) -> None:
        for process in self.site.processes:
            process.wire.kill()
        self._pass(LEASE + 0.5)

    @invariant()
    def the_log_is_sound(self):
        """Positions, chains, order, rounds; settled only what is in the topic."""
        self.site.assert_sound()

    def teardown(self) -> None:
        """When all is well a fresh relay sends the rest, and nothing is missing."""
        try:
            self._all_well()
            self._all_gone()
            self.site.write(STREAMS[0], 1)
            self._pass(LEASE * 4, start=True)
            self.site.assert_complete()
        finally:
            self.patched.__exit__(None, None, None)
            self.loop.end()


TestRelaysInTrouble = RelaysInTrouble.TestCase
TestRelaysInTrouble.settings = machine_settings(examples=40, steps=25)


def test_a_relay_may_sleep_through_its_lease_at_any_operation_of_its_takeover():
    for after in range(36):
        machine = RelaysInTrouble()
        machine.a_relay_sleeps_through_its_term_and_wakes_beside_its_successor(
            after=after, streams=STREAMS[:3], beside=1.0, pause=0.05
        )
        machine.the_log_is_sound()
        machine.teardown()
