"""Deciding a batch: which records are applied, skipped, put aside, and where a hole stops a partition. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from contracts.envelope import Envelope
from contracts.event import Event, event_type
from contracts.topics import SERVICES, topic_of
from services.chassis.checkpoints import Checkpoint, Source
from services.chassis.consumer.chain import Verdict, verdict
from services.chassis.consumer.halts import Why, halted
from services.chassis.consumer.reading import Damaged, Raw, letter, mark, read, same, why
from services.chassis.consumer.skips import NONE, Place, Skips
from services.chassis.consumer.walk import Walk, hole_before
from services.chassis.dead_letters import Letter
from services.chassis.projection import Record

LETTERS_PER_BATCH = 100
"""More records than this that break in one batch are a bug of ours, not faults of records."""

_OWNERS = {topic_of(service): service for service in SERVICES}


class RecordRefused(Exception):
    """This record cannot be applied, which showed only after it was taken in: put it aside and decide again."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


class Taker(Protocol):
    """What is done with records that the chain lets through."""

    def hears(self, cls: type[Event]) -> bool:
        """Whether events of this class do anything here."""
        ...

    def make(self, record: Record) -> Any:
        """What the record means, pure; whatever it raises puts the record aside."""
        ...

    def take(self, record: Record, offset: int, made: Any) -> None:
        """Keep that for the write. What it raises gives the batch up and decides it again without the record."""
        ...


