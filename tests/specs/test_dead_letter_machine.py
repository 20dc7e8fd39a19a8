"""Dead letters that are parked, replayed and interrupted while consumers go on: nothing is lost and nothing counts twice."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.machines import FATES, machine_settings
from tests.read_side import MEMBERS
from tests.read_side_machine import ReadSideInTrouble, facts, members, moments
from tests.system.bus import registered

DAMAGED = MEMBERS
"""A membership of its own for what nobody can ever read: its stream stays parked."""


class DeadLettersInTrouble(ReadSideInTrouble):
    """Bugs come and are mended, records come damaged, replays are killed and put to sleep."""

    @initialize(number=members, bug=st.sampled_from(["breaks", "refused"]))
    def there_is_a_bug(self, number, bug):
        """From the beginning."""
        self.side.bugs[registered(number).membership_id] = bug

    @rule(number=members, said=facts, seconds=moments)
    def a_bug_is_mended(self, number, said, seconds):
        """Its stream stays parked until it is replayed."""
        self.side.bugs.pop(registered(number).membership_id, None)
        self._say([*said, (number, True)])
        self._pass(seconds)

    @rule(said=facts)
    def a_record_is_damaged(self, said):
        """It has a position, and its stream is parked."""
        self.side.say(DAMAGED, damaged=True)
        self._say([*said, (DAMAGED, False)])
        self._pass(0.1)

    @rule(number=members, said=facts)
    def a_record_has_no_position(self, number, said):
        """It stands on no chain, and parks nothing."""
        self.side.say_something_strange(number)
        self._say(said)
        self._pass(0.1)

    @rule(number=st.none() | members, said=facts, before=moments, seconds=moments)
    def dead_letters_are_replayed_beside_the_consumers(self, number, said, before, seconds):
        """Of one stream or of all, while records come; perhaps two at once."""
        self._say(said)
        self._pass(before)
        self._replay(number)
        self._say(said)
        self._pass(seconds)

    @rule(
        number=members,
        said=facts,
        after=st.integers(0, 20),
        asleep=st.booleans(),
        fates=FATES,
        mended=st.booleans(),
    )
    def a_replay_is_interrupted(self, number, said, after, asleep, fates, mended):
        """Killed, or put to sleep until others have moved on; its replies may be lost."""
        self._all_well()
        self._say([*said, (number, False)])
        self._pass(0.1)
        if mended:
            self.side.bugs.clear()
        wire = self._replay(None).wire
        wire.fates.extend(fates)
        (wire.sleep if asleep else wire.kill)(after)
        self._say([(number, True), *said])
        self._pass(0.5)

    def _replay(self, number: int | None):
        async def start():
            return self.side.replay("" if number is None else registered(number).membership_id)

        return self.loop.run_until_complete(start())

    def _all_read(self) -> None:
        """And once everything is mended and replayed, the read models are the fold of everything that can be read."""
        super()._all_read()
        self.side.bugs.clear()
        replaying = self._replay(None)
        self._pass(10.0)
        done = replaying.task.result()
        self.side.assert_complete()
        damaged = registered(DAMAGED).membership_id
        left = [one for n in range(12) for one in self.side.letters(n).values()]
        assert {one["stream"] for one in left} <= {damaged}
        assert len(done.still_broken) == bool(left)


TestDeadLettersInTrouble = DeadLettersInTrouble.TestCase
TestDeadLettersInTrouble.settings = machine_settings(examples=16, steps=20)
