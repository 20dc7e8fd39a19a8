"""Where halts are kept: one of a version of a view, so that every process of it stands still, and after a restart too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from services.chassis.consumer.halts import Halt
from services.chassis.mongo import Database, Document
from services.chassis.transactions import transaction

HALTED = "halted_views"
ENDED = "halts_ended"


@dataclass(frozen=True, slots=True)
class Ending:
    """Who let a view go on, why, and what was done (`skip`, `resume`, `rebuild`)."""

    by: str
    why: str
    how: str


class HaltedViews:
    """The halts of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._halted = database[HALTED]

    async def find(self, name: str, version: str) -> Halt | None:
        """Why this version of a view (or this reaction) stands still; None where it does not."""
        document = await self._halted.find_one({"_id": _id(name, version)})
        return None if document is None else Halt.of(document)

    async def all(self) -> list[Mapping[str, Any]]:
        """Every halt, for a table or a program."""
        return [document async for document in self._halted.find().sort("_id", 1)]

    async def write(self, name: str, version: str, halt: Halt) -> None:
        """Let all processes of this version stand still. The first word stays."""
        at: Document = {"at": datetime.now(UTC)}
        document = {
            "_id": _id(name, version), "view": name, "version": version, **halt.document(), **at,
        }  # fmt: skip
        try:
            await self._halted.insert_one(document)
        except DuplicateKeyError:  # another process of it met the same
            return

    async def end(self, name: str, version: str, ending: Ending) -> bool:
        """Let it go on; that is written down. False where it does not stand still."""
        told = {"by": ending.by, "reason": ending.why, "how": ending.how, "ended_at": datetime.now(UTC)}
        async with transaction(self._database) as session:
            before: Document | None = await self._halted.find_one_and_delete(
                {"_id": _id(name, version)}, session=session
            )
            if before is None:
                return False
            kept = {key: value for key, value in before.items() if key != "_id"}
            await self._database[ENDED].insert_one(kept | told, session=session)
        return True


def _id(name: str, version: str) -> str:
    return f"{name}.{version}"
