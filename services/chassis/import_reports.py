"""How far an import is and which rows were refused: a report for its officer, not a fact; rows by number, no content."""

from __future__ import annotations

from dataclasses import asdict
from typing import Protocol

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.chassis.mongo import Database
from services.chassis.row_run import RowError, Tally

HOLD_SECONDS = 3.0
"""How long an import waits for a process that was killed. It is kept every half second."""


class ImportReports(Protocol):
    """One a run; the last one written stands."""

    async def put(self, import_id: str, run: int, tally: Tally) -> None:
        """Replace the report of a run."""
        ...

    async def get(self, import_id: str, run: int) -> Tally:
        """The report of a run; an empty one before the first row."""
        ...

    async def hold(self, import_id: str, holder: str) -> bool:
        """Take an import, or keep it, for `HOLD_SECONDS`; False while another has it. For speed alone: two who run the same
        rows do each of them once, but get into each other's way."""
        ...

    async def release(self, import_id: str, holder: str) -> None:
        """Give it back, so that nobody waits for the end of the time."""
        ...


class MongoImportReports:
    """Reports in the collection `import_reports`, one a run; the last one written stands."""

    def __init__(self, database: Database) -> None:
        self._reports = database["import_reports"]
        self._holds = database["import_holds"]

    async def put(self, import_id: str, run: int, tally: Tally) -> None:
        """See `ImportReports.put`."""
        report = {
            "written": tally.written,
            "unchanged": tally.unchanged,
            "refused": [asdict(error) for error in tally.refused[:10_000]],
        }
        await self._reports.replace_one({"_id": f"{import_id}/{run}"}, report, upsert=True)

    async def get(self, import_id: str, run: int) -> Tally:
        """See `ImportReports.get`."""
        report = await self._reports.find_one({"_id": f"{import_id}/{run}"})
        if report is None:
            return Tally()
        refused = [RowError(**error) for error in report["refused"]]
        return Tally(report["written"], report["unchanged"], refused)

    async def hold(self, import_id: str, holder: str) -> bool:
        """See `ImportReports.hold`. By MongoDB's clock."""
        until = {"$add": ["$$NOW", round(HOLD_SECONDS * 1000)]}
        taken = {"$and": [{"$ne": ["$holder", holder]}, {"$gte": ["$until", "$$NOW"]}]}
        taking = [
            {
                "$set": {
                    "holder": {"$cond": [taken, "$holder", holder]},
                    "until": {"$cond": [taken, "$until", until]},
                }
            }
        ]
        try:
            held = await self._holds.find_one_and_update(
                {"_id": import_id}, taking, upsert=True, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:  # two made it in the same moment
            return False
        return bool(held["holder"] == holder)

    async def release(self, import_id: str, holder: str) -> None:
        """See `ImportReports.release`."""
        await self._holds.delete_one({"_id": import_id, "holder": holder})
