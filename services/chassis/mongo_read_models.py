"""Read models in MongoDB: queries of the live version of one projection, each in one snapshot."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.chassis.checkpoints import Checkpoints
from services.chassis.mongo import Collection, Database, Session
from services.chassis.read_models import Row, Snapshot, Vector
from services.chassis.versions import PROJECTIONS
from services.chassis.wanted import Begins, Between, Contains, Wanted

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class MongoReadModels:
    """See `ReadModels`."""

    database: Database
    projection: str

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """See `ReadModels.snapshot`. MongoDB keeps a snapshot for five minutes, a replaced version for one: be quick.

        Before the projection's first start everything is empty, and so is the vector.
        """
        async with await self.database.client.start_session(snapshot=True) as session:
            document = await self.database[PROJECTIONS].find_one({"_id": self.projection}, session=session)
            version = None if document is None else document["live"]
            vector = await self._vector(version, session)
            yield MongoSnapshot(self, version, vector, session)

    async def _vector(self, version: str | None, session: Session) -> Vector:
        if version is None:
            return Vector({}, None)
        positions: dict[str, dict[int, int]] = {}
        newest = None
        for (topic, partition), checkpoint in (
            await Checkpoints(self.database, self.projection, version).all(session)
        ).items():
            if checkpoint.position:
                positions.setdefault(topic, {})[partition] = checkpoint.position
            if checkpoint.newest and (newest is None or checkpoint.newest > newest):
                newest = checkpoint.newest
        return Vector(positions, newest)


@dataclass(frozen=True, slots=True)
class MongoSnapshot:
    """See `Snapshot`."""

    models: MongoReadModels
    version: str | None
    vector: Vector
    session: Session

    def _collection(self, name: str) -> Collection:
        return self.models.database[f"{self.models.projection}.{self.version}.{name}"]

    async def sums(
        self,
        measures: Sequence[str],
        *,
        within: str = "",
        digits: int = 8,
        since: date | None = None,
        until: date | None = None,
        where: Mapping[str, str] | None = None,
    ) -> dict[tuple[str, str], int]:
        """See `Snapshot.sums`."""
        if self.version is None:
            return {}
        match: dict[str, Any] = {"measure": {"$in": list(measures)}, **(where or {})}
        if within:
            match["area"] = _begins(within)
        days = {"$gte": since and since.isoformat(), "$lte": until and until.isoformat()}
        if bounds := {sign: day for sign, day in days.items() if day}:
            match["date"] = bounds
        group = {"measure": "$measure", "area": {"$substrBytes": ["$area", 0, digits]}}
        rows = self._collection("shards").aggregate(
            [{"$match": match}, {"$group": {"_id": group, "n": {"$sum": "$n"}}}], session=self.session
        )
        return {(row["_id"]["measure"], row["_id"]["area"]): row["n"] async for row in rows}

    async def facets(
        self,
        kind: str,
        *,
        where: Mapping[str, Any] | None = None,
        prefix: Mapping[str, str] | None = None,
        after: str = "",
        limit: int | None = None,
    ) -> list[Row]:
        """See `Snapshot.facets`."""
        if self.version is None or limit == 0:
            return []
        conditions: list[dict[str, Any]] = [
            {name: {"$in": list(value)} if isinstance(value, tuple) else value}
            for name, value in (where or {}).items()
        ]
        conditions += [{name: _begins(text)} for name, text in (prefix or {}).items() if text]
        if after:
            conditions.append({"subject": {"$gt": after}})
        found = (
            self._collection("facets")
            .find({"$and": [{"kind": kind}, *conditions]}, {"_id": 0}, session=self.session)
            .sort([("subject", 1), ("source", 1), ("stream", 1)])
            .limit(limit or 0)
        )
        return [row async for row in found]

    async def listed(
        self,
        kind: str,
        *,
        where: Mapping[str, Wanted] | None = None,
        either: Mapping[str, Wanted] | None = None,
        order: tuple[str, ...] = ("subject",),
        after: tuple[str, ...] = (),
        limit: int | None = None,
    ) -> AsyncIterator[Row]:
        """See `Snapshot.listed`. An index that begins with the kind and goes on as `order` gives it without sorting."""
        if self.version is None or limit == 0:
            return
        conditions: list[dict[str, Any]] = [{"kind": kind}]
        conditions += [{name: _condition(wanted)} for name, wanted in (where or {}).items()]
        if either:
            conditions.append({"$or": [{name: _condition(wanted)} for name, wanted in either.items()]})
        if after:
            same = dict(zip(order, after, strict=True))
            conditions.append({order[0]: {"$gte": after[0]}})  # where the index begins
            conditions.append(
                {
                    "$or": [
                        {**{one: same[one] for one in order[:n]}, name: {"$gt": same[name]}}
                        for n, name in enumerate(order)
                    ]
                }
            )
        found = (
            self._collection("facets")
            .find({"$and": conditions}, {"_id": 0}, session=self.session)
            .sort([(name, 1) for name in order])
            .limit(limit or 0)
            .batch_size(AT_ONCE)
        )
        while rows := await found.to_list(
            AT_ONCE
        ):  # one by one, the driver's way to each costs more than the row
            for row in rows:
                yield row


def _condition(wanted: Wanted) -> Any:
    match wanted:
        case Begins(text):
            return _begins(text)
        case Contains(text):
            return {"$regex": re.escape(text)}
        case Between(since, until):
            bounds = {"$gte": since, "$lte": until}
            return {"$type": "string", **{sign: text for sign, text in bounds.items() if text}}
        case tuple():
            return {"$in": list(wanted)}
        case _:
            return wanted


def _begins(text: str) -> dict[str, str]:
    return {"$regex": "^" + re.escape(text)}
