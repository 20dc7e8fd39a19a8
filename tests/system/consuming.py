"""What the consumer's system tests share: a fresh topic, a consumer in this process, and what the read models hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from services.chassis.bootstrap import Bootstrap
from services.chassis.consumer import Consumer, ConsumerState, Halt
from services.chassis.consumer.folding import identity
from services.chassis.consumer.reading import read
from services.chassis.mongo import Database
from services.chassis.projection import Projection, Reaction, Record
from services.chassis.read_models import InMemoryReadModels
from tests.system.bus import Bus, ProjectionOn, Written

WAIT = 40.0


@pytest.fixture
async def bus(kafka_bootstrap: Bootstrap) -> Bus:
    """A topic of the test's own."""
    return await Bus(kafka_bootstrap, f"test-{uuid4().hex}").create()


@asynccontextmanager
async def consuming(
    database: Database, bus: Bus, work: Projection | Reaction, **options: Any
) -> AsyncIterator[Consumer]:
    """A consumer that runs meanwhile and is stopped afterwards; what it dies of is raised."""
    stop = asyncio.Event()
    consumer = Consumer("test", database, bus.bootstrap, work, watch_seconds=0.1, **options)
    running = asyncio.create_task(consumer.run(stop))
    body = asyncio.current_task()
    assert body is not None
    died = False

    def interrupt(task: asyncio.Task[None]) -> None:
        nonlocal died
        if not stop.is_set():
            died = True
            body.cancel()

    running.add_done_callback(interrupt)
    try:
        yield consumer
    except asyncio.CancelledError:
        if not died:
            raise
    finally:
        stop.set()
        await running


async def until_caught_up(consumer: Consumer) -> ConsumerState:
    """Wait until nothing lies beyond its position, seen by a look that began later than this call."""
    async with asyncio.timeout(WAIT):
        for _ in range(2):
            before = consumer.state().seen_at
            while consumer.state().seen_at == before:
                await asyncio.sleep(0.02)
        while not (consumer.state().caught_up and len(consumer.state().assigned) == 12):
            await asyncio.sleep(0.02)
    return consumer.state()


async def until_halted(consumer: Consumer, seconds: float = 30) -> Halt:
    """Wait until it stands still at a record."""
    async with asyncio.timeout(seconds):
        while (halt := consumer.state().halted) is None:
            await asyncio.sleep(0.05)
    return halt


async def held(database: Database, projection: Projection) -> dict[str, dict[str, Any]]:
    """The documents of a version of the projection in MongoDB: collection → `_id` → fields."""
    found: dict[str, dict[str, Any]] = {}
    for collection in ("shards", "facets"):
        documents = database[f"{projection.name}.{projection.version}.{collection}"].find()
        found[collection] = {document.pop("_id"): document async for document in documents}
    return found


def expected(projection: ProjectionOn, records: Iterable[Written]) -> dict[str, dict[str, Any]]:
    """The same by the fake, from the records of the log in their order, each once."""
    models = InMemoryReadModels()
    for record in sorted(records, key=lambda one: one.position):
        envelope: Any = read(record)
        event = envelope.parsed()
        if event is not None:
            models.apply(projection.changes(Record(envelope, event, record.topic, record.partition)))
    return {
        name: {identity(dict(key)): doc for key, doc in models.documents.get(name, {}).items()}
        for name in ("shards", "facets")
    }


async def positions(database: Database, projection: Projection) -> dict[int, int]:
    """Partition → position of the checkpoints, without those at 0."""
    query = {"projection": projection.name, "version": projection.version, "position": {"$gt": 0}}
    return {doc["partition"]: doc["position"] async for doc in database["checkpoints"].find(query)}
