"""Commits that no round up to the horizon names: each must wait to be sent, or have been taken by a later round."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.chassis.audit.commit_log import lenient
from services.chassis.audit.findings import Finding, Findings, Kind
from services.chassis.audit.stream_chains import StreamChains
from services.chassis.commits import commit_id, from_document
from services.chassis.mongo import Database
from services.chassis.relay.partition import partition_of


class Tail:
    """Walks the index of streams and versions (no documents) behind a `CommitLog` and compares with what that saw."""

    def __init__(
        self,
        service: str,
        database: Database,
        partitions: frozenset[int],
        findings: Findings,
        chains: StreamChains,
    ) -> None:
        self._service = service
        self._rounds = database["rounds"]
        self._commits = lenient(database)
        self._partitions = partitions
        self._findings = findings
        self._chains = chains
        self.waiting = 0

    async def check(self) -> int:
        """Check them all; returns how many commits there were that no round had yet."""
        async for stream, newest in self._streams():
            seen = self._chains.version(stream)
            if newest > seen:
                await self._beyond(stream, seen, newest)
        return self.waiting

    async def _streams(self) -> AsyncIterator[tuple[str, int]]:
        """Our streams, each with its newest version."""
        shape = {"_id.stream": 1, "_id.version": 1}
        cursor = self._commits.find({}, shape, batch_size=20_000)
        stream, newest = "", 0
        async for document in cursor.sort([("_id.stream", 1), ("_id.version", 1)]).hint("stream"):
            name = document["_id"]["stream"]
            if name != stream:
                if stream and partition_of(stream) in self._partitions:
                    yield stream, newest
                stream = name
            newest = document["_id"]["version"]
        if stream and partition_of(stream) in self._partitions:
            yield stream, newest

    async def _beyond(self, stream: str, seen: int, newest: int) -> None:
        query = {"_id.stream": stream, "_id.version": {"$gt": seen, "$lte": newest}}
        async for document in self._commits.find(query).sort("_id.version", 1).hint("stream"):
            version = document["_id"]["version"]
            try:
                commit = from_document(document)
            except (KeyError, TypeError, ValueError, AttributeError):
                self._add(Kind.COMMIT_UNREADABLE, stream, version, "a commit", "none that can be read")
                self._chains.forget(stream, version)
                continue
            for recorded in commit.events:
                for fault in self._chains.follow(recorded.envelope):
                    self._add(fault.kind, stream, version, fault.expected, fault.found)
            self.waiting += 1
            if not document.get("pending") and not await self._in_a_round(stream, version):
                self._add(Kind.COMMIT_IN_NO_ROUND, stream, version, "a round, or pending", "neither")

    async def _in_a_round(self, stream: str, version: int) -> bool:
        return await self._rounds.find_one({"commits": commit_id(stream, version)}, {"_id": 1}) is not None

    def _add(self, kind: Kind, stream: str, version: int, expected: str, found: str) -> None:
        place = partition_of(stream)
        self._findings.add(
            Finding(kind, "mongo", self._service, expected, found, stream, version, partition=place)
        )
