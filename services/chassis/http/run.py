"""A command's run: one request's caller, key and clock, bound to the handler; and the reply that comes of it."""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from contracts.ids import derived
from services.chassis.access import Caller
from services.chassis.calls import Call, Done
from services.chassis.decider import Actor, Aggregate, Command, Refused
from services.chassis.problems import refusal

_encode = json.JSONEncoder(separators=(",", ":")).encode


class Handler(Protocol):
    """What does commands."""

    async def handle(
        self,
        aggregate: Aggregate[Any, Any],
        stream: str,
        command: Command,
        call: Call,
        *,
        unless: Refused | None = None,
    ) -> Done | Refused:
        """Decide and commit. `unless` is answered in the place of `decide`, after the look-up of the key."""
        ...


class ReplyDocument(BaseModel):
    """What became of a command. `events` are the types of what it said, none if all was so already; `repeated` is
    true for the answer to a repeated Idempotency-Key."""

    id: str
    version: int
    repeated: bool
    events: list[str]


class Reply(Response):
    """A reply as it goes out: `ReplyDocument`, with the version as ETag."""

    media_type = "application/json"


@dataclass(slots=True)
class Run:
    """Runs commands for one request. Several in one request get ids of their own, the same ones when it is repeated."""

    caller: Caller
    route: str
    """Method and template, as `POST /v1/memberships`."""
    key: str
    expected_versions: Container[int] | None
    correlation_id: str
    traceparent: str
    status: int
    handler: Handler
    now: datetime = field(default_factory=lambda: _milliseconds(datetime.now(UTC)))
    _runs: int = 0

    @property
    def by(self) -> Actor:
        """The caller, for a command whose rule asks who does it."""
        return Actor(id=self.caller.actor, scopes=self.caller.scopes)

    def command_id(self, number: int = 0) -> UUID:
        """The id of the request's command of this number, from 0."""
        again = (number,) if number else ()
        return derived(self.caller.actor, self.route, self.key, *again)

    def call(self) -> Call:
        """The next call of this request, for what runs commands by other ways than this."""
        number, self._runs = self._runs, self._runs + 1
        return Call(
            actor=self.caller.actor,
            command_id=self.command_id(number),
            now=self.now,
            correlation_id=self.correlation_id,
            traceparent=self.traceparent,
            scopes=self.caller.scopes,
            expected_versions=self.expected_versions,
        )

    async def __call__(
        self,
        aggregate: Aggregate[Any, Any],
        stream: str,
        command: Command,
        *,
        created: str = "",
        unless: Refused | None = None,
    ) -> Reply:
        """Do it and reply; `created` is the address of what came into being. A refusal is raised as its problem.

        `unless` is a refusal that the route found (an unknown area, say); a repeated key has its first answer all the same.
        """
        done = await self.handler.handle(aggregate, stream, command, self.call(), unless=unless)
        if isinstance(done, Refused):
            raise refusal(done)
        return self.reply(done, created=created)

    def reply(self, done: Done, *, created: str = "") -> Reply:
        """The reply to what was done."""
        heads = {"ETag": f'"{done.version}"'}
        if created:
            heads["Location"] = created
        if done.repeated:
            heads["Idempotency-Replayed"] = "true"
        said = [event.type for event in done.events]
        members = {"id": done.stream, "version": done.version, "repeated": done.repeated, "events": said}
        return Reply(_encode(members), self.status, heads)


def _milliseconds(time: datetime) -> datetime:
    """What BSON and the hash chain keep."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
