"""What waits to be sent and what was: the relay's side of a service's commits, in MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from bson import decode_iter
from bson.timestamp import Timestamp
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.chassis.commit_store import OUTBOX_INDEX
from services.chassis.commits import commit_id
from services.chassis.mongo import SNAPSHOT, Database, Document, Session
from services.chassis.relay.rounds import BEFORE_THE_FIRST, COMMITS, Round

_INDEX = str(OUTBOX_INDEX.document["name"])
_ORDER = [("recorded_at", ASCENDING), ("_id.stream", ASCENDING), ("_id.version", ASCENDING)]
PARTS = 4
_NOT_FOR_THE_BUS = {"command_id": 0, "fingerprint": 0, "events.sealed": 0, "events.owner": 0}
"""The relay does not even read the sealed personal parts."""


_TWICE = "a commit that waits is in a round already: another relay is at work, or `chumchon verify` says what was put back"


class AnotherRelay(Exception):
    """The round's position or one of its commits is in another round already."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How many commits wait, and when the oldest of them was recorded (None: none waits)."""

    commits: int
    oldest: datetime | None


class Outbox:
    """One service's commits and rounds. The reads of one session see its writes; all are majority or snapshot."""

    def __init__(self, database: Database) -> None:
        self._client = database.client
        self._commits = database.get_collection("commits")
        self._snapshot = database.get_collection("commits", read_concern=SNAPSHOT)
        self._rounds = database.get_collection("rounds")

    async def prepare(self) -> None:
        """Make the indexes: no commit in two rounds, and what waits in its order."""
        await self._rounds.create_indexes([IndexModel([("commits", ASCENDING)], name="commits", unique=True)])
        await self._commits.create_indexes([OUTBOX_INDEX])

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A causally consistent session, for one term."""
        async with await self._client.start_session(causal_consistency=True) as session:
            yield session

    async def pending(self, session: Session) -> list[bytes]:
        """What waits, in (recorded_at, stream, version) order, in parts of one round each; `decoded` reads a part.

        All from one snapshot, so that no version is seen without the one before it. A part is one reply of MongoDB,
        which ends at 5,000 commits (so we ask) and at 16 MiB (so it does). Of what waits, the first few parts.
        """
        parts: list[bytes] = []
        cursor: Any = self._snapshot.find_raw_batches(
            {"pending": True},
            _NOT_FOR_THE_BUS,
            sort=_ORDER,
            hint=_INDEX,
            batch_size=COMMITS,
            limit=PARTS * COMMITS,
            session=session,
        )
        async for part in cursor:
            if part:
                parts.append(part)
            if len(parts) == PARTS:
                await cursor.close()
                break
        return parts

    def decoded(self, part: bytes) -> Iterator[Document]:
        """The commits of a part, one by one."""
        return decode_iter(part, self._commits.codec_options)

    def moment(self, session: Session) -> Timestamp | None:
        """MongoDB's time as this session has last seen it."""
        seen: Any = session.operation_time  # a property; motor's stub takes it for a method
        return cast("Timestamp | None", seen)

    async def last_two(self, session: Session) -> tuple[Round, Round]:
        """The round before the last, and the last one. Where there are none yet, empty ones."""
        found = await self._rounds.find({}, session=session).sort("_id", DESCENDING).limit(2).to_list(None)
        rounds = [from_document(document) for document in found] + [BEFORE_THE_FIRST, BEFORE_THE_FIRST]
        return rounds[1], rounds[0]

    async def rounds(self, session: Session, after: Round, last: Round) -> AsyncIterator[Round]:
        """The rounds that follow `after`, in order, up to the `last` one."""
        wanted = {"_id": {"$gt": after.final, "$lte": last.final}}
        async for document in self._rounds.find(wanted, session=session, batch_size=20).sort(
            "_id", ASCENDING
        ):
            yield from_document(document)

    async def commits_of(self, found: Round, session: Session) -> list[Document]:
        """The commits of a round in its order; one that is gone is left out."""
        ids = [commit_id(stream, version) for stream, version in found.commits]
        documents = await self._commits.find(
            {"_id": {"$in": ids}}, _NOT_FOR_THE_BUS, session=session
        ).to_list(None)
        by_id = {(document["_id"]["stream"], document["_id"]["version"]): document for document in documents}
        return [by_id[key] for key in found.commits if key in by_id]

    async def insert(self, new: Round, session: Session) -> None:
        """Write a round, with majority: from here on its positions are taken. Raises AnotherRelay."""
        try:
            await self._rounds.insert_one(to_document(new), session=session)
        except DuplicateKeyError as error:
            twice = "commits" in (error.details or {}).get("keyPattern", {})
            raise AnotherRelay(_TWICE if twice else "another relay has written this round") from error

    async def settle(self, sent: Round, session: Session) -> None:
        """Unset `pending` of a round that is in the topic, with majority."""
        if sent.commits:
            ids = [commit_id(stream, version) for stream, version in sent.commits]
            await self._commits.update_many(
                {"_id": {"$in": ids}}, {"$unset": {"pending": ""}}, session=session
            )

    async def depth(self) -> Depth:
        """How deep the outbox is."""
        oldest = await self._commits.find_one({"pending": True}, {"recorded_at": 1}, sort=_ORDER)
        if oldest is None:
            return Depth(0, None)
        count = await self._commits.count_documents({"pending": True}, hint=_INDEX)
        return Depth(count, oldest["recorded_at"])


def to_document(new: Round) -> Document:
    """A round as it is kept."""
    return {
        "_id": new.first,
        "count": new.count,
        "at": new.at,
        "epoch": new.epoch,
        "commits": _ids(new.commits),
        "last": {str(partition): position for partition, position in new.last.items()},
    }


def from_document(document: Document) -> Round:
    """A round, read back."""
    return Round(
        first=document["_id"],
        count=document["count"],
        at=document["at"].astimezone(UTC),
        epoch=document["epoch"],
        commits=tuple((key["stream"], key["version"]) for key in document["commits"]),
        last={int(partition): position for partition, position in document["last"].items()},
    )


def _ids(keys: Sequence[tuple[str, int]]) -> list[Document]:
    return [commit_id(stream, version) for stream, version in keys]
