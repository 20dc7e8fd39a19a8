"""Reacting: a batch's records become orders, carried out in order per stream; refusals are written down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from pymongo import UpdateOne

from contracts.event import Event
from contracts.ids import derived
from services.chassis.consumer.deciding import RecordRefused
from services.chassis.consumer.reading import why
from services.chassis.consumer.trouble import passing
from services.chassis.decider import Refused
from services.chassis.mongo import Database, Document, Session
from services.chassis.projection import Order, Reaction, Record

REACTION_REFUSALS = "reaction_refusals"
AT_ONCE = 32
"""Orders under way at the same time, each to another stream."""

Execute = Callable[[Order, Record, UUID], Awaitable[Refused | None]]
"""Carry out one order under this command id: the same id does it once. A refusal is returned, trouble is raised."""


@dataclass(frozen=True, slots=True)
class Reacting:
    """A reaction as the consumer runs it. Its version never changes: it is never rebuilt."""

    database: Database
    reaction: Reaction
    execute: Execute
    batch: int = 500

    @property
    def name(self) -> str:
        """See `Trade`."""
        return self.reaction.name

    @property
    def version(self) -> str:
        """See `Trade`."""
        return "reaction"

    @property
    def topics(self) -> tuple[str, ...]:
        """See `Trade`."""
        return self.reaction.topics

    def begin(self) -> Ordering:
        """See `Trade`."""
        return Ordering(self.database, self.reaction, self.execute)


class Ordering:
    """See `Work`."""

    def __init__(self, database: Database, reaction: Reaction, execute: Execute) -> None:
        self._refusals = database[REACTION_REFUSALS]
        self._reaction = reaction
        self._execute = execute
        self._orders: list[tuple[Order, Record, int]] = []
        self._refused: list[Document] = []
        self._log = structlog.get_logger().bind(reaction=reaction.name)

    def hears(self, cls: type[Event]) -> bool:
        """See `Taker`."""
        return cls in self._reaction.handlers

    def make(self, record: Record) -> list[Order]:
        """The orders of one record. Raises ValueError for two to one stream: they would share a command id."""
        orders = self._reaction.orders(record)
        if len({order.stream for order in orders}) != len(orders):
            raise ValueError("two orders to one stream")
        return orders

    def take(self, record: Record, offset: int, made: list[Order]) -> None:
        """Keep them for `perform`."""
        self._orders += [(order, record, offset) for order in made]

    async def perform(self) -> None:
        """Carry out all orders. Those of one source stream, and those to one target stream, follow one another; others
        run beside them. Raises RecordRefused for an order that can never be carried out, passing trouble as it is."""
        slots = asyncio.Semaphore(AT_ONCE)
        last: dict[tuple[str, str], asyncio.Task[None]] = {}
        tasks: list[asyncio.Task[None]] = []
        for order, record, offset in self._orders:
            streams = (("source", record.envelope.subject), ("target", order.stream))
            before = [last[stream] for stream in streams if stream in last]
            task = asyncio.create_task(self._carry_out(order, record, offset, before, slots))
            last.update(dict.fromkeys(streams, task))
            tasks.append(task)
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def write(self, session: Session) -> None:
        """The refusals, each once."""
        writes = [
            UpdateOne({"_id": document.pop("_id")}, {"$setOnInsert": document}, upsert=True)
            for document in self._refused
        ]
        if writes:
            await self._refusals.bulk_write(writes, ordered=False, session=session)

    async def _carry_out(
        self,
        order: Order,
        record: Record,
        offset: int,
        before: list[asyncio.Task[None]],
        slots: asyncio.Semaphore,
    ) -> None:
        await asyncio.gather(*before)  # what failed there fails here too: nobody overtakes
        command_id = derived(record.envelope.id, self._reaction.name, order.stream)
        async with slots:
            try:
                refused = await self._execute(order, record, command_id)
            except Exception as error:
                if passing(error):
                    raise
                raise RecordRefused((record.topic, record.partition, offset), why(error)) from error
        if refused is not None:
            self._write_down(refused, order, record, command_id)

    def _write_down(self, refused: Refused, order: Order, record: Record, command_id: UUID) -> None:
        document = {
            "_id": str(command_id),
            "reaction": self._reaction.name,
            "topic": record.topic,
            "partition": record.partition,
            "position": record.envelope.position,
            "event_id": record.envelope.id,
            "command": type(order.command).__name__,
            "stream": order.stream,
            "code": refused.code,
            "kind": refused.kind,
            "rule": refused.rule,
            "correlation_id": record.envelope.correlationid,
        }
        self._log.warning("reaction refused", **document)
        self._refused.append(document | {"at": datetime.now(UTC)})
