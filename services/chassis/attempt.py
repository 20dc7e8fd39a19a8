"""One command on its way into the log: load, decide, append; whatever happens on the way, once for its key."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import Counter
from pymongo.errors import PyMongoError

from contracts.envelope import GENESIS
from contracts.event import Event
from services.chassis.calls import (
    Call,
    Done,
    KeyReused,
    OutcomeUnknown,
    Overloaded,
    StaleVersion,
    Unavailable,
)
from services.chassis.commits import Commit, CommitStore, Written, commit_of, to_bson
from services.chassis.decider import Aggregate, Command, Forgotten, Refused, Sealed
from services.chassis.group_commit import GroupCommit
from services.chassis.metrics import COMMITS, CONFLICTS, REFUSALS, UNKNOWN
from services.chassis.sealing import Sealing
from services.chassis.streams import Held, Streams, fold, said


@dataclass(slots=True)
class Tools:
    """What every attempt of a service works with. `deadline` is in seconds, the wait for the lock included."""

    service: str
    store: CommitStore
    sealing: Sealing
    streams: Streams
    group: GroupCommit
    fingerprint_key: bytes
    deadline: float
    commits: Counter = field(init=False)
    conflicts: Counter = field(init=False)
    unknown: Counter = field(init=False)
    keyed: hmac.HMAC = field(init=False)

    def __post_init__(self) -> None:
        self.keyed = hmac.new(self.fingerprint_key, digestmod=hashlib.sha256)
        self.commits, self.conflicts = COMMITS.labels(self.service), CONFLICTS.labels(self.service)
        self.unknown = UNKNOWN.labels(self.service)

    def fingerprint(self, stream: str, command: Command) -> str:
        """HMAC of the validated command: a plain hash of one with a citizen number could be found by trying."""
        told = command.model_dump_json(exclude=set(command.stamped) or None)
        text = f"{stream}\x00{type(command).__name__}\x00{told}"
        made = self.keyed.copy()  # half the price of `hmac.digest`, which looks the algorithm up each time
        made.update(text.encode())
        return made.hexdigest()


@dataclass(slots=True)
class Attempt:
    """One command on its way; holds the stream's lock while it runs."""

    tools: Tools
    aggregate: Aggregate[Any, Any]
    stream: str
    command: Command
    call: Call
    unless: Refused | None
    submitted: bool = False
    """A commit of ours went to the store and we do not know that it is not there."""
    expired: bool = False

    async def run(self) -> Done | Refused:
        # A timer of our own: `asyncio.timeout` takes a twentieth of a command, and this task is nobody else's to cancel.
        timer = asyncio.get_running_loop().call_later(
            self.tools.deadline, self._expire, asyncio.current_task()
        )
        try:
            async with self.tools.streams.locked(self.stream):
                try:
                    return await self._decide_and_append()
                except BaseException:
                    self.tools.streams.forget(self.stream)
                    raise
        except (PyMongoError, TimeoutError) as error:
            raise self._unanswered(type(error).__name__) from error
        except asyncio.CancelledError as error:
            if not self.expired:
                raise
            raise self._unanswered("TimeoutError") from error
        finally:
            timer.cancel()

    def _expire(self, task: asyncio.Task[Any] | None) -> None:
        assert task is not None, "a command runs in a task"
        self.expired = True
        task.cancel()

    def _unanswered(self, reason: str) -> OutcomeUnknown | Unavailable:
        if self.submitted:
            return OutcomeUnknown(f"no answer about {self.stream}: {reason}")
        return Unavailable(reason)

    async def _decide_and_append(self) -> Done | Refused:
        tools, call = self.tools, self.call
        held, sure = await tools.streams.load(self.aggregate, self.stream), False
        if self._changes_nothing(held):
            return Done(self.stream, held.version, ())
        while True:
            stale = call.expected_versions is not None and held.version not in call.expected_versions
            decision = () if stale else self.decision(held)
            forgotten = [item.owner for item in _items(decision) if isinstance(item, Forgotten)]
            # A "no" is not taken back, a no-op says that all is as it was asked for, and a key that is destroyed is gone for
            # good: never for a repeated call, never on the word of a cache, or of a primary that was just elected.
            if sure or not (stale or forgotten or not _items(decision)):
                if stale:
                    raise StaleVersion(self.stream, held.version)
                if isinstance(decision, Refused) or not decision:
                    return self._no(decision, held)
                commit = await self._commit(held, decision)
                after = fold(self.aggregate, held, [commit])  # first: what cannot be read back is not written
                document = to_bson(commit)
                # Before the append: a crash between leaves too little, never too much.
                for owner in forgotten:
                    await tools.sealing.destroy(owner)
                if await self._written(commit, document):
                    tools.streams.keep(self.stream, after)
                    tools.commits.inc()
                    return Done(self.stream, commit.version, tuple(event_of(item) for item in decision))
                tools.conflicts.inc()
            mine, since = await tools.store.latest(self.stream, held.version, call.command_id)
            if mine is not None:
                return self._repeated(mine)
            held, sure = tools.streams.follow(self.aggregate, self.stream, held, since), True

    def settled(self) -> Done | None:
        """The answer that needs neither the store nor the lock: whoever holds it can change nothing about it."""
        held = self.tools.streams.known(self.stream)
        return (
            Done(self.stream, held.version, ()) if held is not None and self._changes_nothing(held) else None
        )

    def _changes_nothing(self, held: Held) -> bool:
        """What was acknowledged stays, so that a no-op which rests on nothing else needs no proof."""
        if self.unless is not None or self.call.expected_versions is not None or not held.version:
            return False
        if not self.aggregate.settled(self.command, held.state):
            return False
        decision = self.decision(held)
        return not isinstance(decision, Refused) and not decision

    def decision(self, held: Held) -> Refused | Sequence[Event | Sealed | Forgotten]:
        if self.unless is not None:
            return self.unless
        if held.version and not self._may_write_in(self.aggregate.area(held.state)):
            return OUTSIDE  # before decide: its refusal would tell what is so in another's area
        decision = self.aggregate.decide(self.command, held.state)
        if isinstance(decision, Refused) or all(self._may_write_in(event_of(item).area) for item in decision):
            return decision
        return OUTSIDE

    def _may_write_in(self, area: str | None) -> bool:
        scopes = self.call.scopes
        return scopes is None or area is None or area.startswith(scopes)

    def _no(self, decision: Refused | Sequence[Any], held: Held) -> Done | Refused:
        if isinstance(decision, Refused):
            REFUSALS.labels(self.tools.service, decision.code).inc()
            return decision
        return Done(self.stream, held.version, ())

    def _repeated(self, commit: Commit) -> Done:
        """The first answer to this key. Raises KeyReused."""
        if commit.fingerprint != self.tools.fingerprint(self.stream, self.command):
            raise KeyReused("this key was used for another command")
        events = tuple(said(recorded) for recorded in commit.events)
        return Done(commit.stream, commit.version, events, repeated=True)

    async def _commit(self, held: Held, decision: Sequence[Event | Sealed | Forgotten]) -> Commit:
        events: list[tuple[Event, bytes | None, str, str]] = []
        for item in decision:
            if isinstance(item, Sealed):
                sealed, digest = await self.tools.sealing.seal(item.owner, item.personal)
                events.append((item.event, sealed, digest, item.owner))
            else:
                events.append((event_of(item), None, GENESIS, ""))
        return self.made(held, events)

    def made(self, held: Held, events: Sequence[tuple[Event, bytes | None, str, str]]) -> Commit:
        """The commit that follows `held`, with events as `commit_of` takes them."""
        call = self.call
        now = call.now.replace(microsecond=call.now.microsecond // 1000 * 1000)
        return commit_of(
            stream=self.stream,
            version=held.version + 1,
            previoushash=held.hash,
            events=events,
            command_id=call.command_id,
            fingerprint=self.tools.fingerprint(self.stream, self.command),
            actor=call.actor,
            recorded_at=max(now, held.recorded_at),
            correlation_id=call.correlation_id,
            causation_id=call.causation_id,
            traceparent=call.traceparent,
        )

    async def _written(self, commit: Commit, document: bytes) -> bool:
        """True when this commit is in the log, False when another took its place. Tries until the deadline."""
        was_unknown, pause = False, 0.01
        while True:
            written = await self._submit(document)
            if written.outcome == "inserted":
                return True
            if written.outcome == "unknown":
                self.tools.streams.forget(self.stream)
                if not was_unknown:
                    self.tools.unknown.inc()
                was_unknown = True
            else:
                there = await self._there(commit) if was_unknown else False
                if there is not None:
                    self.submitted = there
                    return there
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)

    async def _submit(self, document: bytes) -> Written:
        before, self.submitted = self.submitted, True
        try:
            return await self.tools.group.submit(document)
        except Overloaded:
            self.submitted = before
            if not before:
                raise
            return Written("unknown", "the queue is full")  # an earlier try may be in the log

    async def _there(self, commit: Commit) -> bool | None:
        """After an unknown outcome and a taken key: is it ours? None: it is gone again, or nobody answers."""
        try:
            mine, others = await self.tools.store.latest(commit.stream, commit.version - 1, commit.command_id)
        except PyMongoError:
            return None
        if mine is not None:
            return (mine.stream, mine.version, mine.hash) == (commit.stream, commit.version, commit.hash)
        return False if others else None


def _items(decision: Refused | Sequence[Event | Sealed | Forgotten]) -> Sequence[Event | Sealed | Forgotten]:
    return () if isinstance(decision, Refused) else decision


def event_of(item: Event | Sealed | Forgotten) -> Event:
    """The event of a decision's item."""
    return item if isinstance(item, Event) else item.event


OUTSIDE = Refused(
    "outside-your-area",
    "พื้นที่นี้อยู่นอกเขตที่ท่านรับผิดชอบ",
    "This area is outside the area that you are responsible for.",
    kind="forbidden",
)
