"""The relay of one service: wins the lease, serves terms, and says how it is. One is at work; the others stand by."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

import structlog
from pymongo.errors import PyMongoError

from contracts.topics import Topic
from services.chassis.bootstrap import Bootstrap
from services.chassis.metrics import OUTBOX_AGE, OUTBOX_DEPTH, RELAY_LEADER, RELAY_TERMS
from services.chassis.mongo import Database
from services.chassis.relay.lease import Lease
from services.chassis.relay.outbox import Outbox
from services.chassis.relay.outbox_bell import OutboxBell
from services.chassis.relay.refusals import RelayRefused
from services.chassis.relay.rounds import Round
from services.chassis.relay.term import Term

log = structlog.get_logger(__name__)

STEPS = (
    "relay.lease-won",
    "relay.producer-ready",
    "relay.taken-over",
    "relay.round-read",
    "relay.round-inserted",
    "relay.transaction-begun",
    "relay.sent-before-commit",
    "relay.transaction-committed",
    "relay.unset-pending",
)
"""Between these a crash must lose nothing; CHUMCHON_STOP_AT takes their names."""

Role = Literal["standby", "taking-over", "leader", "refused"]

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 2.0
GAUGES_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class RelayState:
    """How a relay is. `position` and `last_round_at` are those of the last round that this process knows."""

    role: Role = "standby"
    epoch: int = 0
    position: int = 0
    last_round_at: datetime | None = None
    last_error: str = ""
    """Of the last term that ended in trouble; empty again after a round or a takeover."""
    outbox_depth: int = 0
    outbox_age_seconds: float = 0.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Relay:
    """Sends a service's commits to its topic, in order, each once, however often it or another one crashes."""

    def __init__(
        self,
        service: str,
        database: Database,
        bootstrap: Bootstrap,
        *,
        lease_seconds: float = 2.0,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._topic = Topic(service)
        self._outbox = Outbox(database)
        self._lease = Lease(database, service, str(uuid4()), seconds=lease_seconds)
        self._clock = clock
        self._term = Term(
            self._topic,
            bootstrap,
            self._outbox,
            OutboxBell(database),
            self._lease,
            clock=clock,
            tell=self._tell,
        )
        self._state = RelayState()
        self._prepared = False

    def state(self) -> RelayState:
        """How it is, for /ready and for people."""
        return self._state

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then return after the round in hand. Raises RelayRefused: down with the service.

        Whatever else happens ends the term, and the next one begins with what is written, after a growing pause.
        """
        gauges = asyncio.create_task(self._keep_gauges())
        pause = FIRST_PAUSE
        try:
            while not stop.is_set():
                position = self._state.position
                try:
                    await self._serve(stop)
                except RelayRefused as refused:
                    self._be("refused", last_error=str(refused))
                    raise
                except Exception as trouble:  # noqa: BLE001 - after any error at all: a new term
                    self._be(
                        "standby",
                        last_error=f"{type(trouble).__name__}: {str(trouble) or 'no answer in time'}",
                    )
                    log.warning(
                        "relay_term_ended", service=self._topic.service, reason=self._state.last_error
                    )
                    await _sleep(stop, pause)
                    pause = FIRST_PAUSE if self._state.position > position else min(2 * pause, LONGEST_PAUSE)
        finally:
            gauges.cancel()
            await asyncio.gather(gauges, return_exceptions=True)
            RELAY_LEADER.labels(self._topic.service).set(0)

    async def _serve(self, stop: asyncio.Event) -> None:
        """One term, if the lease can be had; else a short wait."""
        if not self._prepared:
            await self._outbox.prepare()
            self._prepared = True
        if not await self._lease.win():
            self._be("standby", last_error="")
            await _sleep(stop, self._lease.renewal)
            return
        RELAY_TERMS.labels(self._topic.service).inc()
        self._be("taking-over")
        await self._lease.hold(self._term.run(stop))
        self._be("standby")

    def _tell(self, last: Round) -> None:
        self._be("leader", position=last.final, last_round_at=last.at if last.count else None, last_error="")

    def _be(self, role: Role, **changes: Any) -> None:
        self._state = replace(self._state, role=role, epoch=self._lease.epoch, **changes)
        RELAY_LEADER.labels(self._topic.service).set(role == "leader")

    async def _keep_gauges(self) -> None:
        """How much waits, whoever is the relay."""
        now = asyncio.get_running_loop().time
        while True:
            begun = now()
            with contextlib.suppress(PyMongoError):  # the relay itself reports that trouble
                depth = await self._outbox.depth()
                age = 0.0 if depth.oldest is None else (self._clock() - depth.oldest).total_seconds()
                self._state = replace(
                    self._state, outbox_depth=depth.commits, outbox_age_seconds=max(0.0, age)
                )
                OUTBOX_DEPTH.labels(self._topic.service).set(depth.commits)
                OUTBOX_AGE.labels(self._topic.service).set(max(0.0, age))
            # Counting a deep outbox is work: it gets a twentieth of the time.
            await asyncio.sleep(max(GAUGES_EVERY, 20 * (now() - begun)))


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, or less when `stop` is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
