"""Versions of a projection: a new one is built beside the live one, takes its place in one step, the old one is dropped."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from services.chassis.checkpoints import CHECKPOINTS, Checkpoints
from services.chassis.dead_letters import DEAD_LETTERS, DeadLetters
from services.chassis.mongo import Database, Document
from services.chassis.transactions import transaction

PROJECTIONS = "projections"
VERSIONS = "projection_versions"

GRACE = timedelta(seconds=60)
"""How long a replaced version stays: a query may still be reading it."""

DROPPING = timedelta(seconds=60)
"""A drop that began longer ago was interrupted; somebody else ends it."""

INDEXES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "shards": (("measure", "area", "date"),),
    "facets": (("kind", "subject"),),
}


class Versions:
    """The versions of one projection."""

    def __init__(self, database: Database, name: str, *, grace: timedelta = GRACE) -> None:
        self._database = database
        self._projections = database[PROJECTIONS]
        self._versions = database[VERSIONS]
        self._grace = grace
        self._log = structlog.get_logger().bind(projection=name)
        self.name = name

    async def prepare(
        self, version: str, indexes: Mapping[str, tuple[tuple[str, ...], ...]] | None = None
    ) -> str:
        """Make collections and indexes of a version (`indexes` None: it has no collections) and return its generation.

        The generation is a random token, made with the version's first checkpoint: it is part of the consumer group's
        name, so that an emptied database begins at the start of the topics. The first version is live at once.
        """
        while True:
            await self._drop_ended(version)
            generation = await self._create(version, indexes)
            await self._insert_once(PROJECTIONS, self.name, {"live": version, "retired": []})
            await self._projections.update_one(
                {"_id": self.name}, {"$pull": {"retired": {"version": version}}}
            )
            if not await self._is_dropping(version):  # a drop that began before the $pull goes on to its end
                return generation

    async def live(self) -> str | None:
        """The version that queries read; None before there is one."""
        document = await self._projections.find_one({"_id": self.name})
        return None if document is None else str(document["live"])

    async def swap(self, version: str) -> bool:
        """Make this version the live one if it has everything that the live one has; False if not (yet).

        That is: its checkpoints are at or past the live one's in every partition, and nothing lies in its dead letters
        that does not lie in the live one's too (a record that nobody can read must not hold every later version back).
        The old checkpoints are written as well, so that a consumer of the old version that moves in the same moment makes
        this one fail and try again. A version that was replaced does not take over again by itself: while old processes
        still run beside new ones it would go to and fro. Its next `prepare` (a rollback) lets it.
        """
        async with transaction(self._database) as session:
            document = await self._projections.find_one({"_id": self.name}, session=session)
            if document is None or document["live"] == version:
                return document is not None
            if any(entry["version"] == version for entry in document["retired"]):
                return False
            old, new = document["live"], version
            before = await Checkpoints(self._database, self.name, old).all(session)
            after = await Checkpoints(self._database, self.name, new).all(session)
            topics = {topic for topic, _ in after}
            still = {source: was.position for source, was in before.items() if source[0] in topics}
            if not after or any(after[source].position < position for source, position in still.items()):
                return False
            broken = await DeadLetters(self._database, self.name, new).positions(session)
            if broken - await DeadLetters(self._database, self.name, old).positions(session):
                return False
            await self._database[CHECKPOINTS].update_many(
                {"projection": self.name, "version": old}, {"$inc": {"revision": 1}}, session=session
            )
            await self._projections.update_one(
                {"_id": self.name, "live": old},
                {"$set": {"live": new}, "$push": {"retired": {"version": old, "at": datetime.now(UTC)}}},
                session=session,
            )
        self._log.info("projection swapped", old=old, new=new)
        return True

    async def drop_retired(self) -> list[str]:
        """Drop the versions that were replaced long enough ago; returns them."""
        document = await self._projections.find_one({"_id": self.name})
        due = datetime.now(UTC) - self._grace
        retired = document["retired"] if document else []
        due_now = [entry["version"] for entry in retired if entry["at"] <= due]
        return [version for version in due_now if await self._drop(version)]

    async def empty(self, version: str) -> None:
        """Take away all that a version has: its next `prepare` begins it anew, under another generation."""
        of_version = {"projection": self.name, "version": version}
        await self._database[CHECKPOINTS].delete_many(of_version)  # a consumer that still runs stops here
        prefix = f"{self.name}.{version}."
        for collection in await self._database.list_collection_names():
            if collection.startswith(prefix):
                await self._database.drop_collection(collection)
        await self._database[DEAD_LETTERS].delete_many(of_version)
        await self._versions.delete_one({"_id": f"{self.name}.{version}"})

    async def _create(self, version: str, indexes: Mapping[str, tuple[tuple[str, ...], ...]] | None) -> str:
        if indexes is not None:
            for collection, keys in {**INDEXES, **indexes}.items():
                wanted = dict.fromkeys(INDEXES.get(collection, ()) + tuple(keys))
                await self._database[f"{self.name}.{version}.{collection}"].create_indexes(
                    [IndexModel([(field, 1) for field in key]) for key in wanted]
                )
        return await self._generation(version)

    async def _drop(self, version: str) -> bool:
        """In an order that a crash may interrupt anywhere: the retired entry goes last. False if it is not ours to do."""
        now = datetime.now(UTC)
        key = {"_id": f"{self.name}.{version}"}
        idle = {"$or": [{"dropping": None}, {"dropping": {"$lt": now - DROPPING}}]}
        before: Document | None = await self._versions.find_one_and_update(
            key | idle, {"$set": {"dropping": now}}
        )
        if before is None and await self._versions.find_one(key) is not None:
            return False  # somebody else is at it
        if before is not None and before.get("dropping") is None and not await self._is_retired(version):
            await self._versions.update_one(
                key, {"$unset": {"dropping": ""}}
            )  # somebody began to build it again
            return False
        await self.empty(version)
        await self._projections.update_one({"_id": self.name}, {"$pull": {"retired": {"version": version}}})
        self._log.info("projection version dropped", version=version)
        return True

    async def _drop_ended(self, version: str) -> None:
        """Wait until nobody is dropping this very version any more; a drop that was interrupted is ended here."""
        while await self._is_dropping(version):
            if not await self._drop(version):
                await asyncio.sleep(0.5)

    async def _is_dropping(self, version: str) -> bool:
        key = {"_id": f"{self.name}.{version}", "dropping": {"$ne": None}}
        return await self._versions.find_one(key) is not None

    async def _is_retired(self, version: str) -> bool:
        key = {"_id": self.name, "live": {"$ne": version}, "retired.version": version}
        return await self._projections.find_one(key) is not None

    async def _generation(self, version: str) -> str:
        key = f"{self.name}.{version}"
        fresh = {"projection": self.name, "version": version, "generation": secrets.token_hex(4)}
        await self._insert_once(VERSIONS, key, fresh | {"created_at": datetime.now(UTC)})
        document = await self._versions.find_one({"_id": key})
        assert document is not None
        return str(document["generation"])

    async def _insert_once(self, collection: str, key: str, document: dict[str, object]) -> None:
        try:
            await self._database[collection].update_one({"_id": key}, {"$setOnInsert": document}, upsert=True)
        except DuplicateKeyError:  # another process made it in the same moment
            return
