"""An import through crashes, stops, unknown outcomes and a second process: the same result as without them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest
from pymongo.errors import AutoReconnect

from services.chassis.commits import Written
from services.chassis.imports.intake import CompleteImport
from services.members.app import SERVICE
from tests.chain import assert_whole
from tests.edge import Edge, edge_of
from tests.importing import (
    IMPORT,
    PEOPLE,
    accepted,
    completed,
    counted,
    facts,
    imported,
    people,
    streams,
    worker,
)
from tests.lamphun_edge import OTHER_VILLAGE, csv_of, line_of, members


@pytest.fixture
async def edge():
    async with members() as edge:
        yield edge


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

    async def handle_together(asked):
        nonlocal left
        done = await type(handler).handle_together(handler, asked[: max(left, 0)])
        cut_short, left = len(asked) > left, left - len(done)
        if cut_short:
            dead.set()
            raise RuntimeError("the process died here")
        return done

    handler.handle = handle  # type: ignore[method-assign]
    handler.handle_together = handle_together  # type: ignore[method-assign]
    try:
        yield dead
    finally:
        del handler.handle, handler.handle_together


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


async def test_an_import_that_another_process_has_completed_with_other_counts_is_left_as_it_is(edge):
    import_id = await accepted(edge, people())
    handler = edge.parts.handler

    async def handle(aggregate, stream, command, call, **more):
        if isinstance(command, CompleteImport):
            other = command.model_copy(update={"written": 0, "unchanged": PEOPLE})
            await type(handler).handle(handler, aggregate, stream, other, call)
        return await type(handler).handle(handler, aggregate, stream, command, call, **more)

    handler.handle = handle
    async with worker(edge):
        told = await completed(edge, import_id)
        assert counted(told) == ("completed", PEOPLE, 0, PEOPLE, 0)
        other = await accepted(edge, people(100))
        assert counted(await completed(edge, other))[0] == "completed"


async def test_rows_that_another_process_has_just_destroyed_are_not_reported_as_lost(edge):
    import_id = await accepted(edge, people())
    handler, looking = edge.parts.handler, asyncio.Event()

    async def sealed_parts(stream, version):
        if not looking.is_set():
            looking.set()
            completing = CompleteImport(
                import_id=import_id, on=date(2022, 1, 1), written=PEOPLE, unchanged=0, refused=0
            )
            await edge.run(IMPORT, import_id, completing)
            await handler.sealing.destroy(import_id)
        return await type(handler).sealed_parts(handler, stream, version)

    handler.sealed_parts = sealed_parts
    async with worker(edge):
        await looking.wait()
        told = await completed(edge, import_id)
    assert counted(told) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert told["errors"] == []


async def test_of_two_processes_one_runs_an_import_and_the_other_takes_it_over_when_it_was_killed(edge):
    import_id = await accepted(edge, people())
    edge.reports.seconds = 0.4
    assert await edge.reports.hold(import_id, "a process that was just killed")
    async with edge_of(SERVICE, store=edge.store, views=edge.models, import_reports=edge.reports) as other:
        other.parts.handler.sealing._keys = edge.keys
        before = len(edge.store.documents)
        async with worker(edge), worker(other):
            await asyncio.sleep(0.2)
            assert len(edge.store.documents) == before
            told = await completed(edge, import_id)
        ran = [len(one.parts.handler._streams._held) > PEOPLE for one in (edge, other)]
    assert counted(told) == ("completed", PEOPLE, PEOPLE, 0, 0)
    assert sorted(ran) == [False, True]
    assert edge.reports.holds == {}
