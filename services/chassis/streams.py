"""Streams as a writer sees them: the fold of a stream's commits, cached after acknowledgement, and its lock."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from contracts.envelope import GENESIS
from contracts.event import Event
from services.chassis.calls import UnreadableStream
from services.chassis.commits import Commit, CommitStore, Recorded
from services.chassis.decider import Aggregate

CACHED = 50_000
_BEFORE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Held:
    """A stream up to `version`: its state, the hash that the next commit is chained to, and its newest time."""

    state: Any
    version: int = 0
    hash: str = GENESIS
    recorded_at: datetime = _BEFORE


class Streams:
    """The folds of one service's streams. A cache, never the truth: `forget` it whenever in doubt."""

    def __init__(self, store: CommitStore, *, cached: int = CACHED) -> None:
        self._store = store
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._cached = cached
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def load(self, aggregate: Aggregate[Any, Any], stream: str, *, fresh: bool = False) -> Held:
        """The fold of a stream; `fresh` reads what came since from the store. Raises UnreadableStream."""
        held = self._held.get(stream)
        if held is None or fresh:
            held = held or Held(aggregate.initial)
            return self.follow(aggregate, stream, held, await self._store.read(stream, held.version))
        self._held.move_to_end(stream)
        return held

    def known(self, stream: str) -> Held | None:
        """The fold that is cached."""
        held = self._held.get(stream)
        if held is not None:
            self._held.move_to_end(stream)
        return held

    async def load_many(
        self, wanted: Mapping[str, Aggregate[Any, Any]], *, fresh: bool = False
    ) -> dict[str, Held]:
        """`load` for several streams by their aggregates, one look for all that are not cached, or for all of them if `fresh`;
        who cannot be read is left out."""
        found: dict[str, Held] = {}
        for stream in wanted:
            if not fresh and (held := self.known(stream)) is not None:
                found[stream] = held
        if absent := [stream for stream in wanted if stream not in found]:
            read = await self._store.read_many(absent)
            for stream in absent:
                aggregate = wanted[stream]
                with contextlib.suppress(UnreadableStream):
                    held = self.follow(aggregate, stream, Held(aggregate.initial), read.get(stream, ()))
                    kept = self.known(stream)  # newer, where the store that was asked lags behind
                    found[stream] = kept if kept is not None and kept.version > held.version else held
        return found

    async def prove(self, aggregate: Aggregate[Any, Any], stream: str) -> Held:
        """The fold of a stream that lacks nothing that was acknowledged before the call. Raises UnreadableStream."""
        held = self._held.get(stream) or Held(aggregate.initial)
        _, since = await self._store.latest(stream, held.version)
        return self.follow(aggregate, stream, held, since)

    def follow(
        self, aggregate: Aggregate[Any, Any], stream: str, held: Held, since: Iterable[Commit]
    ) -> Held:
        """The fold with what the store has had since; cached. Raises UnreadableStream."""
        held = fold(aggregate, held, since)
        self.keep(stream, held)
        return held

    def keep(self, stream: str, held: Held) -> None:
        """Cache what was acknowledged or read under majority, nothing else; a slow reader's older fold is not kept."""
        there = self._held.get(stream)
        if there is None or there.version <= held.version:
            self._held[stream] = held
        self._held.move_to_end(stream)
        while len(self._held) > self._cached:
            self._held.popitem(last=False)

    def forget(self, stream: str) -> None:
        """Drop a cached stream."""
        self._held.pop(stream, None)

    def locked(self, stream: str) -> Locked:
        """One commit of a stream in flight in this process; others of the stream wait in order."""
        return Locked(self._locks, stream)

    def claimed(self, streams: Iterable[str]) -> Claimed:
        """The locks of those streams that nobody here holds or waits for, all at once."""
        return Claimed(self._locks, streams)


class Locked:
    """A stream's lock as a context manager: a class, because `asynccontextmanager` takes a twentieth of a command."""

    __slots__ = ("_lock", "_locks", "_stream")

    def __init__(self, locks: dict[str, tuple[asyncio.Lock, int]], stream: str) -> None:
        self._locks = locks
        self._stream = stream

    async def __aenter__(self) -> None:
        self._lock, users = self._locks.get(self._stream) or (asyncio.Lock(), 0)
        self._locks[self._stream] = (self._lock, users + 1)
        try:
            await self._lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        self._leave()

    def _leave(self) -> None:
        """Forget the lock when nobody holds it or waits for it."""
        lock, users = self._locks[self._stream]
        if users == 1:
            del self._locks[self._stream]
        else:
            self._locks[self._stream] = (lock, users - 1)


class Claimed:
    """The locks of many streams as a context manager. Of one that is busy there is none: so nobody waits in here, and no two
    who want the same streams in another order wait for each other."""

    __slots__ = ("_locks", "_mine", "_wanted")

    def __init__(self, locks: dict[str, tuple[asyncio.Lock, int]], streams: Iterable[str]) -> None:
        self._locks = locks
        self._wanted = streams
        self._mine: dict[str, Locked] = {}

    async def __aenter__(self) -> Collection[str]:
        for stream in self._wanted:
            if stream not in self._locks:
                self._mine[stream] = Locked(self._locks, stream)
                await self._mine[stream].__aenter__()
        return self._mine.keys()

    async def __aexit__(self, *_: object) -> None:
        for lock in self._mine.values():
            await lock.__aexit__()


def fold(aggregate: Aggregate[Any, Any], held: Held, commits: Iterable[Commit]) -> Held:
    """`evolve` over the events of commits that follow `held`.

    Raises UnreadableStream for an event not of its own, and for a commit that is not chained to the one before.
    """
    state, version, last, recorded_at = held.state, held.version, held.hash, held.recorded_at
    for commit in commits:
        if commit.version != version + 1 or commit.events[0].envelope.previoushash != last:
            raise UnreadableStream(f"{commit.stream} is broken between {version} and {commit.version}")
        for recorded in commit.events:
            event = said(recorded)
            if type(event) not in aggregate.events:
                raise UnreadableStream(
                    f"{commit.stream} holds {event.type}, which {aggregate.name} does not know"
                )
            state = aggregate.evolve(state, event)
        version, last, recorded_at = commit.version, commit.hash, commit.recorded_at
    return Held(state, version, last, recorded_at)


def said(recorded: Recorded) -> Event:
    """The event of a commit as its class. Raises UnreadableStream for one that this code does not know or cannot read."""
    envelope = recorded.envelope
    try:
        event = envelope.parsed()
    except ValidationError as error:
        text = f"{envelope.subject} holds {envelope.type} that does not fit: {error.error_count()} faults"
        raise UnreadableStream(text) from None  # pydantic's own words would show the data
    if event is None:
        raise UnreadableStream(f"{envelope.subject} holds {envelope.type}, which nobody here knows")
    return event
