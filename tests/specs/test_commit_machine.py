"""Commands on the production store over a MongoDB that rolls back: what was acknowledged is there for ever, and once."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.chassis.calls import Done, OutcomeUnknown, Overloaded, StaleVersion, Unavailable
from services.chassis.commit_store import MongoCommitStore
from services.chassis.decider import Command, Refused
from services.chassis.handling import Asked, CommandHandler
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from tests.chain import assert_whole
from tests.jumping_clock import JumpingLoop
from tests.machines import FATES, machine_settings
from tests.mongo_in_memory import Server, connect
from tests.notebook import NOTEBOOK, Close, Mark, Open, call, notebook, replica
from tests.own_wire import OwnWire

STREAMS = [notebook(name) for name in range(3)]
COMMANDS: list[Command] = [Open(), Close(), *(Mark(texts=texts) for texts in (("ก",), ("ข",), ("ก", "ค")))]
moments = st.sampled_from([0.001, 0.003, 0.01, 0.1, 1.0])
places = st.integers(0, 1)
asks = st.tuples(
    places, st.sampled_from(STREAMS), st.sampled_from(COMMANDS), st.integers(0, 30), st.booleans()
)


async def _answer(
    handler: CommandHandler, one: Asked, first: asyncio.Future[Any] | None, nth: int
) -> Done | Refused:
    """What became of a command: of the portion in which it was the nth, or else of its own try."""
    done = await asyncio.shield(first) if first is not None else {}
    if nth in done:
        told: Done = done[nth]
        return told
    return await handler.handle(one.aggregate, one.stream, one.command, one.call)


class CommitsInTrouble(RuleBasedStateMachine):
    """Two replicas on one log. `told`: key → (stream, version) that somebody was told."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = JumpingLoop()
        self.server = Server(self.loop.time)
        self.keys = InMemoryWrappedKeys()
        self.told: dict[int, tuple[str, int, Any]] = {}
        self.asking: list[tuple[int, bool, int, asyncio.Task[Any]]] = []
        """Key; had anybody been told then that it is done; the newest version of the stream told then; and the answer."""
        self.meant: dict[int, tuple[str, Command]] = {}
        self.wires = [OwnWire(), OwnWire()]
        self.replicas = [self._replica(0), self._replica(1)]
        self.loop.run_until_complete(MongoCommitStore(connect(self.server)).prepare())

    def _replica(self, place: int) -> CommandHandler:
        self.wires[place] = OwnWire()
        return replica(MongoCommitStore(connect(self.server, self.wires[place])), self.keys, deadline=5.0)

    def _pass(self, seconds: float, many: Any = (), *, portion: bool = False) -> None:
        async def passing() -> None:
            asked = [(place, self._asked(stream, command, key)) for place, stream, command, key, _ in many]
            together: list[asyncio.Future[Any]] = [
                asyncio.ensure_future(handler.handle_together([one for at, one in asked if at == place]))
                for place, handler in enumerate(self.replicas)
                if portion
            ]
            for number, (place, one) in enumerate(asked):
                key, gone = many[number][3:]
                first = together[place] if portion else None
                nth = sum(at == place for at, _ in asked[:number])
                task = asyncio.create_task(_answer(self.replicas[place], one, first, nth))
                stream = one.stream
                self.asking.append((key, key in self.told, self._newest(stream), task))
                if gone:
                    self.loop.call_later(0.002, task.cancel)
            await asyncio.sleep(seconds)

        self.loop.run_until_complete(passing())
        self._hear()

    def _asked(self, stream: str, command: Command, key: int) -> Asked:
        """What was meant when the key was first used."""
        stream, command = self.meant.setdefault(key, (stream, command))
        return Asked(NOTEBOOK, stream, command, call(key, now=self.server.now))

    def _hear(self) -> None:
        """What callers were told must be what others were told under the same key."""
        for one in [one for one in self.asking if one[-1].done()]:
            self.asking.remove(one)
            key, was_done, newest, task = one
            if task.cancelled():
                continue
            expected = Unavailable | OutcomeUnknown | Overloaded | StaleVersion
            if (error := task.exception()) is not None:
                assert isinstance(error, expected), repr(error)
                assert not isinstance(error, StaleVersion) or error.version >= newest
                continue
            answer = task.result()
            if isinstance(answer, Refused) or not answer.events:
                assert not was_done, "refused what had been done"
                assert isinstance(answer, Refused) or answer.version >= newest, "a no-op of long ago"
                continue
            assert isinstance(answer, Done)
            told = (answer.stream, answer.version, answer.events)
            assert self.told.setdefault(key, told) == told

    def _newest(self, stream: str) -> int:
        return max((version for told, version, _ in self.told.values() if told == stream), default=0)

    @rule(many=st.lists(asks, min_size=1, max_size=8), seconds=moments)
    def callers_ask(self, many, seconds):
        """On both replicas, with the same keys or others; some go away before they are answered."""
        self._pass(seconds, many)

    @rule(many=st.lists(asks, min_size=2, max_size=8), seconds=moments)
    def portions_are_asked_together(self, many, seconds):
        """One a replica, as an import does: what is left goes the ordinary way, under its key."""
        self._pass(seconds, many, portion=True)

    @rule(seconds=moments)
    def time_passes(self, seconds):
        """And writes come to an end."""
        self._pass(seconds)

    @rule(place=places, fates=FATES, many=st.lists(asks, max_size=4), seconds=moments)
    def requests_and_replies_are_lost_and_groups_cut_short(self, place, fates, many, seconds):
        """Of a group cut short only the first documents are there."""
        self.wires[place].fates.extend(fates)
        self._pass(seconds, many)

    @rule(many=st.lists(asks, max_size=6), politely=st.booleans(), before=moments, seconds=moments)
    def the_primary_is_lost_with_what_only_it_has(self, many, politely, before, seconds):
        """No majority heard of it: nobody may have been told that it is done."""
        self.server.lag()
        self._pass(before, many)
        self.server.fail_over(politely=politely)
        self._pass(seconds)

    @rule(many=st.lists(asks, max_size=6), seconds=moments)
    def no_majority_hears_anything(self, many, seconds):
        """Until further notice."""
        self.server.lag()
        self._pass(seconds, many)

    @rule(seconds=moments)
    def a_majority_has_heard_it_all(self, seconds):
        """All goes on."""
        self.server.catch_up()
        self._pass(seconds)

    @rule(place=places, after=st.integers(0, 12), many=st.lists(asks, min_size=1, max_size=4))
    def a_replica_is_killed_while_it_works(self, place, after, many):
        """Another takes its place, with an empty cache; callers have heard nothing."""
        self.wires[place].kill(after)
        self._pass(0.05, many)
        self.wires[place].kill()
        self.replicas[place] = self._replica(place)

    @invariant()
    def what_was_acknowledged_is_there_for_a_majority(self):
        """Where it was said to be, with these very events."""
        for key, (stream, version, events) in self.told.items():
            found = self._documents(stream)[version - 1]
            assert found["command_id"] == str(call(key).command_id)
            assert len(found["events"]) == len(events)

    @invariant()
    def every_chain_is_whole_and_every_key_there_once(self):
        """Recomputed independently."""
        keys = [one["command_id"] for stream in STREAMS for one in self._documents(stream)]
        assert len(keys) == len(set(keys))
        for stream in STREAMS:
            assert_whole(self._documents(stream))

    def _documents(self, stream: str) -> list[dict[str, Any]]:
        found = [
            d
            for key, d in self.server.majority.items()
            if key[0] == "commits" and d["_id"]["stream"] == stream
        ]
        return sorted(found, key=lambda document: document["_id"]["version"])

    def teardown(self) -> None:
        """When all is well, everybody who asks again is told, and what was told before stays so."""
        try:
            self.server.catch_up()
            for wire in self.wires:
                wire.fates.clear()
            self._pass(12.0)
            self._pass(6.0, [(key % 2, *meant, key, False) for key, meant in self.meant.items()])
            assert not self.asking, "somebody waits for ever"
            self.what_was_acknowledged_is_there_for_a_majority()
            self.every_chain_is_whole_and_every_key_there_once()
        finally:
            self.loop.end()


TestCommitsInTrouble = CommitsInTrouble.TestCase
TestCommitsInTrouble.settings = machine_settings(examples=60, steps=20)
