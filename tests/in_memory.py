"""What stands for MongoDB in the specs of the services' edges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID

from services.chassis.commit_store import InMemoryCommitStore
from services.chassis.commits import Commit, Written, from_document
from services.chassis.import_reports import Kept
from services.chassis.mongo import Document
from services.chassis.row_run import Tally


@dataclass
class QuickStore(InMemoryCommitStore):
    """The fake with an index of streams and of commands, for thousands of rows."""

    _streams: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _commands: dict[str, tuple[str, int]] = field(default_factory=dict)

    def _insert(self, document: Document) -> Written:
        key = (document["_id"]["stream"], document["_id"]["version"])
        trouble, kept = self.trouble.pop(0) if self.trouble else (Written("inserted"), True)
        if kept:
            if key in self.documents:
                return Written("version-taken")
            if document["command_id"] in self._commands:
                return Written("command-taken")
            self.documents[key] = document
            self._streams[key[0]].append(key)
            self._commands[document["command_id"]] = key
        return trouble

    async def read(self, stream: str, after: int = 0) -> list[Commit]:
        """See `CommitStore.read`."""
        return [self.commit(key) for key in self._streams[stream] if key[1] > after]

    async def latest(
        self, stream: str, after: int, command_id: UUID | None = None
    ) -> tuple[Commit | None, list[Commit]]:
        """See `CommitStore.latest`."""
        key = self._commands.get(str(command_id))
        return None if key is None else self.commit(key), await self.read(stream, after)

    def commit(self, key: tuple[str, int]) -> Commit:
        """One commit by stream and version."""
        document = self.documents[key]
        return from_document({**document, "recorded_at": document["recorded_at"].replace(tzinfo=UTC)})


@dataclass
class InMemoryAccessLog:
    """Who read what, in order; `broken` makes it fail as MongoDB would."""

    noted: list[dict[str, Any]] = field(default_factory=list)
    broken: Exception | None = None

    async def note(self, *, actor: str, subject: str, route: str, at: datetime, correlation_id: str) -> None:
        """See `AccessLog.note`."""
        if self.broken is not None:
            raise self.broken
        self.noted.append(
            {"actor": actor, "subject": subject, "route": route, "at": at, "correlation_id": correlation_id}
        )


@dataclass
class InMemoryImportReports:
    """The last report of every run, and the sealed files."""

    reports: dict[tuple[str, int], Tally] = field(default_factory=dict)
    seconds: float = 0.0
    """How long a hold lasts: by default nobody keeps another from anything."""
    holds: dict[str, tuple[str, float]] = field(default_factory=dict)
    files: dict[str, Kept] = field(default_factory=dict)

    async def put(self, import_id: str, run: int, tally: Tally) -> None:
        """See `ImportReports.put`."""
        self.reports[import_id, run] = Tally(tally.written, tally.unchanged, list(tally.refused))

    async def get(self, import_id: str, run: int) -> Tally:
        """See `ImportReports.get`."""
        return self.reports.get((import_id, run), Tally())

    async def hold(self, import_id: str, holder: str) -> bool:
        """See `ImportReports.hold`."""
        who, until = self.holds.get(import_id, (holder, 0.0))
        if who != holder and monotonic() < until:
            return False
        self.holds[import_id] = (holder, monotonic() + self.seconds)
        return True

    async def release(self, import_id: str, holder: str) -> None:
        """See `ImportReports.release`."""
        if self.holds.get(import_id, ("", 0.0))[0] == holder:
            del self.holds[import_id]

    async def counts(self, import_id: str, run: int) -> tuple[int, int, int]:
        """See `ImportReports.counts`."""
        tally = await self.get(import_id, run)
        return tally.written, tally.unchanged, len({one.row for one in tally.refused})

    async def keep(
        self, import_id: str, about: dict[str, Any], pieces: Sequence[bytes], until: datetime
    ) -> None:
        """See `ImportReports.keep`."""
        self.files[import_id] = ({**about, "until": until}, list(pieces))

    async def kept(self, import_id: str) -> Kept | None:
        """See `ImportReports.kept`."""
        found = self.files.get(import_id)
        return found if found is not None and found[0]["until"] > datetime.now(UTC) else None

    async def drop(self, import_id: str) -> None:
        """See `ImportReports.drop`."""
        self.files.pop(import_id, None)
