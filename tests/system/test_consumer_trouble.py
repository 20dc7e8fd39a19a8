"""Trouble that passes: MongoDB away, a commit whose outcome is unknown, a transaction that a dead process left open."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from services.chassis.bootstrap import Bootstrap
from services.chassis.checkpoints import Checkpoints
from services.chassis.consumer import Consumer
from services.chassis.consumer.applying import Applying
from services.chassis.consumer.own_session import OwnSession
from services.chassis.consumer.preparing import prepare
from services.chassis.consumer.trades import trade_of
from services.chassis.mongo import Database, Session, connect, database
from tests.system.bus import HANDLERS, Bus, ProjectionOn, registered
from tests.system.consuming import bus, consuming, expected, held, until_caught_up

__all__ = ["bus"]
pytestmark = pytest.mark.system


@dataclass
class Prepared:
    """A projection that is ready to be applied, without Kafka, and what was felt."""

    applying: Applying
    projection: ProjectionOn
    felt: list[str] = field(default_factory=list)


async def prepared(database: Database, patience: float = 20.0) -> Prepared:
    projection = ProjectionOn("members", HANDLERS)
    trade = trade_of(database, projection)
    await prepare("test", database, Bootstrap("nowhere"), projection, trade)
    felt: list[str] = []
    return Prepared(Applying(database, trade, felt.append, patience), projection, felt)


def log(bus: Bus, length: int) -> list[Any]:
    return [replace(bus.next(registered(n)), offset=n) for n in range(length)]


@pytest.fixture
def writer() -> Bus:
    """A log that is never sent."""
    return Bus(Bootstrap("nowhere"), ProjectionOn("members", HANDLERS).topic)


@pytest.mark.parametrize("late", [False, True], ids=["before the commit", "after the commit"])
async def test_a_connection_lost_around_the_commit_doubles_nothing(
    writer: Bus, fresh_database: Database, monkeypatch: pytest.MonkeyPatch, late: bool
):
    lost = [True, True]
    inner = OwnSession.transaction

    @asynccontextmanager
    async def losing(self: OwnSession) -> AsyncIterator[Session]:
        async with inner(self) as session:
            yield session
            if not late and lost and lost.pop():
                raise AutoReconnect("the connection was lost")
        if late and lost and lost.pop():
            raise AutoReconnect("the connection was lost")

    monkeypatch.setattr(OwnSession, "transaction", losing)
    it = await prepared(fresh_database)
    records = log(writer, 50)
    await it.applying.apply(records)
    assert await held(fresh_database, it.projection) == expected(it.projection, records)
    assert it.felt
    assert all(trouble.startswith("AutoReconnect in ") for trouble in it.felt)


async def test_a_transaction_that_a_dead_process_left_open_is_ended(writer: Bus, fresh_database: Database):
    it = await prepared(fresh_database)
    records = log(writer, 50)
    dead = OwnSession(fresh_database, "members", it.projection.version)
    left_open = dead.transaction()
    session = await left_open.__aenter__()
    checkpoints = Checkpoints(fresh_database, "members", it.projection.version)
    await checkpoints.advance(
        {c: replace(c, position=99) for c in (await checkpoints.all()).values()}, session
    )
    began = time.monotonic()
    await it.applying.apply(records)
    assert time.monotonic() - began < 10, "not the minute that MongoDB would have waited"
    assert await held(fresh_database, it.projection) == expected(it.projection, records)
    with pytest.raises(Exception, match=r"aborted|NoSuchTransaction"):
        await left_open.__aexit__(None, None, None)


async def test_trouble_that_outlasts_our_patience_gives_the_batch_back(
    writer: Bus, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
):
    async def away(self: Checkpoints, sources: Any) -> Any:
        raise AutoReconnect("away")

    it = await prepared(fresh_database, patience=0.3)
    monkeypatch.setattr(Checkpoints, "load", away)
    with pytest.raises(AutoReconnect):
        await it.applying.apply(log(writer, 3))


async def test_a_batch_that_was_given_back_comes_again_and_is_applied_once(
    bus: Bus, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
):
    projection = ProjectionOn("members", HANDLERS, topic=bus.topic)
    inner, tries = Checkpoints.load, iter(range(1000))

    async def away_at_first(self: Checkpoints, sources: Any) -> Any:
        if next(tries) < 12:
            raise AutoReconnect("away")
        return await inner(self, sources)

    async with consuming(fresh_database, bus, projection, patience_seconds=0.1) as consumer:
        await until_caught_up(consumer)
        monkeypatch.setattr(Checkpoints, "load", away_at_first)
        records = await bus.say([registered(n) for n in range(60)])
        async with asyncio.timeout(20):
            while not consumer.state().last_error:
                await asyncio.sleep(0.02)
            assert not consumer.state().ready
            while await held(fresh_database, projection) != expected(projection, records):
                await asyncio.sleep(0.1)
        assert (await until_caught_up(consumer)).ready


async def test_a_consumer_waits_for_a_mongodb_that_is_not_there_yet_and_says_so():
    nowhere = database(connect("mongodb://127.0.0.1:1/?replicaSet=rs0", timeout_ms=200), "nowhere")
    stop = asyncio.Event()
    consumer = Consumer("test", nowhere, Bootstrap("127.0.0.1:1"), ProjectionOn("members", HANDLERS))
    running = asyncio.create_task(consumer.run(stop))
    async with asyncio.timeout(10):
        while not consumer.state().last_error:
            await asyncio.sleep(0.05)
    assert "ServerSelectionTimeoutError" in consumer.state().last_error
    assert not consumer.state().ready
    stop.set()
    await asyncio.wait_for(running, 10)
