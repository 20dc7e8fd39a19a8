"""A consumer group and the chassis' `Subscription` in it: batches, offsets, and partitions that move between members."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from services.chassis.bootstrap import Bootstrap
from services.chassis.checkpoints import Source
from tests.kafka_in_memory.broker import Entry
from tests.kafka_in_memory.clients import Network, lost
from tests.own_wire import Fate


class Group:
    """Who has which partition. Nothing is assigned by itself: a specification shares the partitions out."""

    def __init__(self, network: Network, partitions: int) -> None:
        self.network = network
        self.partitions = partitions
        self.offsets: dict[Source, int] = {}
        self.members: list[MemorySubscription] = []

    def share(self, shares: Sequence[int]) -> None:
        """Partition n goes to the member of this number (fewer shares: in turn) among those that live; those that sleep
        believe what they believed."""
        awake = [one for one in self.members if not one.wire.asleep and not one.wire.dead]
        for one in awake:
            one.moves({s for s in one.sources() if awake[shares[s[1] % len(shares)] % len(awake)] is one})

    def subscription(self, *arguments: Any, **options: Any) -> MemorySubscription:
        """Stands where the chassis makes its Subscription."""
        return MemorySubscription(self, *arguments, **options)


class MemorySubscription:
    """See `Subscription`: what it promises of batches, offsets and seeks."""

    def __init__(
        self,
        group: Group,
        bootstrap: Bootstrap,
        name: str,
        topics: Sequence[str],
        handle: Callable[[Sequence[Any]], Awaitable[None]],
        *,
        app_name: str,
        max_records: int,
        session_seconds: float,
    ) -> None:
        self._group = group
        self.wire = group.network.wires[bootstrap.servers]
        self._topics = topics
        self._handle = handle
        self._most = max_records
        self._positions: dict[Source, int] = {}
        self._polling: asyncio.Task[None] | None = None
        self._stopping = False

    def sources(self) -> list[Source]:
        """All partitions of its topics."""
        return [(topic, n) for topic in self._topics for n in range(self._group.partitions)]

    async def start(self) -> None:
        """Join; alone it gets everything."""
        self._group.members.append(self)
        if len(self._group.members) == 1:
            self.moves(set(self.sources()))
        self._polling = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        """Finish the batch in hand and leave."""
        self._stopping = True
        if self._polling is not None:
            await asyncio.wait([self._polling])
        if self in self._group.members:
            self._group.members.remove(self)

    async def died(self) -> None:
        """Its loop never ends by itself."""
        assert self._polling is not None
        await asyncio.shield(self._polling)

    def moves(self, sources: set[Source]) -> None:
        """From now on these are ours; those that are new begin at the group's offsets."""
        kept = {source: offset for source, offset in self._positions.items() if source in sources}
        self._positions = {source: self._group.offsets.get(source, 0) for source in sorted(sources)} | kept

    def assigned(self) -> set[Source]:
        """See `Subscription`."""
        return set(self._positions)

    def seek(self, source: Source, offset: int) -> bool:
        """See `Subscription`."""
        if source not in self._positions:
            return False
        self._positions[source] = offset
        return True

    async def start_offset(self, source: Source) -> int:
        """See `Subscription`."""

        async def ask(_: Fate) -> int:
            return self._group.network.broker.begins[source]

        return await self.wire.carry(ask, lost)

    async def lag(self) -> dict[Source, int]:
        """See `Subscription`."""

        async def ask(_: Fate) -> dict[Source, int]:
            broker = self._group.network.broker
            return {s: broker.end_offset(s, committed=True) - at for s, at in self._positions.items()}

        return await self.wire.carry(ask, lost)

    async def _poll(self) -> None:
        while not self._stopping:
            batch = await self._fetch()
            if not batch:
                await asyncio.sleep(0.05)
                continue
            first: dict[Source, int] = {}
            for entry in batch:
                first.setdefault((entry.topic, entry.partition), entry.offset)
            try:
                await self._handle(batch)
            except Exception:
                for source, offset in first.items():
                    self.seek(source, offset)
                await asyncio.sleep(0.02)
            else:
                self._commit()

    async def _fetch(self) -> list[Entry]:
        broker = self._group.network.broker
        batch: list[Entry] = []

        async def ask(_: Fate) -> None:
            for source in sorted(self._positions):
                found, position = broker.read(
                    source, self._positions[source], self._most - len(batch), committed=True
                )
                batch.extend(found)
                self._positions[source] = position

        try:
            await self.wire.carry(ask, lost)
        except Exception:  # its consumer asks again, from where it was
            for entry in reversed(batch):
                self.seek((entry.topic, entry.partition), entry.offset)
            return []
        return batch

    def _commit(self) -> None:
        if not self.wire.dead:
            self._group.offsets |= self._positions
