"""Commands against a store in trouble, in every order that hypothesis thinks of: what holds after every step."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pymongo.errors import AutoReconnect

from services.chassis.calls import (
    Done,
    KeyReused,
    OutcomeUnknown,
    StaleVersion,
    Unavailable,
)
from services.chassis.decider import Command, Refused
from services.chassis.handling import Asked, CommandHandler
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from tests.chain import assert_whole
from tests.jumping_clock import JumpingLoop
from tests.machines import machine_settings
from tests.notebook import (
    NOTEBOOK,
    NOW,
    OTHER_OWNER,
    OWNER,
    Close,
    Enrol,
    Forget,
    Mark,
    Open,
    call,
    notebook,
    replica,
)
from tests.watched_store import UNKNOWN_KEPT, UNKNOWN_LOST, WatchedStore

T = TypeVar("T")
GONE = AutoReconnect("gone")
STREAMS = [notebook(name) for name in range(2)]
COMMANDS: list[Command] = [
    Open(),
    Close(),
    Forget(owner=OWNER),
    *(Enrol(owner=owner, name="สมชาย") for owner in (OWNER, OTHER_OWNER)),
    *(Mark(texts=texts) for texts in (("ก",), ("ข",), ("ก", "ค"), ("ง", "จ", "ฉ"))),
]
streams, commands = st.sampled_from(STREAMS), st.sampled_from(COMMANDS)
keys, places = st.integers(0, 12), st.integers(0, 1)
etags = st.none() | st.none() | st.integers(1, 6)
patience = st.none() | st.none() | st.integers(1, 25)
asks = st.tuples(places, streams, commands, keys, etags, patience)


class CommandsInTrouble(RuleBasedStateMachine):
    """Two replicas on one log. `acknowledged` is what callers were told: key → (stream, command) and (stream, version, events)."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = JumpingLoop()
        self.store = WatchedStore(yields=1)
        self.owner_keys = InMemoryWrappedKeys()
        self.replicas = [self._replica(), self._replica()]
        self.acknowledged: dict[int, tuple[Any, tuple[str, int, Any]]] = {}
        self.asked: list[Any] = []
        self.now = NOW
        for name in range(2):
            self._run(self.replicas[0].handle(NOTEBOOK, notebook(name), Open(), call(f"open {name}")))

    def _replica(self) -> CommandHandler:
        return replica(self.store, self.owner_keys, deadline=10.0)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @rule(kinds=st.lists(st.sampled_from([UNKNOWN_KEPT, UNKNOWN_LOST]), max_size=3))
    def outcomes_will_be_unknown(self, kinds):
        """A lost connection, a step down, a write concern error: the document may be there or not."""
        self.store.inner.trouble.extend(kinds)

    @rule(where=st.sampled_from(["append_raises", "read_raises", "latest_raises"]), after=st.integers(0, 2))
    def the_store_will_raise(self, where, after):
        """At the first, second or third operation of this kind."""
        getattr(self.store, where).extend([*[None] * after, GONE])

    @rule(operations=st.integers(1, 6))
    def a_majority_will_hear_late(self, operations):
        """What was written with an unknown outcome is not seen by the next reads."""
        self.store.late = operations

    @rule()
    def nothing_will_be_answered_for_long(self):
        """Longer than any deadline."""
        self.store.inner.trouble.extend([UNKNOWN_LOST] * 60)

    @rule()
    def all_is_well_again(self):
        """Until the next trouble."""
        self._heal()

    @rule(seconds=st.integers(-3600, 3600))
    def the_clock_moves(self, seconds):
        """Backwards too."""
        self.now += timedelta(seconds=seconds)

    @rule(place=places)
    def a_replica_starts_again(self, place):
        """With an empty cache."""
        self.replicas[place] = self._replica()

    @rule(ask=asks)
    def somebody_asks(self, ask):
        """And may go away before he is answered."""
        self._run(self._ask_together([ask]))

    @rule(many=st.lists(asks, min_size=2, max_size=8))
    def many_ask_at_once(self, many):
        """On both replicas, with the same keys or others."""
        self._run(self._ask_together(many))

    @rule(data=st.data(), place=places, patience=patience, well=st.booleans())
    def somebody_asks_again(self, data, place, patience, well):
        """The very same under the same key, as a client does that has not heard or has lost the answer."""
        if not self.asked:
            return
        if well:
            self._heal()
        _, stream, command, key, etag, _ = data.draw(st.sampled_from(self.asked[-6:]))
        again = [(place, stream, command, key, etag, patience)]
        self._run(self._ask_together(again * data.draw(st.integers(1, 2))))

    @rule(place=places, portion=st.lists(asks, min_size=1, max_size=6), many=st.lists(asks, max_size=4))
    def a_portion_is_asked_together(self, place, portion, many):
        """As an import does: what is left goes the ordinary way, under its key; and others ask meanwhile."""
        self._run(self._ask_together(many, [(place, *ask[1:]) for ask in portion]))

    async def _ask_together(self, many, portion=()) -> None:
        self.asked += [*many, *portion]
        told_before = dict(self.acknowledged)
        written = {document["command_id"] for document in self.store.inner.documents.values()}
        others = asyncio.create_task(self._portion(portion))
        answers = await asyncio.gather(*(self._ask(*ask) for ask in many), return_exceptions=True)
        many, answers = [*many, *portion], [*answers, *await others]
        for handler in self.replicas:
            await handler.drain()
        asked = [key for _, _, _, key, _, _ in many]
        for (_, stream, command, key, _, _), answer in zip(many, answers, strict=True):
            if key in told_before and told_before[key][0] == (stream, command):
                first_or_trouble = Done | Unavailable | OutcomeUnknown | TimeoutError
                assert isinstance(answer, first_or_trouble), f"{answer!r} to what was acknowledged"
                assert not isinstance(answer, Done) or answer.events, "a no-op, but it had said something"
            match answer:
                case Done(events=()):
                    pass
                case Done():
                    told = (stream, command), (answer.stream, answer.version, answer.events)
                    assert self.acknowledged.setdefault(key, told) == told
                case Unavailable() if key in {key for _, _, _, key, _, _ in portion}:
                    pass  # of the second try: the first one's outcome may be unknown
                case Refused() | StaleVersion() | Unavailable() if asked.count(key) == 1:
                    command_id = str(self._call(key, None).command_id)
                    stored = {document["command_id"] for document in self.store.inner.documents.values()}
                    assert command_id not in stored - written, f"{answer!r}, and yet it is written"
                case KeyReused():
                    mine, _ = await self.store.inner.latest(stream, 0, self._call(key, None).command_id)
                    assert mine is not None
                case Refused() | StaleVersion() | Unavailable() | OutcomeUnknown() | TimeoutError():
                    pass
                case _:
                    raise AssertionError(repr(answer))

    async def _portion(self, portion) -> list[Any]:
        if not portion:
            return []
        handler = self.replicas[portion[0][0]]
        done = await handler.handle_together(
            [
                Asked(NOTEBOOK, stream, command, self._call(key, etag))
                for _, stream, command, key, etag, _ in portion
            ]
        )
        left = [ask for number, ask in enumerate(portion) if number not in done]
        answers = iter(await asyncio.gather(*(self._ask(*ask) for ask in left), return_exceptions=True))
        return [done[number] if number in done else next(answers) for number in range(len(portion))]

    async def _ask(self, place, stream, command, key, etag, patience):
        asked = self.replicas[place].handle(NOTEBOOK, stream, command, self._call(key, etag))
        if patience is None:
            return await asked
        caller = asyncio.create_task(asked)
        for _ in range(patience):
            await asyncio.sleep(0)
        if not caller.done():
            caller.cancel()
        try:
            return await caller
        except asyncio.CancelledError:
            raise TimeoutError from None

    def _call(self, key, etag):
        return call(key, now=self.now, expected=etag)

    def _heal(self) -> None:
        self.store.late = 0
        for trouble in (
            self.store.inner.trouble,
            self.store.append_raises,
            self.store.read_raises,
            self.store.latest_raises,
        ):
            trouble.clear()

    @invariant()
    def every_chain_is_whole_and_versions_run_from_1(self):
        """Recomputed independently."""
        for stream in STREAMS:
            assert_whole(self.store.stored(stream))

    @invariant()
    def every_key_is_in_the_log_at_most_once_and_every_acknowledged_one_where_it_was_said_to_be(self):
        """Exactly once."""
        places_of: dict[str, tuple[str, int]] = {}
        for (stream, version), document in self.store.inner.documents.items():
            assert document["command_id"] not in places_of
            places_of[document["command_id"]] = (stream, version)
        for key, (_, (stream, version, _)) in self.acknowledged.items():
            assert places_of[str(self._call(key, None).command_id)] == (stream, version)

    @invariant()
    def what_was_told_is_what_is_in_the_log(self):
        """The very events."""
        for _, (stream, version, events) in self.acknowledged.values():
            commit = self._run(self.store.inner.read(stream, version - 1))[0]
            assert tuple(recorded.envelope.parsed() for recorded in commit.events) == events

    @invariant()
    def nothing_is_left_locked_or_running(self):
        """However a command ended."""
        for handler in self.replicas:
            assert not handler._streams._locks
            assert not handler._running

    def teardown(self) -> None:
        """The two replicas agree with a newcomer, when all is well."""
        self._heal()
        for stream in STREAMS:
            truth = self._run(self._replica().state(NOTEBOOK, stream))
            for handler in self.replicas:
                assert self._run(handler.state(NOTEBOOK, stream)) == truth
        self.loop.close()


TestCommandsInTrouble = CommandsInTrouble.TestCase
TestCommandsInTrouble.settings = machine_settings(examples=80, steps=20)
