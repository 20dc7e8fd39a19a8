"""The log in MongoDB, round by round: checked, and told as the very records that Kafka must hold."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from bson.codec_options import CodecOptions
from bson.errors import BSONError

from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.stream_chains import StreamChains
from services.chassis.commits import Commit, commit_id, from_document
from services.chassis.mongo import Collection, Database, Document
from services.chassis.relay.outbox import from_document as round_from_document
from services.chassis.relay.partition import partition_of
from services.chassis.relay.rounds import BEFORE_THE_FIRST, Outgoing, Round
from services.chassis.relay.wire import headers_of

Key = tuple[str, int]
"""Stream and version."""

_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass(slots=True)
class Told:
    """A round as records for Kafka. `comparable` False: where its commits stood cannot be said, so there are none."""

    first: int
    final: int
    records: list[Outgoing] = field(default_factory=list)
    comparable: bool = True


@dataclass(slots=True)
class Seen:
    """What was counted on the way."""

    rounds: int = 0
    commits: int = 0
    events: int = 0


def lenient(database: Database) -> Collection:
    """`commits`, read in a way that bears a text that is no UTF-8: it is to be found, not to end the audit."""
    options: CodecOptions[Document] = CodecOptions(
        tz_aware=True, tzinfo=UTC, unicode_decode_error_handler="surrogateescape"
    )
    return database.get_collection("commits", codec_options=options)


class CommitLog:
    """Walks the rounds of a service and checks what lies in some partitions; of other commits it only counts the events.

    Whoever has partition 0 also reports what is wrong with the rounds themselves.
    """

    def __init__(
        self, service: str, database: Database, partitions: frozenset[int], findings: Findings
    ) -> None:
        self._service = service
        self._rounds = database["rounds"]
        self._commits = lenient(database)
        self._partitions = partitions
        self._findings = findings
        self.chains = StreamChains()
        self.missing: set[Key] = set()
        self.seen = Seen()

    async def walk(self, horizon: int, sent: int) -> AsyncIterator[Told]:
        """Every round up to position `horizon`, checked; commits up to `sent` must not wait to be sent any more."""
        before = BEFORE_THE_FIRST
        cursor = self._rounds.find({"_id": {"$lte": horizon}}, batch_size=20).sort("_id", 1)
        async for document in cursor:
            try:
                found = round_from_document(document)
            except _MALFORMED:
                self._add(Kind.ROUND_UNREADABLE, position=int(document["_id"]))
                return
            self._check_round(before, found)
            yield await self._told(before.last, found, sent=found.final <= sent)
            before = found
            self.seen.rounds += 1

    def _check_round(self, before: Round, found: Round) -> None:
        if 0 not in self._partitions:
            return
        if found.first != before.final + 1:
            self._add(Kind.ROUND_GAP, before.final + 1, found.first, position=found.first)
        if found.at < before.at:
            self._add(Kind.ROUND_BACKWARDS, before.at, found.at, position=found.first)
        if found.epoch < before.epoch:
            self._add(
                Kind.ROUND_BACKWARDS, f"epoch {before.epoch}", f"epoch {found.epoch}", position=found.first
            )

    async def _told(self, before: Mapping[int, int], found: Round, *, sent: bool) -> Told:
        told = Told(found.first, found.final)
        documents, sizes = await self._read(found)
        commits = {key: _parsed(document) for key, document in documents.items()}
        sizes |= {key: len(commit.events) for key, commit in commits.items() if commit is not None}
        gone = [key for key in found.commits if key not in sizes]
        rest = found.count - sum(sizes[key] for key in found.commits if key in sizes)
        if (gone and (len(gone) > 1 or rest < 1)) or (not gone and rest):
            told.comparable = False
            if not gone and 0 in self._partitions:
                self._add(Kind.ROUND_COUNT, found.count - rest, found.count, position=found.first)
        position, last = found.first - 1, dict(before)
        timestamp = round(found.at.timestamp() * 1000)
        for key in found.commits:
            size = sizes.get(key, rest)
            partition = partition_of(key[0])
            if partition in self._partitions:
                commit = commits.get(key)
                before_it = last[partition]
                records = (
                    _records(documents[key], partition, position, before_it, timestamp) if commit else None
                )
                if commit is None or records is None:
                    self._gone(key, position + 1 if told.comparable else 0, unreadable=key in documents)
                else:
                    waits = sent and bool(documents[key].get("pending"))
                    self._check(commit, position if told.comparable else None, waits=waits)
                    if told.comparable:
                        told.records += records
            position += size
            last[partition] = position
        if told.comparable:
            self._check_last(last, found)
        return told

    async def _read(self, found: Round) -> tuple[dict[Key, Document], dict[Key, int]]:
        """Our commits of a round, and of the others how many events they have."""
        ours: list[Document] = []
        others: list[Document] = []
        for stream, version in found.commits:
            (ours if partition_of(stream) in self._partitions else others).append(commit_id(stream, version))
        documents: dict[Key, Document] = {}
        if ours:
            async for document in self._commits.find({"_id": {"$in": ours}}):
                documents[_key(document)] = document
        sizes: dict[Key, int] = {}
        if others:
            counting: list[Document] = [
                {"$match": {"_id": {"$in": others}}},
                {"$project": {"n": {"$size": "$events"}}},
            ]
            async for document in self._commits.aggregate(counting):
                sizes[_key(document)] = int(document["n"])
        return documents, sizes

    def _gone(self, key: Key, position: int, *, unreadable: bool) -> None:
        kind = Kind.COMMIT_UNREADABLE if unreadable else Kind.COMMIT_MISSING
        self._add(kind, "a commit", "none that can be read", stream=key[0], version=key[1], position=position)
        self.missing.add(key)
        self.chains.forget(*key)

    def _check(self, commit: Commit, before: int | None, *, waits: bool) -> None:
        """`before` is the position before the commit's first event, None where it is not known."""
        for index, recorded in enumerate(commit.events, 1):
            envelope = recorded.envelope
            position = 0 if before is None else before + index
            add = partial(self._add, stream=commit.stream, version=commit.version, position=position)
            for fault in self.chains.follow(envelope):
                add(fault.kind, fault.expected, fault.found)
            if recorded.sealed is not None:
                digest = hashlib.sha256(recorded.sealed).hexdigest()
                if digest != envelope.sealeddigest:
                    add(Kind.SEAL_BROKEN, envelope.sealeddigest[:64], digest)
        if waits:
            self._add(Kind.COMMIT_PENDING_AGAIN, stream=commit.stream, version=commit.version)
        self.seen.commits += 1
        self.seen.events += len(commit.events)

    def _check_last(self, last: Mapping[int, int], found: Round) -> None:
        for partition in sorted(self._partitions):
            if found.last.get(partition) != last[partition]:
                self._add(
                    Kind.ROUND_LAST,
                    last[partition],
                    found.last.get(partition),
                    position=found.first,
                    partition=partition,
                )

    def _add(
        self,
        kind: Kind,
        expected: object = "",
        found: object = "",
        *,
        stream: str = "",
        version: int = 0,
        position: int = 0,
        partition: int = -1,
    ) -> None:
        place = (stream, version, position, partition_of(stream) if stream else partition)
        self._findings.add(Finding(kind, "mongo", self._service, _text(expected), _text(found), *place))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _parsed(document: Document) -> Commit | None:
    try:
        commit = from_document(document)
    except (*_MALFORMED, BSONError):
        return None
    return commit if commit.events else None


def _records(
    document: Document, partition: int, position: int, previous: int, timestamp: int
) -> list[Outgoing] | None:
    """A commit's events as they stand in Kafka, the first at `position` + 1; None where they could never go there."""
    made: list[Outgoing] = []
    try:
        key = document["_id"]["stream"].encode()
        for index, event in enumerate(document["events"]):
            position += 1
            headers = headers_of(document, index, position=position, previousposition=previous)
            value = event["data"].encode("utf-8", "surrogateescape")
            made.append(Outgoing(partition, position, previous, key, value, timestamp, headers))
            previous = position
    except _MALFORMED:
        return None
    return made


def _key(document: Document) -> Key:
    return document["_id"]["stream"], document["_id"]["version"]