@dataclass(slots=True)
class Decision:
    """What a batch comes to. `walk` it in pieces; then read what it came to."""

    taker: Taker
    walks: dict[Source, Walk]
    refused: Mapping[Place, str] = field(default_factory=dict)
    skips: Skips = NONE
    hashes: bool = False
    """Whether `ce_hash` is computed again: 4.6 µs an event, a sixth of what all of it takes when there is much to do."""
    letters: list[Letter] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    """`recorded_at` of what is applied, in order."""
    repeats: int = 0
    broken: int = 0
    """Letters that are not there for their parked stream alone."""
    classes: dict[tuple[str, str], type[Event] | None] = field(default_factory=dict)
    """By topic and type name, those that were seen; None for one that does nothing here."""

    @classmethod
    def begin(
        cls,
        checkpoints: Mapping[Source, Checkpoint],
        taker: Taker,
        refused: Mapping[Place, str],
        skips: Skips = NONE,
        *,
        hashes: bool = False,
    ) -> Decision:
        """From the checkpoints as they stand; `refused` are records known to break, and why; `skips` those that a person
        has left out; `hashes`: look whether `ce_hash` fits."""
        walks = {
            s: Walk(c, c.position, c.offset, parked=set(c.parked), last=c.last, left_out=c.left_out)
            for s, c in checkpoints.items()
        }
        return cls(taker, walks, refused, skips, hashes)

    def walk(self, batch: Iterable[Raw]) -> None:
        """Walk on through records, each partition's in order. Raises Halted, RecordRefused."""
        for raw in batch:
            walk = self.walks[raw.topic, raw.partition]
            if walk.hole is not None:
                continue
            if self.skips.places and (skip := self.skips.find(raw)) is not None:
                walk.leave_out(skip)
                continue
            found = read(raw)
            if isinstance(found, Damaged):
                self._damaged(walk, raw, found)
                continue
            if found.previousposition == walk.position < found.position:  # the usual case, without a call
                self._apply(walk, raw, found)
                continue
            judged = self._judged(walk, raw, found, found.position)
            if judged is Verdict.APPLY:
                self._apply(walk, raw, found)
            elif judged is Verdict.SKIP:
                self.repeats += 1
            else:
                walk.hole = hole_before(walk, raw, found, found.position)

    def moves(self) -> dict[Checkpoint, Checkpoint]:
        """Old checkpoint → new one, of the partitions that moved."""
        return {
            w.checkpoint: w.moved()
            for w in self.walks.values()
            if (w.position, w.offset) != (w.checkpoint.position, w.checkpoint.offset)
        }

    def holes(self) -> list[Source]:
        """The partitions that stopped before a hole."""
        return [source for source, walk in self.walks.items() if walk.hole is not None]

    def _judged(self, walk: Walk, raw: Raw, found: Envelope | Damaged, position: int) -> Verdict:
        """The chain's word. Raises Halted for another event at the position that is held: one of the two is not of the log."""
        if position == walk.position and not same(walk.mark(), found, raw):
            held = walk.mark()[:36]
            text = f"position {position} holds another event already ({held})"
            raise halted(Why.POSITION_TWICE, raw, text, position=position, event_id=found.id)
        judged = verdict(walk.position, position, found.previousposition)
        if judged is Verdict.HOLE and found.previousposition == walk.left_out:
            return Verdict.APPLY  # what was left out stood on the chain
        return judged

    def _apply(self, walk: Walk, raw: Raw, envelope: Envelope) -> None:
        stream, name = envelope.subject, envelope.type
        if self.hashes and envelope.hash != envelope.computed_hash():
            text = "its ce_hash is not that of its content"
            raise halted(Why.HASH_WRONG, raw, text, position=envelope.position, event_id=envelope.id)
        if stream in walk.parked:
            self._aside(walk, raw, envelope, stream, "its stream is parked", follower=True)
            return
        if self.refused and (place := (raw.topic, raw.partition, raw.offset)) in self.refused:
            self._aside(walk, raw, envelope, stream, self.refused[place])
            return
        if (known := (raw.topic, name)) not in self.classes:
            self.classes[known] = self._heard(raw, envelope)
        cls = self.classes[known]
        if cls is not None:
            try:
                event = cls.__pydantic_validator__.validate_json(
                    envelope.data
                )  # model_validate_json, less a call
                record = Record(envelope, event, raw.topic, raw.partition)
                made = self.taker.make(record)
            except Exception as bug:  # noqa: BLE001 - whatever a projection raises is that projection's bug
                self._aside(walk, raw, envelope, stream, why(bug))
                return
            try:
                self.taker.take(record, raw.offset, made)
            except Exception as bug:
                raise RecordRefused((raw.topic, raw.partition, raw.offset), why(bug)) from bug
        walk.position = envelope.position
        walk.envelope = envelope
        walk.offset = raw.offset
        time = envelope.time
        if time > walk.newest:
            walk.newest = time
        self.times.append(time)

    def _heard(self, raw: Raw, envelope: Envelope) -> type[Event] | None:
        """Its class if it does anything here. Raises Halted for an event of a service in the topic of another."""
        owner = _OWNERS.get(raw.topic)
        if owner is not None and envelope.type.split(".", 2)[1] != owner:
            text = f"an event of another service stands in the topic of {owner}"
            raise halted(Why.NOT_ITS_SERVICE, raw, text, position=envelope.position, event_id=envelope.id)
        cls = event_type(envelope.type)
        return cls if cls is not None and self.taker.hears(cls) else None

    def _damaged(self, walk: Walk, raw: Raw, found: Damaged) -> None:
        if found.position is None:
            if raw.offset > walk.checkpoint.offset:
                self._aside(walk, raw, found, found.stream, found.reason)
            return
        judged = self._judged(walk, raw, found, found.position)
        if judged is Verdict.SKIP:
            self.repeats += 1
        elif judged is Verdict.HOLE:
            walk.hole = hole_before(walk, raw, found, found.position)
        elif not found.stream:
            text = f"position {found.position} has no key: its stream cannot be parked"
            raise halted(Why.NO_KEY, raw, text, position=found.position, event_id=found.id)
        else:
            follower = found.stream in walk.parked
            self._aside(walk, raw, found, found.stream, found.reason, follower=follower)

    def _aside(
        self,
        walk: Walk,
        raw: Raw,
        found: Envelope | Damaged,
        stream: str,
        reason: str,
        *,
        follower: bool = False,
    ) -> None:
        """Into the dead letters. With a position the checkpoint moves on and the stream is parked."""
        position = found.position
        self.letters.append(letter(raw, position, stream, reason, follower=follower))
        self.broken += not follower
        if self.broken > LETTERS_PER_BATCH:
            text = f"more than {LETTERS_PER_BATCH} records of one batch broke, the last one: {reason}"
            raise halted(Why.TOO_MANY, raw, text, position=position, event_id=found.id)
        walk.offset = raw.offset
        if position is not None:
            walk.position = position
            walk.envelope, walk.last = None, mark(found, raw)
            walk.parked.add(stream)
