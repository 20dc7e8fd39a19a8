"""One term of a relay: take over what the last one left, then round after round, until told to stop or out of luck."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import perf_counter

from contracts.topics import PARTITIONS, Topic
from services.chassis.bootstrap import Bootstrap
from services.chassis.metrics import RELAY_EVENTS, RELAY_ROUNDS, RELAY_SECONDS
from services.chassis.mongo import Session
from services.chassis.relay.completing import complete
from services.chassis.relay.lease import Lease
from services.chassis.relay.left_open import closed, lost, watch
from services.chassis.relay.leisure import at_leisure
from services.chassis.relay.outbox import Outbox
from services.chassis.relay.outbox_bell import OutboxBell
from services.chassis.relay.partition import partition_of
from services.chassis.relay.refusals import topic_of_wrong_width
from services.chassis.relay.rounds import BEFORE_THE_FIRST, Round, next_round, outgoing
from services.chassis.relay.sender import Batches, Sender
from services.chassis.relay.topic import NoSuchTopic
from services.chassis.steps import step


class Term:
    """What is true as long as nothing goes wrong; nothing of it outlives the term but what is in MongoDB and Kafka.

    `run` raises whatever goes wrong: the lease's Lost, AnotherRelay, the drivers' errors, RelayRefused. Then everything
    here is thrown away and the next term reads what was written.
    """

    def __init__(
        self,
        topic: Topic,
        bootstrap: Bootstrap,
        outbox: Outbox,
        bell: OutboxBell,
        lease: Lease,
        *,
        clock: Callable[[], datetime],
        tell: Callable[[Round], None],
    ) -> None:
        self._topic = topic
        self._bootstrap = bootstrap
        self._outbox = outbox
        self._bell = bell
        self._lease = lease
        self._clock = clock
        self._tell = tell
        self._rounds = RELAY_ROUNDS.labels(topic.service)
        self._events = RELAY_EVENTS.labels(topic.service)
        self._seconds = RELAY_SECONDS.labels(topic.service)

    async def run(self, stop: asyncio.Event) -> None:
        """Return when `stop` is set, after the round in hand."""
        step("relay.lease-won")
        sender = Sender(self._bootstrap, self._topic)
        try:
            async with self._outbox.session() as session:
                await take_office(sender, self._lease, session)
                last = await self._take_over(sender, session)
                watching = asyncio.create_task(watch(self._bootstrap, self._topic.name, range(PARTITIONS)))
                try:
                    while not stop.is_set():
                        if watching.done():
                            watching.result()  # it ends by raising, if it ends
                        last = await self._go_rounds(sender, session, last, stop)
                finally:
                    watching.cancel()
                    await asyncio.gather(watching, return_exceptions=True)
        finally:
            await sender.close()

    async def _take_over(self, sender: Sender, session: Session) -> Round:
        """Send what is missing of the last round, or of more where that was lost, and settle it."""
        previous, last = await self._outbox.last_two(session)
        topic = await closed(sender, self._bootstrap, last)
        after = previous
        if await lost(self._bootstrap, self._topic.name, topic, previous):
            after = BEFORE_THE_FIRST
        await complete(sender, self._outbox, session, after, last, topic.last, self._sent)
        await self._outbox.settle(last, session)
        step("relay.taken-over")
        self._tell(last)
        return last

    def _sent(self, events: int, _up_to: Round) -> None:
        step("relay.transaction-committed")
        self._events.inc(events)

    async def _go_rounds(self, sender: Sender, session: Session, last: Round, stop: asyncio.Event) -> Round:
        """The rounds of one look into the outbox, or a wait for something to send."""
        since = self._outbox.moment(session)
        parts = await self._outbox.pending(session)
        if not parts:
            await self._bell.wait(since)
            return last
        step("relay.round-read")
        ready: tuple[Round, Batches] | None = await self._prepare(sender, last, parts[0])
        while ready and not stop.is_set():
            new, batches = ready
            parts = parts[1:]
            # The next round is made ready while MongoDB and Kafka work on this one; nothing of it is written or sent.
            making = asyncio.create_task(self._prepare(sender, new, parts[0])) if parts else None
            try:
                last = await self._go_round(sender, session, new, batches)
                ready = await making if making else None
            finally:
                if making:
                    making.cancel()
        return last

    async def _go_round(self, sender: Sender, session: Session, new: Round, batches: Batches) -> Round:
        """Write the round, send it, settle it."""
        begun = perf_counter()
        await self._outbox.insert(new, session)
        step("relay.round-inserted")
        await sender.send(batches)
        step("relay.transaction-committed")
        await self._outbox.settle(new, session)
        step("relay.unset-pending")
        self._rounds.inc()
        self._events.inc(new.count)
        self._seconds.observe(perf_counter() - begun)
        self._tell(new)
        return new

    async def _prepare(self, sender: Sender, previous: Round, part: bytes) -> tuple[Round, Batches]:
        """The round of a part of the outbox, and its records as they go."""
        commits = await at_leisure(self._outbox.decoded(part))
        await at_leisure(
            partition_of(commit["_id"]["stream"]) for commit in commits
        )  # remembered, for what follows
        new = next_round(previous, commits, now=self._clock(), epoch=self._lease.epoch)
        batches = sender.batches()
        await at_leisure(map(batches.add, outgoing(previous, new, commits)))
        return new, batches


async def take_office(sender: Sender, lease: Lease, session: Session) -> None:
    """Fence the older producer first, then confirm the lease: in this order one of the two stops an older relay.

    Raises NoSuchTopic, Lost, RelayRefused, or the drivers' errors.
    """
    partitions = await sender.start()
    if not partitions:
        raise NoSuchTopic(f"there is no topic {sender.topic}")
    if partitions != PARTITIONS:
        raise topic_of_wrong_width(sender.topic, partitions, PARTITIONS)
    step("relay.producer-ready")
    await lease.confirm(session)
