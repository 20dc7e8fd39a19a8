"""What is left of a run: each service's log, what its topic holds, and who committed what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import Message

from contracts.envelope import Envelope
from contracts.topics import topic_of
from services.chassis.projection import Record
from services.chassis.settings import ADMIN
from tests.chaos.town import KINDS, Town
from tests.system.relay_stack import read_topic


@dataclass(frozen=True, slots=True)
class Committed:
    """One commit of a log, in short."""

    actor: str
    stream: str
    version: int
    types: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """Read once. `records` by partition and offset, as they lie there, repeats included."""

    commits: Mapping[str, Mapping[str, Committed]]
    """Service → command id → its commit."""
    records: Mapping[str, list[tuple[Message, Envelope]]]
    """Service → what its topic holds."""

    def heard(self, service: str) -> list[Record]:
        """Every event of a service that is of a known type, once, as a consumer gets it."""
        found: dict[int, Record] = {}
        for message, envelope in self.records[service]:
            event, partition = envelope.parsed(), message.partition()
            if event is not None and partition is not None and envelope.position not in found:
                found[envelope.position] = Record(envelope, event, topic_of(service), partition)
        return list(found.values())

    @property
    def events(self) -> int:
        """How many events were said."""
        return sum(len(one.types) for commits in self.commits.values() for one in commits.values())

    @property
    def repeats(self) -> int:
        """Records that stand in a topic once more."""
        return sum(
            len(those) - len({envelope.position for _, envelope in those}) for those in self.records.values()
        )


async def evidence(town: Town) -> Evidence:
    """Read all of it."""
    commits: dict[str, dict[str, Committed]] = {}
    records: dict[str, list[tuple[Message, Envelope]]] = {}
    for service in KINDS["relay"]:
        found = town.kept(service).commits.find({}, {"command_id": 1, "actor": 1, "events.type": 1})
        commits[service] = {
            row["command_id"]: Committed(
                row["actor"],
                row["_id"]["stream"],
                row["_id"]["version"],
                tuple(event["type"] for event in row["events"]),
            )
            async for row in found
        }
        records[service] = await asyncio.to_thread(read_topic, town.settings.bus(ADMIN), topic_of(service))
    return Evidence(commits, records)
