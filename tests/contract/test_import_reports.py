"""What every place for the reports of imports promises; run on the fake and on a real MongoDB."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis import import_reports
from services.chassis.import_reports import MongoImportReports
from services.chassis.row_run import RowError, Tally
from tests.in_memory import InMemoryImportReports

SECONDS = 0.5


@pytest.fixture(params=["fake", "mongo"])
def reports(request, monkeypatch):
    """Reports whose holds last half a second."""
    if request.param == "fake":
        return InMemoryImportReports(seconds=SECONDS)
    monkeypatch.setattr(import_reports, "HOLD_SECONDS", SECONDS)
    return MongoImportReports(request.getfixturevalue("fresh_database"))


async def test_the_last_report_of_a_run_stands(reports):
    assert await reports.get("import:1", 1) == Tally()
    await reports.put("import:1", 1, Tally(1, 2, [RowError(3, "no", "ไม่", "No.")]))
    await reports.put("import:1", 2, Tally(5))
    assert await reports.get("import:1", 1) == Tally(1, 2, [RowError(3, "no", "ไม่", "No.")])
    assert await reports.get("import:1", 2) == Tally(5)


async def test_one_holds_an_import_until_it_gives_it_back_or_its_time_has_passed(reports):
    assert await reports.hold("import:1", "a")
    assert not await reports.hold("import:1", "b")
    assert await reports.hold("import:2", "b")
    assert await reports.hold("import:1", "a")
    await reports.release("import:1", "b")
    assert not await reports.hold("import:1", "b")
    await reports.release("import:1", "a")
    assert await reports.hold("import:1", "b")
    await asyncio.sleep(SECONDS + 0.2)
    assert await reports.hold("import:1", "a")
    assert not await reports.hold("import:1", "b")


async def test_of_many_who_want_it_at_once_one_has_it(reports):
    taken = await asyncio.gather(*(reports.hold("import:1", f"{n}") for n in range(30)))
    assert taken.count(True) == 1
