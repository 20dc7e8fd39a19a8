"""An accepted import runs to its end, through crashes and trouble, doubles nothing, and its rows are destroyed afterwards."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import StringIO
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from contracts.areas import within
from services.chassis.access import Role
from services.chassis.commits import Written
from services.cli import lamphun
from services.cli.areas import AreaRow, area_rows, write_csv
from services.members.app import SERVICE
from services.members.domain.intake import IMPORT
from services.members.views import REGISTER
from services.members.workers import run_imports
from tests.chain import assert_whole
from tests.edge import Edge, bearer, edge_of, logged, nothing_waits
from tests.lamphun_edge import (
    OTHER_VILLAGE,
    VILLAGE,
    assert_untold,
    csv_of,
    line_of,
    members,
    person_of,
)

PEOPLE = 30


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


@asynccontextmanager
async def worker(edge: Edge) -> AsyncIterator[asyncio.Event]:
    """The worker at work; afterwards told to stop, and what it raised is raised."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_imports(edge.parts, stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


async def accepted(edge: Edge, content: str, kind: str = "memberships") -> str:
    answer = await edge.csv(kind, content)
    assert answer.status_code == 202, answer.text
    await edge.tell()
    return str(answer.json()["id"])


async def completed(edge: Edge, import_id: str, seconds: float = 60) -> dict[str, Any]:
    """What is told of an import once it has run."""
    async with asyncio.timeout(seconds):
        while (await edge.parts.handler.state(IMPORT, import_id)).state.running:
            await asyncio.sleep(0.005)
    await edge.tell()
    await asyncio.sleep(0.02)
    told: dict[str, Any] = (await edge.client.get(f"/v1/imports/{import_id}")).json()
    return told


async def imported(edge: Edge, content: str, kind: str = "memberships") -> dict[str, Any]:
    import_id = await accepted(edge, content, kind)
    async with worker(edge):
        return await completed(edge, import_id)


def counted(told: dict[str, Any]) -> tuple[str, int, int, int, int]:
    return told["status"], told["done"], told["written"], told["unchanged"], told["refused"]


def people(*numbers: int) -> str:
    return csv_of(*(line_of(n) for n in numbers or range(PEOPLE)))


def facts(edge: Edge) -> Counter[str]:
    """What was said of people, by name and person; imports left out."""
    return Counter(
        f"{name} {sorted(data.items())}"
        for name, data in edge.events()
        if not name.startswith(("Import", "Area"))
    )


def streams(edge: Edge) -> Iterator[list[dict[str, Any]]]:
    for stream in {key[0] for key in edge.store.documents}:
        yield [edge.store.documents[key] for key in sorted(edge.store.documents) if key[0] == stream]


async def test_an_accepted_file_runs_to_its_end_and_its_rows_are_destroyed(edge):
    import_id = await accepted(edge, people())
    [(_, opened)] = await edge.parts.handler.sealed_parts(import_id, 1)
    assert len(opened["rows"]) == PEOPLE
    with logged() as lines:
        async with worker(edge):
            told = await completed(edge, import_id)
    assert counted(told) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert import_id not in edge.keys
    assert [opened for _, opened in await edge.parts.handler.sealed_parts(import_id, 1)] == [None]
    assert "import-completed" in lines()
    assert_untold(lines(), *range(PEOPLE))
    names = Counter(edge.names())
    assert names["PersonRegistered"] == names["MembershipRegistered"] == names["MemberCardIssued"] == PEOPLE
    for documents in streams(edge):
        assert_whole(documents)


async def test_the_same_file_and_the_same_people_in_another_file_double_nothing(edge):
    await imported(edge, people())
    before = facts(edge)
    assert counted(await imported(edge, people())) == ("completed", PEOPLE, PEOPLE, 0, 0)
    other = people(*reversed(range(PEOPLE)))
    assert counted(await imported(edge, other)) == ("completed", PEOPLE, 0, PEOPLE, 0)
    assert facts(edge) == before


async def test_rows_that_are_refused_when_they_run_are_reported_by_number_and_reason(edge):
    await imported(edge, csv_of(line_of(3, area=OTHER_VILLAGE)))
    with logged() as lines:
        told = await imported(edge, csv_of(line_of(1), {}, line_of(2), line_of(3)))
    assert counted(told) == ("completed", 3, 2, 0, 1)
    assert [(error["row"], error["code"]) for error in told["errors"]] == [(4, "member-already")]
    assert_untold(str(told) + lines(), 1, 2, 3)


