"""A commit: what one command did to one stream. Its document in MongoDB, and the port of the store that keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol
from uuid import UUID

from bson import encode as bson_encode

from contracts.envelope import GENESIS, Envelope, envelopes, timestamp
from contracts.event import Event
from contracts.ids import event_id
from services.chassis.mongo import Document

EVENT_BYTES = 256 * 1024
COMMIT_BYTES = 4 * 1024 * 1024
COMMIT_EVENTS = 500


class TooLarge(ValueError):
    """An event over 256 KiB, or a commit over 4 MiB or 500 events; nothing was written."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event inside a commit: its envelope, and the encrypted personal part that stays here."""

    envelope: Envelope
    sealed: bytes | None = None
    owner: str = ""
    """The stream whose key encrypted `sealed`."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One append. `version` counts the stream's commits from 1; `recorded_at` is UTC in whole milliseconds."""

    stream: str
    version: int
    events: tuple[Recorded, ...]
    command_id: UUID
    fingerprint: str
    actor: str
    recorded_at: datetime
    correlation_id: str
    causation_id: str = ""
    traceparent: str = ""

    @property
    def hash(self) -> str:
        """The hash of the last event: what the next commit of the stream is chained to."""
        return self.events[-1].envelope.hash


def commit_of(
    *,
    stream: str,
    version: int,
    previoushash: str,
    events: Sequence[tuple[Event, bytes | None, str, str]],
    command_id: UUID,
    fingerprint: str,
    actor: str,
    recorded_at: datetime,
    correlation_id: str,
    causation_id: str = "",
    traceparent: str = "",
) -> Commit:
    """Make a commit; `events` are (event, sealed bytes, digest of them, owner of the key)."""
    made = envelopes(
        subject=stream,
        version=version,
        previoushash=previoushash,
        recorded_at=recorded_at,
        actor=actor,
        correlationid=correlation_id,
        causationid=causation_id,
        traceparent=traceparent,
        events=[(event, digest) for event, _, digest, _ in events],
    )
    return Commit(
        stream=stream,
        version=version,
        events=tuple(
            Recorded(envelope, sealed, owner)
            for envelope, (_, sealed, _, owner) in zip(made, events, strict=True)
        ),
        command_id=command_id,
        fingerprint=fingerprint,
        actor=actor,
        recorded_at=recorded_at,
        correlation_id=correlation_id,
        causation_id=causation_id,
        traceparent=traceparent,
    )


def commit_id(stream: str, version: int) -> Document:
    """The `_id` of a commit. The one constructor: `{version, stream}` would be another key to MongoDB."""
    return {"stream": stream, "version": version}


def to_bson(commit: Commit) -> bytes:
    """The document as it is inserted, pending, encoded here so that a bad value fails its own caller.

    Raises TooLarge, and what bson raises for a value that it cannot hold.
    """
    if not 0 < len(commit.events) <= COMMIT_EVENTS:
        raise TooLarge(f"a commit holds 1 to {COMMIT_EVENTS} events, not {len(commit.events)}")
    for recorded in commit.events:
        size = len(recorded.envelope.data.encode()) + len(recorded.sealed or b"")
        if size > EVENT_BYTES:
            raise TooLarge(
                f"an event of {recorded.envelope.type} has {size} bytes; {EVENT_BYTES} are allowed"
            )
    document: Document = {
        "_id": commit_id(commit.stream, commit.version),
        "events": [_event_document(recorded) for recorded in commit.events],
        "command_id": str(commit.command_id),
        "fingerprint": commit.fingerprint,
        "actor": commit.actor,
        "recorded_at": commit.recorded_at,
        "correlation_id": commit.correlation_id,
        "pending": True,
    }
    if commit.causation_id:
        document["causation_id"] = commit.causation_id
    if commit.traceparent:
        document["traceparent"] = commit.traceparent
    encoded: bytes = bson_encode(document)
    if len(encoded) > COMMIT_BYTES:
        raise TooLarge(f"a commit has {len(encoded)} bytes; {COMMIT_BYTES} are allowed")
    return encoded


def _event_document(recorded: Recorded) -> Document:
    envelope = recorded.envelope
    document: Document = {
        "type": envelope.type,
        "data": envelope.data,
        "dataschema": envelope.dataschema,
        "businessdate": envelope.businessdate,
        "area": envelope.area,
        "hash": envelope.hash,
        "previoushash": envelope.previoushash,
    }
    if recorded.sealed is not None:
        document |= {
            "sealed": recorded.sealed,
            "sealeddigest": envelope.sealeddigest,
            "owner": recorded.owner,
        }
    return document


def from_document(document: Document) -> Commit:
    """Read a document back; ids are derived again, hashes are as stored (verify compares them)."""
    stream, version = document["_id"]["stream"], document["_id"]["version"]
    recorded_at = document["recorded_at"].astimezone(UTC)
    time = timestamp(recorded_at)
    return Commit(
        stream=stream,
        version=version,
        events=tuple(
            Recorded(
                Envelope(
                    type=event["type"],
                    subject=stream,
                    time=time,
                    dataschema=event["dataschema"],
                    streamversion=version,
                    eventindex=index,
                    actor=document["actor"],
                    businessdate=event["businessdate"],
                    area=event["area"],
                    correlationid=document["correlation_id"],
                    causationid=document.get("causation_id", ""),
                    data=event["data"],
                    previoushash=event["previoushash"],
                    sealeddigest=event.get("sealeddigest", GENESIS),
                    hash=event["hash"],
                    traceparent=document.get("traceparent", ""),
                    id=event_id(stream, version, index),
                ),
                event.get("sealed"),
                event.get("owner", ""),
            )
            for index, event in enumerate(document["events"])
        ),
        command_id=UUID(document["command_id"]),
        fingerprint=document["fingerprint"],
        actor=document["actor"],
        recorded_at=recorded_at,
        correlation_id=document["correlation_id"],
        causation_id=document.get("causation_id", ""),
        traceparent=document.get("traceparent", ""),
    )


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one insert. `unknown`: it may or may not be there, now or later; insert the same one again."""

    outcome: Literal["inserted", "version-taken", "command-taken", "unknown"]
    reason: str = ""


class CommitStore(Protocol):
    """The append-only log of one service. Every read has read concern majority."""

    async def append(self, documents: Sequence[bytes]) -> list[Written]:
        """Insert a group of `to_bson`, unordered, journaled and majority; one outcome each, in order. Never raises for a store's
        trouble: that is `unknown`."""
        ...

    async def read(self, stream: str, after: int = 0) -> list[Commit]:
        """The commits of a stream with a version greater than `after`, in order. Raises the driver's error."""
        ...

    async def read_many(self, streams: Sequence[str]) -> Mapping[str, Sequence[Commit]]:
        """`read` for several whole streams; one that is not there may be left out."""
        ...

    async def latest(
        self, stream: str, after: int, command_id: UUID | None = None
    ) -> tuple[Commit | None, list[Commit]]:
        """The commit that this command made, if there is one, and `read`: nothing acknowledged before the call is missing, and
        the command's own commit is not among what was read unless it is told as its own.

        `read` alone may be a moment behind after an election. This costs a small write, shared by all who wait. Raises the
        driver's error.
        """
        ...
