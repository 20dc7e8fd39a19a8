"""A service whose relay is under test: its topic, its database, a writer of commits, and what must always be true."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from confluent_kafka import Consumer, Message, TopicPartition

from contracts.envelope import Envelope, envelopes, from_headers
from contracts.members import AreaRegistered
from contracts.principals import rights_of
from contracts.topics import PARTITIONS, Topic
from deploy import bus_access
from deploy.local import bus_keys
from deploy.topics import ensure
from services.chassis.bootstrap import Bootstrap
from services.chassis.commit_store import MongoCommitStore
from services.chassis.commits import Commit, Recorded, to_bson
from services.chassis.mongo import Database
from services.chassis.relay import Relay, RelayState
from services.chassis.settings import ADMIN
from tests.local_stack import REPOSITORY, LocalStack

LEASE = 0.7


@dataclass
class Site:
    """One service of a test's own."""

    service: str
    database: Database
    bootstrap: Bootstrap
    """As the service itself: it may do what `rights_of` gives a service, and no more."""
    admin: Bootstrap
    stack: LocalStack
    written: list[Commit] = field(default_factory=list)
    heads: dict[str, Commit] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(2565))

    @property
    def topic(self) -> str:
        return Topic(self.service).name

    @property
    def events(self) -> int:
        return sum(len(commit.events) for commit in self.written)

    def commit(self, stream: str | None = None, events: int | None = None) -> Commit:
        """The next commit of a stream, one of twenty unless told, with one to three events."""
        stream = stream or f"area:{self.dice.randrange(20):036x}"
        head = self.heads.get(stream)
        version = head.version + 1 if head else 1
        now = datetime.now(UTC)
        recorded_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        said = [
            AreaRegistered(area="5104", on=recorded_at.date(), name_th="ลี้", name_en=f"Li {version} {n}")
            for n in range(events or self.dice.randint(1, 3))
        ]
        made = envelopes(
            subject=stream,
            version=version,
            previoushash=head.hash if head else "0" * 64,
            recorded_at=recorded_at,
            actor="officer-1",
            correlationid=str(uuid4()),
            causationid="",
            traceparent="",
            events=[(event, "0" * 64) for event in said],
        )
        new = Commit(
            stream=stream,
            version=version,
            events=tuple(Recorded(envelope) for envelope in made),
            command_id=uuid4(),
            fingerprint="f",
            actor="officer-1",
            recorded_at=recorded_at,
            correlation_id=made[0].correlationid,
        )
        self.heads[stream] = new
        return new

    async def write(self, commits: int) -> None:
        """Insert so many commits, as the group commit does it."""
        await self.insert([self.commit() for _ in range(commits)])

    async def insert(self, made: list[Commit]) -> None:
        """Insert these; they are acknowledged."""
        outcomes = await MongoCommitStore(self.database).append([to_bson(commit) for commit in made])
        assert {written.outcome for written in outcomes} == {"inserted"}
        self.written += made

    @asynccontextmanager
    async def writing(self, pause: float = 0.01) -> AsyncIterator[None]:
        """Commits go on coming meanwhile."""

        async def go_on() -> None:
            while True:
                await asyncio.shield(asyncio.ensure_future(self.write(self.dice.randint(1, 10))))
                await asyncio.sleep(pause)

        task = asyncio.create_task(go_on())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0.1)  # the insert that was under way

    def relay(self, lease_seconds: float = LEASE) -> Relay:
        """A relay in this process."""
        return Relay(self.service, self.database, self.bootstrap, lease_seconds=lease_seconds)

    @contextmanager
    def child(self, stop_at: str = "", naps: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
        """A relay in a process of its own; gone at the end, whatever it was."""
        more = {
            "CHUMCHON_STOP_AT": stop_at,
            "CHUMCHON_TEST_LEASE": str(LEASE),
            "CHUMCHON_TEST_NAPS": " ".join(naps),
        }
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.system.relay_child", self.service, self.database.name],
            cwd=REPOSITORY,
            env={**self.stack.env, **more},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield child
        finally:
            child.kill()  # a stopped process too
            child.communicate()

    async def finish(self) -> None:
        """A fresh relay sends the rest; then everything that must be true is."""
        async with running(self.relay()) as at_work:
            await at_work.until(lambda state: leads(state) and state.position == self.events)
        await self.assert_whole()

    async def assert_whole(self) -> None:
        """Every event in the topic once, positions without a gap, chains and order kept, nothing pending."""
        records = await self.records()
        said = {envelope.id: envelope for commit in self.written for envelope in _envelopes(commit)}
        assert sorted(envelope.position for _, envelope in records) == list(range(1, len(said) + 1))
        assert {envelope.id for _, envelope in records} == set(said)
        assert_chained(records)
        by_position = sorted(records, key=lambda pair: pair[1].position)
        assert_in_stream_order([envelope for _, envelope in by_position])
        assert_in_stream_order([envelope for _, envelope in records])
        times = [message.timestamp()[1] for message, _ in by_position]
        assert times == sorted(times)
        for message, envelope in records:
            assert envelope.hash == envelope.computed_hash() == said[envelope.id].hash
            assert envelope.data == said[envelope.id].data
            assert (message.key() or b"").decode() == envelope.subject
        assert await self.database.commits.count_documents({"pending": True}) == 0
        await self._assert_rounds(len(said))

    async def records(self) -> list[tuple[Message, Envelope]]:
        """All committed records. A transaction is committed before its markers are in the topic, and until then a
        reader does not see it; whoever takes the `transactional.id` waits for them."""
        async with AIOKafkaProducer(
            **self.bootstrap.aiokafka(), transactional_id=f"chumchon.{self.service}.relay"
        ):
            return await asyncio.to_thread(read_topic, self.bootstrap, self.topic)

    async def _assert_rounds(self, events: int) -> None:
        following, before = 1, datetime(1970, 1, 1, tzinfo=UTC)
        async for found in self.database.rounds.find().sort("_id", 1):
            assert found["_id"] == following
            assert found["at"] >= before
            following += found["count"]
            before = found["at"]
        assert following == events + 1


def _envelopes(commit: Commit) -> list[Envelope]:
    return [recorded.envelope for recorded in commit.events]


def assert_chained(records: list[tuple[Message, Envelope]]) -> None:
    """In each partition every record names the position before it, and a stream stays in one partition."""
    last: dict[int, int] = defaultdict(int)
    homes: dict[str, int] = {}
    for message, envelope in records:
        partition = message.partition()
        assert partition is not None
        assert envelope.previousposition == last[partition]
        last[partition] = envelope.position
        assert homes.setdefault(envelope.subject, partition) == partition


def assert_in_stream_order(said: list[Envelope]) -> None:
    """Versions and indexes of a stream only rise."""
    seen: dict[str, tuple[int, int]] = {}
    for envelope in said:
        here = (envelope.streamversion, envelope.eventindex)
        assert seen.get(envelope.subject, (0, -1)) < here
        seen[envelope.subject] = here


def read_topic(bootstrap: Bootstrap, topic: str) -> list[tuple[Message, Envelope]]:
    """All committed records, by partition and offset; with another client than the relay's."""
    consumer = Consumer(
        {
            **bootstrap.librdkafka(),
            "group.id": f"chumchon.{topic.split('.')[1]}.nobody",
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 20,
        }
    )
    try:
        consumer.assign([TopicPartition(topic, partition, 0) for partition in range(PARTITIONS)])
        found: list[tuple[Message, Envelope]] = []
        ends = 0
        while ends < PARTITIONS:
            for message in consumer.consume(10_000, timeout=0.05):
                if message.error():
                    assert message.error().code() == -191, message.error()  # the end of a partition
                    ends += 1
                else:
                    headers = [(name, raw) for name, raw in message.headers() or [] if isinstance(raw, bytes)]
                    found.append((message, from_headers(headers, message.value())))
        return sorted(found, key=lambda pair: (pair[0].partition(), pair[0].offset()))
    finally:
        consumer.close()


@dataclass
class AtWork:
    """A relay that runs in this process."""

    relay: Relay
    task: asyncio.Task[None]

    async def until(self, true_of: Callable[[RelayState], bool], seconds: float = 20) -> RelayState:
        """Wait until it holds of the relay's state; raises what the relay raised meanwhile."""
        async with asyncio.timeout(seconds):
            while not true_of(self.relay.state()):
                if self.task.done():
                    self.task.result()
                await asyncio.sleep(0.01)
        return self.relay.state()


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[AtWork]:
    """The relay at work; told to stop at the end, and awaited. Raises what it raised."""
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    try:
        yield AtWork(relay, task)
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


def leads(state: RelayState) -> bool:
    """It has taken over."""
    return state.role == "leader"


async def with_principal(stack: LocalStack, service: str) -> None:
    """A user for the service, with a service's rights."""
    password = bus_keys.password(stack.home, service)
    admin = stack.settings.bus(ADMIN)
    await asyncio.to_thread(bus_access.ensure, admin, {service: password}, {service: rights_of(service)})


async def new_site(stack: LocalStack, bootstrap: Bootstrap, database: Database) -> Site:
    """A service with an empty topic and an empty database."""
    service = f"test{uuid4().hex[:12]}"
    await ensure(bootstrap, (Topic(service),))
    await with_principal(stack, service)
    new = Site(service, database, stack.settings.bus(service), bootstrap, stack)
    await MongoCommitStore(database).prepare()
    return new
