"""The way back for a halted view: a record is left out, or the view goes on as the topic is now; both are written down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiokafka import TopicPartition

from services.chassis.audit.topic_reader import consumer_of
from services.chassis.bootstrap import Bootstrap
from services.chassis.checkpoints import CHECKPOINTS, Checkpoint, Checkpoints, Source
from services.chassis.consumer.halted_views import Ending, HaltedViews
from services.chassis.consumer.halts import Halt, Why
from services.chassis.consumer.reading import fingerprint, read
from services.chassis.consumer.skips import Place, Skip, SkippedRecords
from services.chassis.mongo import Database
from services.chassis.transactions import transaction
from services.chassis.versions import Versions

REACTION = "reaction"
"""The version of every reaction: it is never built again."""

NOTICE_SECONDS = 3.0
"""Until every process of a view has seen that it is halted: they look every second."""


class NoSuchRecord(LookupError):
    """There is no record at this place (a transaction's marker has none)."""


@dataclass(slots=True)
class LeftOut:
    """What leaving a record out came to, by view: those that go on, are built again, were set back; and those that acted on
    it long ago, which only a person can mend."""

    record: Skip
    go_on: list[str] = field(default_factory=list)
    built_again: list[str] = field(default_factory=list)
    set_back: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)


async def leave_out(
    database: Database,
    bootstrap: Bootstrap,
    place: Place,
    *,
    by: str,
    why: str,
    pause: float = NOTICE_SECONDS,
) -> LeftOut:
    """Leave one record out of every view of a service, in every rebuild too; whoever had passed it is built again.

    May be run again: what was interrupted is completed. Raises NoSuchRecord, KafkaError, the driver's error.
    """
    skip = await _record(bootstrap, place, by, why)
    await SkippedRecords(database).add(skip)
    ending = Ending(by, why, f"skip {place[0]}/{place[1]}/{place[2]}")
    told, views = LeftOut(skip), HaltedViews(database)
    for name, version, checkpoint in await _standing(database, skip.source):
        halt = await views.find(name, version)
        if checkpoint.offset < place[2] or not skip.position:
            if halt is not None and halt.record == f"{place[0]}/{place[1]}/{place[2]}":
                await views.end(name, version, ending)
                told.go_on.append(name)
        elif version != REACTION:
            await _again(database, name, version, ending, pause)
            told.built_again.append(name)
        elif checkpoint.position == skip.position:
            await _set_back(database, name, checkpoint, skip)
            await views.end(name, version, ending)
            told.set_back.append(name)
        else:
            told.by_hand.append(name)
    return told


async def resume(
    database: Database, view: str, *, by: str, why: str, rebuild: bool = False, pause: float = NOTICE_SECONDS
) -> bool:
    """Let a halted view go on with the topic as it is now, from its checkpoint or (`rebuild`) from the start. False if no
    version of it is halted. It halts again where the topic is still wrong. Raises ValueError for a reaction to rebuild."""
    views, found = HaltedViews(database), False
    for halt in await views.all():
        if halt["view"] != view:
            continue
        found = True
        if rebuild and halt["version"] == REACTION:
            raise ValueError(f"{view} is a reaction: what it did is done, and is never built again")
        if rebuild:
            await _again(database, view, halt["version"], Ending(by, why, "rebuild"), pause)
        else:
            await views.end(view, halt["version"], Ending(by, why, "resume"))
    return found


async def _again(database: Database, name: str, version: str, ending: Ending, pause: float) -> None:
    """Empty a version; its consumer builds it again. Halted meanwhile, and, if we are interrupted, after."""
    views = HaltedViews(database)
    text = "it is being emptied, to be built again"
    await views.write(name, version, Halt(Why.REBUILDING, ("", 0), -1, 0, "", text))
    await asyncio.sleep(pause)
    await Versions(database, name).empty(version)
    await views.end(name, version, ending)


async def _set_back(database: Database, name: str, old: Checkpoint, skip: Skip) -> None:
    """A reaction to where it was before the record: its orders are done once, whatever comes again."""
    new = replace(old, position=skip.previousposition, offset=skip.place[2], last="", left_out=0)
    async with transaction(database) as session:
        await Checkpoints(database, name, REACTION).advance({old: new}, session)


async def _standing(database: Database, source: Source) -> list[tuple[str, str, Checkpoint]]:
    """Every version of every view that reads a partition, with its checkpoint there."""
    found = database[CHECKPOINTS].find({"topic": source[0], "partition": source[1]})
    named: list[Mapping[str, Any]] = [document async for document in found]
    standing = []
    for document in named:
        name, version = document["projection"], document["version"]
        checkpoints = await Checkpoints(database, name, version).load([source])
        standing.append((name, version, checkpoints[source]))
    return standing


async def _record(bootstrap: Bootstrap, place: Place, by: str, why: str) -> Skip:
    """The record at a place, as what is to be left out."""
    tp = TopicPartition(*place[:2])
    consumer = consumer_of(bootstrap)
    await consumer.start()
    try:
        consumer.assign([tp])
        begin, end = (await consumer.beginning_offsets([tp]))[tp], (await consumer.end_offsets([tp]))[tp]
        if not begin <= place[2] < end:
            raise NoSuchRecord(f"{place[0]}/{place[1]} has offsets {begin} to {end - 1}")
        consumer.seek(tp, place[2])
        while await consumer.position(tp) <= place[2]:
            for raw in (await consumer.getmany(tp, timeout_ms=200, max_records=1)).get(tp, ()):
                if raw.offset != place[2]:
                    raise NoSuchRecord(f"the offset {place[2]} of {place[0]}/{place[1]} is no record")
                found = read(raw)
                previous = found.previousposition
                identity = found.id if len(found.id) == 36 else ""
                at = datetime.now(UTC)
                bytes_ = fingerprint(raw)
                return Skip(place, bytes_, found.position or 0, previous, identity, by, why, at)
        raise NoSuchRecord(f"the offset {place[2]} of {place[0]}/{place[1]} is no record")
    finally:
        await consumer.stop()
