"""What can happen to consumers: the rules that the machines of the read side share."""

from __future__ import annotations

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.jumping_clock import JumpingLoop
from tests.machines import FATES
from tests.read_side import MEMBERS, ReadSide
from tests.system.bus import registered

which = st.integers(0, 2)
moments = st.sampled_from([0.005, 0.02, 0.1, 0.5, 3.0])
members = st.integers(0, MEMBERS - 1)
facts = st.lists(st.tuples(members, st.booleans()), min_size=1, max_size=12)
some = precondition(lambda self: self.side.processes)


class ReadSideInTrouble(RuleBasedStateMachine):
    """Up to three consumers of one projection; every rule lets some time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = JumpingLoop()
        self.side = ReadSide(self.loop.time)
        self.patched = self.side.instead_of_kafka()
        self.patched.__enter__()
        self._pass(0.2, start=True)

    def _pass(self, seconds: float, *, start: bool = False) -> None:
        async def passing() -> None:
            if start:
                self.side.consume()
            await asyncio.sleep(seconds)
            await self.side.bury()

        self.loop.run_until_complete(passing())

    def _process(self, number: int):
        return self.side.processes[number % len(self.side.processes)]

    def _say(self, said) -> None:
        for number, ends in said:
            self.side.say(number, ends=ends)

    @rule(said=facts, seconds=moments)
    def facts_come(self, said, seconds):
        """On a few streams."""
        self._say(said)
        self._pass(seconds)

    @rule(count=st.integers(0, 5), partition=st.integers(0, 11))
    def aborted_records_and_markers_take_offsets(self, count, partition):
        """And nobody reads them."""
        self.side.broker.append_aborted(("chumchon.members.events.v1", partition), count)

    @rule(seconds=moments)
    def time_passes(self, seconds):
        """And whoever is at work works."""
        self._pass(seconds)

    @precondition(lambda self: len(self.side.processes) < 3)
    @rule(seconds=moments, shares=st.lists(which, min_size=12, max_size=12))
    def a_consumer_starts(self, seconds, shares):
        """And gets its share."""
        self._pass(0.1, start=True)
        self.side.group.share(shares)
        self._pass(seconds)

    @some
    @rule(number=which, after=st.integers(0, 30), said=facts, seconds=moments)
    def a_consumer_is_killed_while_it_works(self, number, after, said, seconds):
        """At any operation: before it arrives, or after its effect and before its reply."""
        self._say(said)
        self._process(number).wire.kill(after)
        self._pass(seconds)

    @rule(after=st.integers(0, 14), said=facts, later=facts, wakes=st.booleans())
    def a_consumer_sleeps_while_its_partitions_go_to_another(self, after, said, later, wakes):
        """It does not know, and goes on with the batch in hand when it wakes."""
        self._all_well()
        for _ in range(2 - len(self.side.group.members)):
            self._pass(0.2, start=True)
        if len(self.side.group.members) < 2:
            return
        first = self.side.group.members[0].wire
        self.side.group.share([0])
        self._pass(0.2)
        self._say(said)
        first.sleep(after)
        self._pass(0.2)
        self.side.group.share([0])
        self._say(later)
        self._pass(0.5)
        if wakes:
            first.wake()
            self._pass(0.5)

    @rule(seconds=moments)
    def the_sleepers_wake(self, seconds):
        """And go on where they were."""
        for process in self.side.processes:
            process.wire.wake()
        self._pass(seconds)

    @rule(shares=st.lists(which, min_size=12, max_size=12), said=facts, after=st.integers(0, 12))
    def partitions_move(self, shares, said, after):
        """In the middle of a batch too."""
        self._say(said)
        self._pass(after / 1000)
        if self.side.group.members:
            self.side.group.share(shares)
        self._pass(0.02)

    @rule(said=facts)
    def kafkas_offsets_are_lost(self, said):
        """All comes again."""
        self.side.group.offsets.clear()
        for one in self.side.group.members:
            for source in one.assigned():
                one.seek(source, 0)
        self._say(said)
        self._pass(0.5)

    @rule(said=facts)
    def a_reader_steps_over_records(self, said):
        """It finds a hole, and what was in it."""
        self._say(said)
        self.side.group.offsets |= {
            ("chumchon.members.events.v1", partition): log[-1].entry.offset
            for partition, log in self.side.facts.items()
            if log
        }
        for one in self.side.group.members:
            for source in one.assigned():
                one.seek(source, self.side.group.offsets.get(source, 0))
        self._pass(1.0)

    @some
    @rule(number=which, fates=FATES, said=facts, seconds=moments)
    def requests_and_replies_are_lost(self, number, fates, said, seconds):
        """Commits among them."""
        self._say(said)
        self._process(number).wire.fates.extend(fates)
        self._pass(seconds)

    @rule(said=facts, seconds=moments)
    def no_majority_hears_anything(self, said, seconds):
        """Commits wait; what is written now may be rolled back."""
        self.side.server.lag()
        self._say(said)
        self._pass(seconds)

    @rule(seconds=moments)
    def a_majority_has_heard_it_all(self, seconds):
        """All goes on."""
        self.side.server.catch_up()
        self._pass(seconds)

    @rule(politely=st.booleans(), seconds=moments)
    def another_node_becomes_primary(self, politely, seconds):
        """What no majority had is gone, open transactions too."""
        self.side.server.fail_over(politely=politely)
        self._pass(seconds)

    @rule(number=members, bug=st.sampled_from(["breaks", "refused"]), said=facts)
    def the_projection_has_a_bug(self, number, bug, said):
        """For one stream: the handler breaks, or MongoDB refuses for good what it makes."""
        self.side.bugs[registered(number).membership_id] = bug
        self._say([*said, (number, False), *said])
        self._pass(0.1)

    @some
    @rule(number=which)
    def a_consumer_is_told_to_stop(self, number):
        """It finishes the batch in hand."""
        self._process(number).stop.set()
        self._pass(0.5)

    @invariant()
    def the_read_models_are_the_fold_of_the_log_up_to_the_checkpoints(self):
        """But for the dead letters, which are all behind a first one of their stream."""
        self.side.assert_sound()

    def _all_well(self) -> None:
        self.side.server.catch_up()
        for process in self.side.processes:
            process.wire.fates.clear()
            process.wire.wake()

    def _all_read(self) -> None:
        """When all is well one fresh consumer reads the rest."""
        self._all_well()
        self._pass(1.0)
        for process in self.side.processes:
            process.wire.kill()
        self._pass(0.1)
        self._pass(8.0, start=True)
        self.side.assert_complete()

    def teardown(self) -> None:
        """All is read in the end, whatever happened."""
        try:
            self._all_read()
        finally:
            self.patched.__exit__(None, None, None)
            self.loop.end()