async def _facets(edge: Edge):
    async with edge.parts.views[REGISTER.name].snapshot() as snapshot:
        return await snapshot.facets("membership")


async def test_a_file_whose_import_had_refused_rows_runs_anew_when_it_is_sent_again(edge):
    elsewhere = line_of(
        2,
        area=OTHER_VILLAGE,
        card_no="",
        card_issued_on="",
        applied_on="2020-01-01",
        registered_on="2020-01-02",
    )
    await imported(edge, csv_of(elsewhere))
    assert counted(await imported(edge, people(1, 2))) == ("completed", 2, 1, 0, 1)
    [member] = [row["subject"] for row in await _facets(edge) if row["area"] == OTHER_VILLAGE]
    await edge.post(f"/v1/memberships/{member}/leave", {"on": "2021-01-01"})
    told = await imported(edge, people(1, 2))
    assert (counted(told), told["errors"]) == (("completed", 2, 1, 1, 0), [])
    assert told["id"] not in edge.keys


async def test_a_crash_in_the_middle_resumes_to_the_same_result(edge):
    async with members() as unharmed:
        await imported(unharmed, people())
        expected = facts(unharmed)
    import_id = await accepted(edge, people())
    for commands in (
        0,
        7,
        25,
        2 * PEOPLE,
    ):  # before the first row, in the middle, and before the import is completed
        with pytest.raises(ExceptionGroup if commands < 2 * PEOPLE else RuntimeError):
            async with dying(edge, commands) as dead, worker(edge):
                await dead.wait()
        assert (await edge.parts.handler.state(IMPORT, import_id)).state.running
        assert import_id in edge.keys
    async with worker(edge):
        told = await completed(edge, import_id)
    assert counted(told) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert facts(edge) == expected
    assert import_id not in edge.keys


@asynccontextmanager
async def dying(edge: Edge, commands: int) -> AsyncIterator[asyncio.Event]:
    """Meanwhile the handler does so many commands, and then the process dies."""
    handler, dead = edge.parts.handler, asyncio.Event()
    left = commands

    async def handle(*arguments, **more):
        nonlocal left
        left -= 1
        if left < 0:
            dead.set()
            raise RuntimeError("the process died here")
        return await type(handler).handle(handler, *arguments, **more)

    handler.handle = handle  # type: ignore[method-assign]
    try:
        yield dead
    finally:
        del handler.handle


async def test_told_to_stop_in_the_middle_it_goes_on_at_the_next_start(edge):
    import_id = await accepted(edge, people())
    async with worker(edge) as stop:
        while len(edge.store.documents) < 10:
            await asyncio.sleep(0)
        stop.set()
    assert (await edge.parts.handler.state(IMPORT, import_id)).state.running
    halfway = (await edge.client.get(f"/v1/imports/{import_id}")).json()
    assert halfway["status"] == "running"
    assert import_id in edge.keys
    async with worker(edge):
        assert counted(await completed(edge, import_id)) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert Counter(edge.names())["MembershipRegistered"] == PEOPLE


@pytest.mark.parametrize("kept", [True, False])
async def test_unknown_outcomes_on_the_way_change_nothing_in_the_end(edge, kept):
    import_id = await accepted(edge, people())
    edge.store.trouble += [(Written("unknown", "the reply was lost"), kept), (Written("inserted"), True)] * 12
    async with worker(edge):
        assert counted(await completed(edge, import_id)) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert Counter(edge.names())["MembershipRegistered"] == PEOPLE
    for documents in streams(edge):
        assert_whole(documents)


async def test_a_database_that_is_away_for_a_while_stops_no_worker(edge):
    import_id = await accepted(edge, people(*range(5)))
    read, put = edge.store.read, edge.reports.put
    readings, reports = [True] * 8, [True]

    def trouble(left: list[bool]) -> None:
        if left:
            left.pop()
            edge.bell.ring()
            raise AutoReconnect("no primary")

    async def reading(stream, after=0):
        trouble(readings)
        return await read(stream, after)

    async def putting(*arguments):
        trouble(reports)
        await put(*arguments)

    edge.store.read, edge.reports.put = reading, putting
    async with worker(edge):
        while readings or reports:
            await asyncio.sleep(0.005)
        assert counted(await completed(edge, import_id)) == ("completed", 5, 5, 0, 0)


