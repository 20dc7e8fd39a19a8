"""Relays on the fakes of MongoDB and Kafka: processes that can be killed anywhere, a writer of commits, and the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from bson import decode

from contracts.envelope import GENESIS, Envelope, from_headers
from contracts.ids import derived, event_id
from contracts.topics import Topic
from services.chassis.bootstrap import Bootstrap
from services.chassis.commits import commit_id, commit_of, to_bson
from services.chassis.relay import Relay
from services.chassis.relay.partition import partition_of
from services.chassis.republish import Republish
from tests.kafka_in_memory import Broker, Entry, Network
from tests.mongo_in_memory import Server, connect
from tests.mongo_in_memory.server import AWARE, stored
from tests.notebook import marked
from tests.own_wire import OwnWire

SERVICE = "members"
TOPIC = Topic(SERVICE).name
LEASE = 2.0
STREAMS = tuple(f"notebook:{n}" for n in range(5))
PATCHED = ("services.chassis.relay.sender", "services.chassis.relay.topic")


@dataclass
class Process:
    """A relay (or a republish) in a process of its own."""

    wire: OwnWire
    work: Any
    stop: asyncio.Event
    task: asyncio.Task[Any]


class Site:
    """One service: its MongoDB, its topic, and the processes at work on them."""

    def __init__(self, clock: Any) -> None:
        self.server = Server(clock)
        self.broker = Broker(clock, marker_seconds=0.002)
        self.broker.widths[TOPIC] = 12
        self.network = Network(self.broker)
        self.processes: list[Process] = []
        self._started = 0
        self._skew = timedelta()
        self._read: dict[int, tuple[Entry, Envelope]] = {}

    def relay(self) -> Process:
        """Start one more relay."""
        database, address, wire = self._way_in()
        relay = Relay(SERVICE, database, address, lease_seconds=LEASE, clock=lambda: self.server.now)
        stop = asyncio.Event()
        return self._process(wire, relay, stop, asyncio.create_task(relay.run(stop)))

    def republish(self) -> Process:
        """Start to complete the topic."""
        database, address, wire = self._way_in()
        republish = Republish(SERVICE, database, address, lease_seconds=LEASE)
        return self._process(wire, republish, asyncio.Event(), asyncio.create_task(republish.run()))

    def _way_in(self) -> tuple[Any, Bootstrap, OwnWire]:
        wire = OwnWire()
        self._started += 1
        return connect(self.server, wire), self.network.address(f"process {self._started}", wire), wire

    def _process(self, wire: OwnWire, work: Any, stop: asyncio.Event, task: asyncio.Task[Any]) -> Process:
        self.processes.append(Process(wire, work, stop, task))
        return self.processes[-1]

    async def bury(self) -> None:
        """Processes that died or ended are gone. Raises what one ended with by itself."""
        for process in list(self.processes):
            if process.wire.dead:
                process.task.cancel()
                await asyncio.gather(process.task, return_exceptions=True)
            elif process.task.done():
                process.task.result()
            else:
                continue
            self.processes.remove(process)

    def clock_moves(self, seconds: int) -> None:
        """The writers' clock, backwards too."""
        self._skew = timedelta(seconds=seconds)

    def write(self, stream: str, events: int) -> None:
        """The next commit of a stream, after what the primary has."""
        there = [
            d
            for key, d in self.server.primary.items()
            if key[0] == "commits" and d["_id"]["stream"] == stream
        ]
        head = max(there, key=lambda document: document["_id"]["version"], default=None)
        version = head["_id"]["version"] + 1 if head else 1
        moment = self.server.now + self._skew
        self._started += 1
        commit = commit_of(
            stream=stream,
            version=version,
            previoushash=head["events"][-1]["hash"] if head else GENESIS,
            events=[(marked(f"{self._started} {n}"), None, GENESIS, "") for n in range(events)],
            command_id=derived("command", self._started),
            fingerprint="f",
            actor="officer-1",
            recorded_at=max(moment, head["recorded_at"]) if head else moment,
            correlation_id="c-1",
        )
        key = ("commits", stored({"_id": commit_id(stream, version)}))
        self.server.write(key, decode(to_bson(commit), AWARE))

    # --- what is so ---

    def commits(self) -> dict[tuple[str, int], dict[str, Any]]:
        """What a majority has."""
        found = (d for key, d in self.server.majority.items() if key[0] == "commits")
        return {(d["_id"]["stream"], d["_id"]["version"]): d for d in found}

    def rounds(self) -> list[dict[str, Any]]:
        """In order."""
        found = [d for key, d in self.server.majority.items() if key[0] == "rounds"]
        return sorted(found, key=lambda document: document["_id"])

    def records(self) -> list[tuple[Entry, Envelope]]:
        """What is committed in the topic, by partition and offset."""
        return self._envelopes(self.broker.committed(TOPIC))

    def _envelopes(self, entries: Iterable[Entry]) -> list[tuple[Entry, Envelope]]:
        found = []
        for entry in entries:
            if id(entry) not in self._read:
                self._read[id(entry)] = (entry, from_headers(entry.headers, entry.value))
            found.append(self._read[id(entry)])
        return found

    def positioned(self) -> Iterator[tuple[int, str, int, int]]:
        """Position, stream, version and index of every event, by the rounds."""
        position = 0
        commits = self.commits()
        for found in self.rounds():
            assert found["_id"] == position + 1, "rounds follow one another without a gap"
            for key in found["commits"]:
                for index in range(len(commits[key["stream"], key["version"]]["events"])):
                    position += 1
                    yield position, key["stream"], key["version"], index
            assert position == found["_id"] + found["count"] - 1

    def assert_sound(self) -> None:
        """What holds at every moment, however much is still under way."""
        placed = {position: (stream, version, n) for position, stream, version, n in self.positioned()}
        commits, records = self.commits(), self.records()
        last = dict.fromkeys(range(12), 0)
        seen: set[int] = set()
        for entry, envelope in records:
            assert envelope.position not in seen, f"position {envelope.position} twice"
            seen.add(envelope.position)
            assert envelope.previousposition == last[entry.partition], "a chain in every partition"
            last[entry.partition] = envelope.position
            assert envelope.position in placed, "sent before a majority had its round"
            stream, version, index = placed[envelope.position]
            assert envelope.id == str(event_id(stream, version, index))
            assert envelope.hash == commits[stream, version]["events"][index]["hash"]
            assert (entry.partition, entry.key) == (partition_of(stream), stream.encode())
        positions: dict[tuple[str, int], list[int]] = {}
        order: dict[str, list[tuple[int, int]]] = {}
        for position, (stream, version, index) in placed.items():
            positions.setdefault((stream, version), []).append(position)
            order.setdefault(stream, []).append((version, index))
        for stream, places in order.items():
            assert places == sorted(set(places)), f"{stream} is in order and once"
            assert {version for version, _ in places} == set(range(1, places[-1][0] + 1)), (
                "no version left out"
            )
        # What the broker first committed and then aborted is sent again by the next relay: `assert_complete`.
        seen |= {envelope.position for _, envelope in self._envelopes(self.broker.betrayed(TOPIC))}
        for key, commit in commits.items():
            if "pending" not in commit:
                assert key in positions, "settled, but in no round"
                assert seen.issuperset(positions[key]), "settled, but not in the topic"
        rounds = self.rounds()
        for before, after in pairwise(rounds):
            assert before["at"] <= after["at"]
            assert before["epoch"] <= after["epoch"], "a relay that had lost its lease wrote a round"

    def assert_complete(self) -> None:
        """What holds when all is sent."""
        self.assert_sound()
        events = sum(len(commit["events"]) for commit in self.commits().values())
        assert sorted(envelope.position for _, envelope in self.records()) == list(range(1, events + 1))
        assert not any("pending" in commit for commit in self.commits().values())
