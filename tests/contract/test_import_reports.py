"""What every place for the reports and files of imports promises; run on the fake and on a real MongoDB."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis import import_reports
from services.chassis.import_reports import MongoImportReports
from services.chassis.row_run import RowError, Tally
from tests.in_memory import InMemoryImportReports

SECONDS = 0.5
ID = "import:1"
LATER = datetime.now(UTC) + timedelta(days=1)


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


async def test_there_is_nothing_before_the_first_row(reports):
    assert (await reports.get(ID, 1), await reports.counts(ID, 1)) == (Tally(), (0, 0, 0))


async def test_the_counts_of_a_report_are_rows(reports):
    refused = [RowError(5, "a", "ก", "A", "x"), RowError(5, "b", "ข", "B"), RowError(7, "a", "ก", "A", "x")]
    await reports.put(ID, 1, Tally(1, 1))
    await reports.put(ID, 1, Tally(3, 2, refused))
    await reports.put(ID, 2, Tally(9))
    assert await reports.get(ID, 1) == Tally(3, 2, refused)
    assert await reports.counts(ID, 1) == (3, 2, 2)


async def test_a_file_is_kept_in_its_pieces_until_its_time_is_over_or_it_is_dropped(reports):
    await reports.keep(ID, {"actor": "a"}, [b"1", b"2", b"3"], LATER)
    await reports.keep(ID, {"actor": "b"}, [b"4" * 3_000_000, b"5"], LATER)
    about, pieces = await reports.kept(ID)
    assert (about["actor"], pieces) == ("b", [b"4" * 3_000_000, b"5"])
    await reports.drop(ID)
    assert await reports.kept(ID) is None
    await reports.drop(ID)
    await reports.keep(ID, {"actor": "a"}, [b"1"], datetime.now(UTC) - timedelta(seconds=1))
    assert await reports.kept(ID) is None
