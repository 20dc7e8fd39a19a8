"""How far an import is, which rows were refused, and for some days its file, sealed: for its officer, no facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from services.chassis.mongo import Database
from services.chassis.problems import FieldError
from services.chassis.row_run import RowError, Tally
from services.chassis.tables.faults import Faults

MOST = 20_000
"""Refused rows that a report names; the file of faults names all."""

Kept = tuple[dict[str, Any], list[bytes]]
"""What is known of a kept file, and its sealed pieces."""

HOLD_SECONDS = 3.0
"""How long an import waits for a process that was killed. It is kept every half second."""


class ImportReports(Protocol):
    """One a run; the last one written stands. Run 0 are the rows that were left out before the first run."""

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

    async def counts(self, import_id: str, run: int) -> tuple[int, int, int]:
        """Rows written, unchanged and refused so far: the report without its rows, to be asked for often."""
        ...

    async def keep(
        self, import_id: str, about: dict[str, Any], pieces: Sequence[bytes], until: datetime
    ) -> None:
        """Keep an import's file, sealed, until a time; in the place of an older one."""
        ...

    async def kept(self, import_id: str) -> Kept | None:
        """The file that is kept, if there is one and its time is not over."""
        ...

    async def drop(self, import_id: str) -> None:
        """Keep it no longer; no error where there is none."""
        ...


class MongoImportReports:
    """Reports in the collection `import_reports`, files in `import_files`, where MongoDB deletes those whose time is over."""

    def __init__(self, database: Database) -> None:
        self._reports = database["import_reports"]
        self._holds = database["import_holds"]
        self._files = database["import_files"]
        self._indexed = False

    async def put(self, import_id: str, run: int, tally: Tally) -> None:
        """See `ImportReports.put`."""
        faults = Faults()
        faults.add(FieldError(one.field, one.code, one.th, one.en, one.row) for one in tally.refused[:MOST])
        report = {
            "written": tally.written,
            "unchanged": tally.unchanged,
            "refused_rows": len({one.row for one in tally.refused}),
            **faults.kept(),
        }
        await self._reports.replace_one({"_id": f"{import_id}/{run}"}, report, upsert=True)

    async def get(self, import_id: str, run: int) -> Tally:
        """See `ImportReports.get`."""
        report = await self._reports.find_one({"_id": f"{import_id}/{run}"})
        if report is None:
            return Tally()
        refused = [RowError(one.row or 0, one.code, one.th, one.en, one.field) for one in Faults.read(report)]
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

    async def counts(self, import_id: str, run: int) -> tuple[int, int, int]:
        """See `ImportReports.counts`."""
        asked = {"written": 1, "unchanged": 1, "refused_rows": 1}
        report = await self._reports.find_one({"_id": f"{import_id}/{run}"}, asked) or {}
        return report.get("written", 0), report.get("unchanged", 0), report.get("refused_rows", 0)

    async def keep(
        self, import_id: str, about: dict[str, Any], pieces: Sequence[bytes], until: datetime
    ) -> None:
        """See `ImportReports.keep`."""
        if not self._indexed:
            await self._files.create_index("until", expireAfterSeconds=0, name="until")
            await self._files.create_index("import_id", name="import_id")
            self._indexed = True
        await self.drop(import_id)
        for number, sealed in enumerate(pieces):  # each well below the 16 MiB of a document
            document = {
                "_id": f"{import_id}/{number}",
                "import_id": import_id,
                "until": until,
                "sealed": sealed,
            }
            await self._files.insert_one(document)
        head = {**about, "_id": import_id, "pieces": len(pieces), "until": until}
        await self._files.insert_one(head)  # the last: without it there is no file

    async def kept(self, import_id: str) -> Kept | None:
        """See `ImportReports.kept`."""
        head = await self._files.find_one({"_id": import_id, "until": {"$gt": datetime.now(UTC)}})
        if head is None:
            return None
        found = [
            await self._files.find_one({"_id": f"{import_id}/{number}"}) for number in range(head["pieces"])
        ]
        return None if None in found else (head, [bytes(one["sealed"]) for one in found if one])

    async def drop(self, import_id: str) -> None:
        """See `ImportReports.drop`."""
        await self._files.delete_one({"_id": import_id})
        await self._files.delete_many({"import_id": import_id})
