"""How far an import is and which rows were refused: a report for its officer, not a fact; rows by number, no content."""

from __future__ import annotations

from dataclasses import asdict
from typing import Protocol

from services.chassis.mongo import Database
from services.chassis.row_run import RowError, Tally


class ImportReports(Protocol):
    """One a run; the last one written stands."""

    async def put(self, import_id: str, run: int, tally: Tally) -> None:
        """Replace the report of a run."""
        ...

    async def get(self, import_id: str, run: int) -> Tally:
        """The report of a run; an empty one before the first row."""
        ...


class MongoImportReports:
    """Reports in the collection `import_reports`, one a run; the last one written stands."""

    def __init__(self, database: Database) -> None:
        self._reports = database["import_reports"]

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
