"""Deciding a batch: which records are applied, skipped, put aside, and where a hole stops a partition. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from contracts.envelope import Envelope
from contracts.event import Event, event_type
from services.chassis.checkpoints import Checkpoint, Source
from services.chassis.consumer.chain import Verdict, verdict
from services.chassis.consumer.reading import Damaged, Raw, later, letter, read, why
from services.chassis.dead_letters import Letter
from services.chassis.projection import Record

LETTERS_PER_BATCH = 100
"""More records than this that break in one batch are a bug of ours, not faults of records."""

Place = tuple[str, int, int]
"""Topic, partition and offset: one record, readable or not."""


class Halted(Exception):
    """The consumer cannot go on without harm: the text says why, with topic, partition and position."""


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
class Walk:
    """Where one partition stands while the batch is walked through."""

    checkpoint: Checkpoint
    position: int
    offset: int
    newest: str = ""
    parked: set[str] = field(default_factory=set)
    hole: bool = False

    def moved(self) -> Checkpoint:
        """The checkpoint as it is to be written."""
        return replace(
            self.checkpoint,
            position=self.position,
            offset=self.offset,
            newest=later(self.checkpoint.newest, self.newest),
            parked=frozenset(self.parked),
        )


@dataclass(slots=True)
class Decision:
    """What a batch comes to. `walk` it in pieces; then read what it came to."""

    taker: Taker
    walks: dict[Source, Walk]
    refused: Mapping[Place, str] = field(default_factory=dict)
    letters: list[Letter] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    """`recorded_at` of what is applied, in order."""
    repeats: int = 0
    broken: int = 0
    """Letters that are not there for their parked stream alone."""
    classes: dict[str, type[Event] | None] = field(default_factory=dict)
    """By type name, those that were seen; None for one that does nothing here."""

    @classmethod
    def begin(
        cls, checkpoints: Mapping[Source, Checkpoint], taker: Taker, refused: Mapping[Place, str]
    ) -> Decision:
        """From the checkpoints as they stand; `refused` are records known to break, and why."""
        walks = {s: Walk(c, c.position, c.offset, parked=set(c.parked)) for s, c in checkpoints.items()}
        return cls(taker, walks, refused)

    def walk(self, batch: Iterable[Raw]) -> None:
        """Walk on through records, each partition's in order. Raises Halted, RecordRefused."""
        for raw in batch:
            walk = self.walks[raw.topic, raw.partition]
            if walk.hole:
                continue
            found = read(raw)
            if isinstance(found, Damaged):
                self._damaged(walk, raw, found)
                continue
            if found.previousposition == walk.position < found.position:  # the usual case, without a call
                self._apply(walk, raw, found)
                continue
            judged = verdict(walk.position, found.position, found.previousposition)
            if judged is Verdict.APPLY:
                self._apply(walk, raw, found)
            elif judged is Verdict.SKIP:
                self.repeats += 1
            else:
                walk.hole = True

    def moves(self) -> dict[Checkpoint, Checkpoint]:
        """Old checkpoint → new one, of the partitions that moved."""
        return {
            w.checkpoint: w.moved()
            for w in self.walks.values()
            if (w.position, w.offset) != (w.checkpoint.position, w.checkpoint.offset)
        }

    def holes(self) -> list[Source]:
        """The partitions that stopped before a hole."""
        return [source for source, walk in self.walks.items() if walk.hole]

    def _apply(self, walk: Walk, raw: Raw, envelope: Envelope) -> None:
        stream, name = envelope.subject, envelope.type
        if stream in walk.parked:
            self._aside(walk, raw, envelope.position, stream, "its stream is parked", follower=True)
            return
        if self.refused and (place := (raw.topic, raw.partition, raw.offset)) in self.refused:
            self._aside(walk, raw, envelope.position, stream, self.refused[place])
            return
        if name not in self.classes:
            cls = event_type(name)
            self.classes[name] = cls if cls is not None and self.taker.hears(cls) else None
        cls = self.classes[name]
        if cls is not None:
            try:
                event = cls.__pydantic_validator__.validate_json(
                    envelope.data
                )  # model_validate_json, less a call
                record = Record(envelope, event, raw.topic, raw.partition)
                made = self.taker.make(record)
            except Exception as bug:  # noqa: BLE001 - whatever a projection raises is that projection's bug
                self._aside(walk, raw, envelope.position, stream, why(bug))
                return
            try:
                self.taker.take(record, raw.offset, made)
            except Exception as bug:
                raise RecordRefused((raw.topic, raw.partition, raw.offset), why(bug)) from bug
        walk.position = envelope.position
        walk.offset = raw.offset
        time = envelope.time
        if time > walk.newest:
            walk.newest = time
        self.times.append(time)

    def _damaged(self, walk: Walk, raw: Raw, found: Damaged) -> None:
        if found.position is None:
            if raw.offset > walk.checkpoint.offset:
                self._aside(walk, raw, None, found.stream, found.reason)
            return
        judged = verdict(walk.position, found.position, found.previousposition)
        if judged is Verdict.SKIP:
            self.repeats += 1
        elif judged is Verdict.HOLE:
            walk.hole = True
        elif not found.stream:
            raise Halted(
                f"{raw.topic}/{raw.partition} position {found.position} has no key: its stream cannot be parked"
            )
        else:
            follower = found.stream in walk.parked
            self._aside(walk, raw, found.position, found.stream, found.reason, follower=follower)

    def _aside(
        self, walk: Walk, raw: Raw, position: int | None, stream: str, reason: str, *, follower: bool = False
    ) -> None:
        """Into the dead letters. With a position the checkpoint moves on and the stream is parked."""
        self.letters.append(letter(raw, position, stream, reason, follower=follower))
        self.broken += not follower
        if self.broken > LETTERS_PER_BATCH:
            raise Halted(f"more than {LETTERS_PER_BATCH} records of one batch broke, the last one: {reason}")
        walk.offset = raw.offset
        if position is not None:
            walk.position = position
            walk.parked.add(stream)