async def test_rows_whose_key_is_gone_are_reported_and_the_file_can_be_sent_again(edge):
    import_id = await accepted(edge, people(1, 2, 3))
    await edge.parts.handler.sealing.destroy(import_id)
    async with worker(edge):
        told = await completed(edge, import_id)
    assert counted(told) == ("completed", 3, 0, 0, 3)
    assert {error["code"] for error in told["errors"]} == {"rows-unreadable"}
    assert counted(await imported(edge, people(1, 2, 3))) == ("completed", 3, 3, 0, 0)


async def test_a_key_that_a_crash_left_is_destroyed_at_the_next_start(edge):
    told = await imported(edge, people(1))
    edge.keys[told["id"]] = b"as if it had not been destroyed"
    async with worker(edge):
        await asyncio.sleep(0.05)
    assert told["id"] not in edge.keys


async def test_a_key_of_a_file_that_was_sent_again_is_not_destroyed_by_a_view_that_is_behind(edge):
    await imported(edge, csv_of(line_of(2, area=OTHER_VILLAGE)))
    told = await imported(edge, people(1, 2))
    assert counted(told) == ("completed", 2, 1, 0, 1)
    answer = await edge.csv("memberships", people(1, 2))  # and the view still says that it is completed
    assert answer.json()["events"]
    async with worker(edge):
        await asyncio.sleep(0.05)
        assert told["id"] in edge.keys
        await edge.tell()
        assert counted(await completed(edge, told["id"])) == ("completed", 2, 0, 1, 1)


async def test_two_processes_at_one_import_write_it_once_and_neither_dies(edge):
    import_id = await accepted(edge, people())
    async with edge_of(SERVICE, store=edge.store, views=edge.models, import_reports=edge.reports) as other:
        other.parts.handler.sealing._keys = edge.keys
        async with worker(edge), worker(other):
            told = await completed(edge, import_id)
            await asyncio.sleep(0.1)
    assert counted(told) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert told["errors"] == []
    assert Counter(edge.names())["MembershipRegistered"] == PEOPLE
    assert edge.names().count("ImportCompleted") == 1


async def test_a_person_who_is_known_or_was_forgotten_is_taken_up_with_the_row(edge):
    await edge.post("/v1/persons", person_of(1))
    gone = (await edge.post("/v1/persons", person_of(2))).json()["id"]
    heads = {"Authorization": bearer(Role.APPROVER)}
    await edge.client.delete(f"/v1/persons/{gone}/details", headers=heads)
    assert counted(await imported(edge, people(1, 2, 3))) == ("completed", 3, 3, 0, 0)
    assert (await edge.client.get(f"/v1/persons/{gone}")).status_code == 200


async def test_areas_of_several_provinces_run_with_parents_first(edge):
    edge.client.headers["Authorization"] = bearer(Role.OFFICER, area="")
    rows = [AreaRow(f"{province}{tail}", level, "ก", "K", "") for province in (50, 53) for level, tail in (
        ("village", "010101"), ("tambon", "0101"), ("province", ""), ("district", "01"),
    )]  # fmt: skip
    text = StringIO(newline="")
    write_csv(
        AreaRow._fields, [*rows, AreaRow(VILLAGE, "village", f"ที่ {VILLAGE}", f"Place {VILLAGE}", "")], text
    )
    assert counted(await imported(edge, text.getvalue(), "areas")) == ("completed", 9, 8, 1, 0)
    assert (await edge.client.get("/v1/areas/53010101")).json()["valid_from"] == "1889-04-01"


async def test_the_whole_example_of_lamphun_goes_through_with_its_printed_totals():
    async with edge_of(SERVICE, outbox_depth=nothing_waits) as edge:
        text = StringIO(newline="")
        edge.client.headers["Authorization"] = bearer(Role.OFFICER, area="51")
        of_lamphun = [row for row in area_rows() if within(row.code, lamphun.PROVINCE)]
        write_csv(AreaRow._fields, [*of_lamphun, *lamphun.village_rows()], text)
        areas = await imported(edge, text.getvalue(), "areas")
        assert counted(areas) == ("completed", 465, 465, 0, 0)
        text = StringIO(newline="")
        assert lamphun.write_members(text) == 3348
        told = await imported(edge, text.getvalue())
        assert counted(told) == ("completed", 3348, 3348, 0, 0)
        rows = await _facets(edge)
        villages = {row["area"] for row in rows if row["status"] == "registered"}
        assert (len(rows), len({village[:6] for village in villages}), len(villages)) == (3348, 48, 405)
        names = Counter(edge.names())
        assert names["FirstMemberInTambonRegistered"] == 48
        assert names["MembershipRegistered"] == names["PersonRegistered"] == 3348
        assert all(data["generated"] for name, data in edge.events() if name == "PersonRegistered")
