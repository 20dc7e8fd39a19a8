"""Runs the commands of a service, each in a task of its own; and reads what they left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.event import Event
from services.chassis.attempt import OUTSIDE, Attempt, Tools
from services.chassis.calls import Call, Done
from services.chassis.commits import Commit, CommitStore
from services.chassis.decider import Aggregate, Command, Refused
from services.chassis.group_commit import GroupCommit
from services.chassis.sealing import Sealing
from services.chassis.streams import Held, Streams, said
from services.chassis.together import Asked, together

__all__ = ["OUTSIDE", "Asked", "CommandHandler"]

DEADLINE_SECONDS = 10.0
"""How long a command may take, its wait for the stream's lock included, before the caller is told to ask again."""


class CommandHandler:
    """Runs commands of one service. Cancelling a caller does not cancel its command."""

    def __init__(
        self,
        service: str,
        store: CommitStore,
        sealing: Sealing,
        *,
        fingerprint_key: bytes,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self.service = service
        self.sealing = sealing
        self._store = store
        self._streams = Streams(store)
        self._group = GroupCommit(store, service)
        self._tools = Tools(
            service, store, sealing, self._streams, self._group, fingerprint_key, deadline_seconds
        )
        self._running: set[asyncio.Task[Any]] = set()

    async def handle(
        self,
        aggregate: Aggregate[Any, Any],
        stream: str,
        command: Command,
        call: Call,
        *,
        unless: Refused | None = None,
    ) -> Done | Refused:
        """Run a command on a stream. `unless` is a refusal that the edge found (an unknown area, say): it is answered
        like one of `decide`, after the look-up of the key.

        Raises StaleVersion, KeyReused, Overloaded, OutcomeUnknown, Unavailable, UnreadableStream, TooLarge.
        """
        attempt = Attempt(self._tools, aggregate, stream, command, call, unless)
        if (settled := attempt.settled()) is not None:
            return settled
        task = asyncio.create_task(attempt.run())
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def handle_together(self, asked: Sequence[Asked]) -> Mapping[int, Done]:
        """Run commands to many streams at once; those that are plainly done, by place. The others are for `handle`, under the
        same key. Raises nothing but what is a bug; cancelling the caller does not cancel them."""
        task = asyncio.create_task(together(self._tools, asked))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def state(self, aggregate: Aggregate[Any, Any], stream: str, *, fresh: bool = True) -> Held:
        """A stream's fold, for queries. `fresh=False` may lag behind other replicas; any may after an election, for a moment."""
        return await self._streams.load(aggregate, stream, fresh=fresh)

    async def states(self, aggregate: Aggregate[Any, Any], streams: Iterable[str]) -> Mapping[str, Held]:
        """`state` of many streams in one look. Raises UnreadableStream."""
        wanted = dict.fromkeys(streams, aggregate)
        found = await self._streams.load_many(wanted, fresh=True)
        for stream in wanted.keys() - found.keys():
            found[stream] = await self.state(aggregate, stream)
        return found

    async def proven(self, aggregate: Aggregate[Any, Any], stream: str) -> Held:
        """A stream's fold that lacks nothing that was acknowledged: for edge checks that refuse, and for what cannot be undone.
        Raises the driver's error."""
        return await self._streams.prove(aggregate, stream)

    async def history(self, stream: str) -> list[Commit]:
        """The commits of a stream, in order; may lag behind after an election, for a moment. Raises the driver's error."""
        return await self._store.read(stream)

    async def personal(self, stream: str, owner: str) -> dict[str, Any] | None:
        """The newest sealed part of a stream that `owner`'s key opens; None where it was forgotten or never was."""
        for commit in reversed(await self._store.read(stream)):
            for recorded in reversed(commit.events):
                if recorded.sealed is not None and recorded.owner == owner:
                    return await self.sealing.unseal(owner, recorded.sealed)
        return None

    async def sealed_parts(self, stream: str, version: int) -> list[tuple[Event, dict[str, Any] | None]]:
        """The events of one commit with their unsealed parts, in order; [] where there is no such commit."""
        parts: list[tuple[Event, dict[str, Any] | None]] = []
        _, there = await self._store.latest(
            stream, version - 1
        )  # an import's rows that it lacked would be refused
        for commit in there:
            if commit.version == version:
                for recorded in commit.events:
                    opened = (
                        None
                        if recorded.sealed is None
                        else await self.sealing.unseal(recorded.owner, recorded.sealed)
                    )
                    parts.append((said(recorded), opened))
        return parts

    async def drain(self) -> None:
        """Wait for the commands in hand; for a graceful stop."""
        while self._running:
            await asyncio.wait(self._running)
        await self._group.drain()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it where the caller is gone
