"""Consumers of one projection on the fakes of MongoDB and Kafka: processes that can be killed anywhere, and the truth."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from contracts.event import Event
from contracts.members import MembershipRegistered
from contracts.topics import PARTITIONS
from services.chassis.bootstrap import Bootstrap
from services.chassis.consumer import Consumer, Replayed, replay
from services.chassis.consumer.folding import identity
from services.chassis.consumer.reading import read
from services.chassis.projection import Change, Record
from services.chassis.read_models import InMemoryReadModels
from tests.kafka_in_memory import Broker, Entry, Network
from tests.kafka_in_memory.group import Group
from tests.mongo_in_memory import Server, connect
from tests.own_wire import OwnWire
from tests.system.bus import HANDLERS, TOPIC, Bus, ProjectionOn, Written, left, registered

BATCH = 7
MEMBERS = 6
TRUTH = ProjectionOn("members", HANDLERS)


@dataclass
class Fact:
    """One record of the log: where it stands, and what it means to a projection without a bug."""

    entry: Entry
    position: int
    stream: str
    changes: list[Change]


@dataclass
class Process:
    """A consumer (or a replay of dead letters) in a process of its own."""

    wire: OwnWire
    consumer: Consumer | None
    stop: asyncio.Event
    task: asyncio.Task[Any]


class ReadSide:
    """A log, its consumers, and a bug: `bugs` says for which streams the handler breaks, or MongoDB refuses what it makes."""

    def __init__(self, clock: Any) -> None:
        self.server = Server(clock)
        self.broker = Broker(clock)
        self.network = Network(self.broker)
        self.group = Group(self.network, PARTITIONS)
        self.bus = Bus(Bootstrap("nowhere"), TOPIC)
        self.bugs: dict[str, str] = {}
        self.projection = ProjectionOn("members", {**HANDLERS, MembershipRegistered: self._registered})
        self.facts: dict[int, list[Fact]] = defaultdict(list)
        self.strangers: list[Entry] = []
        self.processes: list[Process] = []
        self.reached: dict[int, tuple[int, int]] = {}
        self._started = 0

    def instead_of_kafka(self) -> AbstractContextManager[Any]:
        """While it is open, the chassis' consumers join our group."""
        return patch("services.chassis.consumer.running.Subscription", self.group.subscription)

    def _registered(self, event: MembershipRegistered, record: Record) -> list[Change]:
        bug = self.bugs.get(event.membership_id)
        if bug == "breaks":
            raise KeyError(event.membership_id)
        changes: list[Change] = HANDLERS[MembershipRegistered](event, record)
        if bug == "refused":
            changes.append(Change("facets", {"kind": "overflow"}, set={"n": 2**70}))
        return changes

    # --- what happens ---

    def say(self, number: int, *, ends: bool = False, damaged: bool = False) -> None:
        """One more event of a membership; `damaged` so that no projection can read it."""
        written = self.bus.next(left(number) if ends else registered(number))
        envelope: Any = read(written)
        event: Event = envelope.parsed()
        changes = TRUTH.changes(Record(envelope, event, TOPIC, written.partition))
        if damaged:
            written = written.with_header("ce_actor", None)
        entry = self._append(written)
        self.facts[entry.partition].append(Fact(entry, written.position, envelope.subject, changes))

    def say_something_strange(self, number: int) -> None:
        """A record that stands on no chain: its position cannot be read."""
        written = (
            Bus(Bootstrap("nowhere"), TOPIC).next(registered(number)).with_header("ce_position", b"\xff")
        )
        self.strangers.append(self._append(written))

    def _append(self, written: Written) -> Entry:
        place = (written.topic, written.partition)
        return self.broker.append(place, 0, written.key, written.value, written.headers)

    def consume(self) -> Process:
        """Start one more consumer."""
        wire, database, address = self._way_in()
        consumer = Consumer("test", database, address, self.projection, max_records=BATCH)
        stop = asyncio.Event()
        task = asyncio.create_task(consumer.run(stop))
        self.processes.append(Process(wire, consumer, stop, task))
        return self.processes[-1]

    def replay(self, stream: str = "") -> Process:
        """Start a replay of dead letters."""
        wire, database, _ = self._way_in()
        task: asyncio.Task[Replayed] = asyncio.create_task(replay(database, self.projection, stream=stream))
        self.processes.append(Process(wire, None, asyncio.Event(), task))
        return self.processes[-1]

    def _way_in(self) -> tuple[OwnWire, Any, Bootstrap]:
        wire = OwnWire()
        self._started += 1
        return wire, connect(self.server, wire), self.network.address(f"process {self._started}", wire)

    async def bury(self) -> None:
        """Processes that died or ended are gone, and the group has noticed. Raises what a consumer ended with."""
        for process in list(self.processes):
            if process.wire.dead:
                process.task.cancel()
                self.group.members = [one for one in self.group.members if one.wire is not process.wire]
                await asyncio.wait([process.task], timeout=5)
            elif not process.task.done():
                continue
            elif process.consumer is not None:
                process.task.result()
            else:
                process.task.exception()  # a replay may meet any trouble
            self.processes.remove(process)

    # --- what is so ---

    def _kept(self, collection: str) -> list[dict[str, Any]]:
        return [one for key, one in self.server.majority.items() if key[0] == collection]

    def checkpoints(self) -> dict[int, dict[str, Any]]:
        """Partition → its checkpoint's document."""
        return {one["partition"]: one for one in self._kept("checkpoints")}

    def letters(self, partition: int) -> dict[int, dict[str, Any]]:
        """Position → dead letter."""
        found = [one for one in self._kept("dead_letters") if one["partition"] == partition]
        return {one["position"]: one for one in found if one["position"] is not None}

    def strange(self) -> set[tuple[int, int]]:
        """Partition and offset of the dead letters that stand on no chain."""
        return {
            (one["partition"], one["offset"]) for one in self._kept("dead_letters") if one["position"] is None
        }

    def assert_sound(self) -> None:
        """What holds at every moment: the read models are the fold of what the checkpoints say, but for dead letters."""
        models = InMemoryReadModels()
        for partition, checkpoint in self.checkpoints().items():
            now = (checkpoint["position"], checkpoint["revision"])
            before = self.reached.get(partition, (0, 0))
            assert now[0] >= before[0], "a checkpoint went back"
            assert now[1] >= before[1], "a checkpoint was put back"
            self.reached[partition] = now
            passed = [fact for fact in self.facts[partition] if fact.position <= now[0]]
            assert now[0] == (passed[-1].position if passed else 0)
            letters = self.letters(partition)
            self._assert_parked(passed, letters, set(checkpoint["parked"]))
            for fact in passed:
                if fact.position not in letters:
                    models.apply(fact.changes)
        for name in ("shards", "facets"):
            wanted = {identity(dict(key)): one for key, one in models.documents.get(name, {}).items()}
            found = {one["_id"]: one for one in self._kept(f"members.v1.{name}")}
            assert {key: {**one, "_id": key} for key, one in wanted.items()} == found

    def _assert_parked(self, passed: Sequence[Fact], letters: dict[int, Any], parked: set[str]) -> None:
        assert letters.keys() <= {fact.position for fact in passed}, "a letter of what was not reached"
        for fact in passed:
            if fact.position in letters:
                letter = letters[fact.position]
                assert (letter["offset"], letter["stream"]) == (fact.entry.offset, fact.stream)
                assert (letter["key"], letter["value"]) == (fact.entry.key, fact.entry.value)
        for stream in {fact.stream for fact in passed}:
            positions = [fact.position for fact in passed if fact.stream == stream]
            aside = [position for position in positions if position in letters]
            assert aside == positions[len(positions) - len(aside) :], "the first that broke and all behind it"
            assert not aside or stream in parked, "letters of a stream that goes on"

    def assert_complete(self) -> None:
        """What holds when everything was read."""
        self.assert_sound()
        checkpoints = self.checkpoints()
        for partition, facts in self.facts.items():
            last = facts[-1].position if facts else 0
            assert (checkpoints[partition]["position"] if partition in checkpoints else 0) == last
        assert self.strange() == {(one.partition, one.offset) for one in self.strangers}
        for partition, checkpoint in checkpoints.items():
            assert set(checkpoint["parked"]) == {one["stream"] for one in self.letters(partition).values()}
