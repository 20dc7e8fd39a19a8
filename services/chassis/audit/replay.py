"""`replay`: the log folded anew into a scratch database, with the very same projections, up to a moment or a vector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from contracts.topics import PARTITIONS
from services.chassis.audit.findings import Findings
from services.chassis.audit.processes import in_processes, shares
from services.chassis.audit.read_model_digest import Digest, digests
from services.chassis.audit.replay_share import Replayed, Scratch, replay_alone, replay_share
from services.chassis.audit.topic_reader import CouldNotLook, settled_ends
from services.chassis.audit.until import Until
from services.chassis.audit.verifying import Where, positions_judged
from services.chassis.checkpoints import Checkpoint, Checkpoints
from services.chassis.dead_letters import DeadLetters
from services.chassis.mongo import Database, connect, database
from services.chassis.mongo_read_models import MongoReadModels
from services.chassis.projection import Projection
from services.chassis.read_models import ReadModels
from services.chassis.versions import Versions


@dataclass(slots=True)
class Replay:
    """What a replay came to. `database` is the scratch, there as long as the block lasts."""

    database: Database
    projections: Sequence[Projection]
    vector: dict[str, dict[int, int]] = field(default_factory=dict)
    events: int = 0
    repeats: int = 0
    open_topics: list[str] = field(default_factory=list)
    """As of a moment: topics in which nothing was published later yet, so that more may still come before it."""
    put_aside: dict[str, int] = field(default_factory=dict)
    """Projection → records that broke it (its dead letters)."""
    digests: dict[str, Digest] = field(default_factory=dict)
    """`<projection>.<collection>` → how many documents, and one hash over all of them."""
    findings: Findings = field(default_factory=Findings)

    @property
    def final(self) -> bool:
        """Whether a later replay must come to the same."""
        return not self.open_topics

    @property
    def whole(self) -> bool:
        """Every position and chain is right, and every record was applied."""
        return not len(self.findings) and not any(self.put_aside.values())

    def models(self, projection: str) -> ReadModels:
        """The read models as they were then."""
        return MongoReadModels(self.database, projection)

    def row(self) -> dict[str, Any]:
        """For programs."""
        return {
            "whole": self.whole,
            "final": self.final,
            "open_topics": self.open_topics,
            "events": self.events,
            "repeats": self.repeats,
            "put_aside": self.put_aside,
            "vector": {t: {str(p): n for p, n in ps.items()} for t, ps in self.vector.items()},
            "read_models": {name: one.row() for name, one in self.digests.items()},
            "faults": dict(self.findings.counts),
            "findings": [finding.row() for finding in self.findings.rows],
        }


@asynccontextmanager
async def replayed(
    where: Where,
    projections: Sequence[Projection],
    until: Until,
    *,
    jobs: int = 0,
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> AsyncIterator[Replay]:
    """Fold the log from Kafka up to `until`; the scratch is dropped at the end of the block. The live system is left alone.

    `where.database` is the service's own, from whose name that of the scratch is made. `tell(done, of)`: events, of at
    most so many. Raises CouldNotLook where Kafka or MongoDB cannot be read.
    """
    client = connect(where.mongo)
    scratch = f"{where.database}_replay_{token_hex(4)}"
    try:
        kept = database(client, scratch)
        try:
            replay = await _replayed(where, kept, tuple(projections), until, jobs, tell)
        except (PyMongoError, KafkaError, TimeoutError, OSError) as error:
            raise CouldNotLook(f"{where.service}: {type(error).__name__}: {str(error)[:300]}") from error
        yield replay
    finally:
        await client.drop_database(scratch)
        client.close()


async def _replayed(
    where: Where,
    kept: Database,
    projections: tuple[Projection, ...],
    until: Until,
    jobs: int,
    tell: Callable[[int, int], None],
) -> Replay:
    topics = sorted({topic for one in projections for topic in one.topics})
    ends = {topic: await settled_ends(where.bootstrap, topic, range(PARTITIONS)) for topic in topics}
    for one in projections:
        await Versions(kept, one.name).prepare(one.version, one.indexes)
        sources = [(topic, partition) for topic in one.topics for partition in range(PARTITIONS)]
        starts = {source: Checkpoint(source) for source in sources}
        await Checkpoints(kept, one.name, one.version).create(starts)
    scratch = Scratch(where.mongo, kept.name, where.bootstrap, ends, projections, until)
    of = sum(end for partitions in ends.values() for end in partitions.values())
    parts = shares(jobs, of)
    if len(parts) > 1:
        each = [(scratch, part) for part in parts]
        told = await in_processes(replay_alone, each, lambda done: tell(done, of))
    else:
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            tell(done, of)

        told = [await replay_share(scratch, parts[0], kept, count)]
    return await _together(Replay(kept, projections), until, topics, [one for part in told for one in part])


async def _together(replay: Replay, until: Until, topics: Sequence[str], parts: Sequence[Replayed]) -> Replay:
    for topic in topics:
        of_topic = [part for part in parts if part.topic == topic]
        replay.vector[topic] = dict(sorted((p, n) for part in of_topic for p, n in part.reached.items()))
        replay.events += sum(part.events for part in of_topic)
        replay.repeats += sum(part.repeats for part in of_topic)
        replay.findings.merge(part.findings for part in of_topic)
        if until.moment is not None:
            later = any(part.later for part in of_topic)
            if not later:
                replay.open_topics.append(topic)
            # where something later is there, what is missing before it is not under way: it is missing
            judged = [_closed(part) for part in of_topic] if later else [part.positions for part in of_topic]
            positions_judged(topic.split(".")[1], judged, replay.findings)
    for one in replay.projections:
        replay.put_aside[one.name] = await DeadLetters(replay.database, one.name, one.version).count()
        if not len(replay.findings):
            found = await digests(replay.database, one.name, one.version)
            replay.digests |= {f"{one.name}.{name}": digest for name, digest in found.items()}
    return replay


def _closed(part: Replayed) -> Any:
    part.positions.settled = part.positions.last
    return part.positions
