"""Write a service's log again from its rounds into a topic that was emptied: same positions, partitions and chains.

It holds the relay's lease and its `transactional.id`, so no relay sends meanwhile. What an interrupted run has written
is a beginning of the log like any other: run it again and it completes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from uuid import uuid4

from contracts.topics import Topic
from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database, Session
from services.chassis.relay.completing import complete
from services.chassis.relay.lease import Lease
from services.chassis.relay.left_open import closed
from services.chassis.relay.outbox import Outbox
from services.chassis.relay.refusals import relay_at_work
from services.chassis.relay.rounds import BEFORE_THE_FIRST, Round
from services.chassis.relay.sender import Sender
from services.chassis.relay.term import take_office
from services.chassis.steps import step


class Republish:
    """One run. `sent` events have been written so far."""

    def __init__(
        self,
        service: str,
        database: Database,
        bootstrap: Bootstrap,
        *,
        lease_seconds: float = 2.0,
        tell: Callable[[int, int], None] = lambda _position, _final: None,
    ) -> None:
        """`tell(position, final)` is called after every transaction: how far the topic is, of how much."""
        self._topic = Topic(service)
        self._bootstrap = bootstrap
        self._outbox = Outbox(database)
        self._lease = Lease(database, service, str(uuid4()), seconds=lease_seconds)
        self._patience = lease_seconds * 2
        self._tell = tell
        self.sent = 0

    async def run(self) -> int:
        """Complete the topic and return how many events were written.

        Raises RelayRefused (a relay is at work; the topic is beyond the rounds or of another history), the lease's
        Lost, or the drivers' errors; whatever was written by then stays and the next run goes on behind it.
        """
        await self._outbox.prepare()
        try:
            async with asyncio.timeout(self._patience):
                while not await self._lease.win():  # noqa: ASYNC110 - the lease is in MongoDB, which sets no event here
                    await asyncio.sleep(self._lease.renewal)
        except TimeoutError:
            raise relay_at_work(self._topic.service) from None
        await self._lease.hold(self._complete())
        return self.sent

    async def _complete(self) -> None:
        sender = Sender(self._bootstrap, self._topic)
        try:
            async with self._outbox.session() as session:
                await take_office(sender, self._lease, session)
                await self._write(sender, session)
        finally:
            await sender.close()

    async def _write(self, sender: Sender, session: Session) -> None:
        _, last = await self._outbox.last_two(session)
        topic = await closed(sender, self._bootstrap, last)

        def told(events: int, up_to: Round) -> None:
            step("republish.transaction-committed")
            self.sent += events
            self._tell(up_to.final, last.final)

        await complete(sender, self._outbox, session, BEFORE_THE_FIRST, last, topic.last, told)
