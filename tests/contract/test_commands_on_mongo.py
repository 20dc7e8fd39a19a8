"""Commands on a real MongoDB through lost replies, silence, step downs and unmet write concerns: each exactly once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from services.chassis.calls import Done, OutcomeUnknown, Overloaded, StaleVersion, Unavailable
from services.chassis.commit_store import MongoCommitStore, _sorted_out
from services.chassis.commits import to_bson
from services.chassis.mongo import Database, connect, database
from tests.chain import assert_whole
from tests.contract.documents import commit, raw
from tests.lossy_wire import LossyWire
from tests.notebook import NOTEBOOK, Mark, Open, call, notebook, replica

pytestmark = pytest.mark.system
STREAMS = [notebook(name) for name in range(8)]
RETRY = (OutcomeUnknown, Unavailable, Overloaded)


@pytest.fixture
async def real(fresh_database: Database) -> MongoCommitStore:
    """The store, without a wire between."""
    store = MongoCommitStore(fresh_database)
    await store.prepare()
    for name, stream in enumerate(STREAMS):
        await replica(store).handle(NOTEBOOK, stream, Open(), call(f"open {name}"))
    return store


@pytest.fixture
async def wire(mongo_uri: str) -> AsyncIterator[LossyWire]:
    """A wire that can be cut."""
    async with LossyWire(mongo_uri) as wire:
        yield wire


@pytest.fixture
async def through_wire(
    fresh_database: Database, wire: LossyWire, real: MongoCommitStore
) -> AsyncIterator[Any]:
    """The same log through the wire, by an impatient client."""
    client = connect(wire.uri, timeout_ms=700)
    yield MongoCommitStore(database(client, fresh_database.name))
    wire.mode = "whole"
    await asyncio.to_thread(client.close)  # it says goodbye over the wire, which this loop serves


async def everything_exactly_once(store: MongoCommitStore, marks: list[str]) -> None:
    """All marks are in the log, once, and every chain is whole."""
    found: list[str] = []
    for stream in STREAMS:
        assert_whole(await raw(store, stream))
        found += (await replica(store).state(NOTEBOOK, stream)).state.marks
    assert sorted(found) == sorted(marks)


async def until_told(handler, n: int) -> Done:
    """As a good client: the same key again and again until there is an answer."""
    while True:
        try:
            answer = await handler.handle(NOTEBOOK, STREAMS[n % 8], Mark(texts=(f"{n}",)), call(n))
        except RETRY:
            await asyncio.sleep(0.05)
        else:
            assert isinstance(answer, Done)
            return answer


async def test_a_key_sent_50_times_at_once_to_two_replicas_is_one_commit(real):
    handlers = [replica(real), replica(real)]
    answers = await asyncio.gather(
        *(handlers[n % 2].handle(NOTEBOOK, notebook("new"), Open(), call("k")) for n in range(50))
    )
    assert {answer.version for answer in answers if isinstance(answer, Done)} == {1}
    assert sum(isinstance(answer, Done) and not answer.repeated for answer in answers) == 1
    assert len(await real.read(notebook("new"))) == 1


async def test_two_replicas_racing_on_the_same_streams_lose_nothing(real):
    handlers = [replica(real, deadline=30), replica(real, deadline=30)]
    await asyncio.gather(*(until_told(handlers[n // 8 % 2], n) for n in range(200)))
    await everything_exactly_once(real, [f"{n}" for n in range(200)])


async def test_of_50_racing_on_one_etag_one_wins(real):
    handlers = [replica(real), replica(real)]
    answers = await asyncio.gather(
        *(
            handlers[n % 2].handle(NOTEBOOK, STREAMS[0], Mark(texts=(f"{n}",)), call(n, expected=1))
            for n in range(50)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert sum(isinstance(answer, StaleVersion) for answer in answers) == 49
    assert len(await real.read(STREAMS[0])) == 2


async def test_callers_that_go_away_at_random_moments_leave_every_command_there_once(real):
    handler, chance = replica(real, deadline=30), random.Random(5)

    async def impatient(n: int) -> Any:
        asked = handler.handle(NOTEBOOK, STREAMS[n % 8], Mark(texts=(f"{n}",)), call(n))
        return await asyncio.wait_for(asked, chance.choice([0.0005, 0.002, 0.005, 30]))

    answers = await asyncio.gather(*(impatient(n) for n in range(400)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {Done, TimeoutError}
    await handler.drain()
    repeated = [await until_told(handler, n) for n in range(400)]
    assert sum(answer.repeated for answer in repeated) > 100
    await everything_exactly_once(real, [f"{n}" for n in range(400)])


async def test_replies_lost_on_the_wire_lose_and_double_no_command(real, wire, through_wire):
    handler = replica(through_wire, deadline=20)
    commands = [asyncio.create_task(until_told(handler, n)) for n in range(200)]
    for _ in range(4):
        await asyncio.sleep(0.05)
        wire.mode = "replies lost"
        await asyncio.sleep(0.3)
        wire.mode = "whole"
    await asyncio.gather(*commands)
    assert wire.lost
    await everything_exactly_once(real, [f"{n}" for n in range(200)])


async def test_an_insert_whose_reply_never_comes_is_unknown_at_the_deadline_and_is_found_by_its_key(
    real, wire, through_wire
):
    handler = replica(through_wire, deadline=0.4)
    await handler.state(NOTEBOOK, STREAMS[0])
    wire.mode = "silent"
    with pytest.raises(OutcomeUnknown):
        await asyncio.wait_for(handler.handle(NOTEBOOK, STREAMS[0], Mark(texts=("0",)), call(0)), timeout=5)
    answer = await until_told(replica(real), 0)
    assert answer.repeated, "the request had arrived"
    await everything_exactly_once(real, ["0"])


async def test_a_mongodb_that_is_gone_is_unavailable_and_the_same_key_works_when_it_is_back(
    real, wire, through_wire
):
    handler = replica(through_wire, deadline=5)
    wire.mode = "cut"
    wire.hang_up()
    with pytest.raises(Unavailable):
        await handler.handle(NOTEBOOK, STREAMS[0], Mark(texts=("0",)), call(0))
    wire.mode = "whole"
    assert not (await until_told(handler, 0)).repeated
    await everything_exactly_once(real, ["0"])


async def test_a_store_without_a_server_says_unknown_for_each_and_its_reads_raise(wire, mongo_uri):
    wire.mode = "cut"
    client = connect(wire.uri, timeout_ms=200)
    store = MongoCommitStore(database(client, "nowhere"))
    outcomes = await store.append([to_bson(commit(f"notebook:{n}")) for n in range(3)])
    assert [written.outcome for written in outcomes] == ["unknown"] * 3
    with pytest.raises(PyMongoError):
        await store.read("notebook:1")
    with pytest.raises(PyMongoError):
        await store.latest("notebook:1", 0, commit().command_id)
    await asyncio.to_thread(client.close)


async def test_a_primary_that_steps_down_in_the_middle_loses_and_doubles_no_command(real, fresh_database):
    handlers = [replica(real, deadline=20), replica(real, deadline=20)]
    commands = [asyncio.create_task(until_told(handlers[n % 2], n)) for n in range(600)]
    await asyncio.sleep(0.05)
    await fresh_database.client.admin.command(
        {"replSetStepDown": 1, "secondaryCatchUpPeriodSecs": 0, "force": True}
    )
    late = [asyncio.create_task(until_told(handlers[n % 2], n)) for n in range(600, 900)]
    await asyncio.gather(*commands, *late)
    await everything_exactly_once(real, [f"{n}" for n in range(900)])


async def test_a_write_concern_that_cannot_be_met_is_unknown_though_the_documents_are_there(fresh_database):
    real = MongoCommitStore(fresh_database)
    await real.prepare()
    unmet = MongoCommitStore(fresh_database.with_options(write_concern=WriteConcern(w=2, wtimeout=100)))
    await real.append([to_bson(commit("notebook:2", 1, "a"))])
    group = [
        commit("notebook:1"),
        commit("notebook:2", 1, "b"),
        commit("notebook:3", 1, "a"),
        commit("notebook:4"),
    ]
    outcomes = await unmet.append([to_bson(each) for each in group])
    assert [written.outcome for written in outcomes] == [
        "unknown",
        "version-taken",
        "command-taken",
        "unknown",
    ]
    while await real.read("notebook:1") != [group[0]]:  # there, and in a moment a majority has it
        await asyncio.sleep(0.001)
    again = await real.append([to_bson(each) for each in group])
    assert [written.outcome for written in again] == [
        "version-taken",
        "version-taken",
        "command-taken",
        "version-taken",
    ]


async def test_commands_under_an_unmet_write_concern_are_never_acknowledged_and_are_found_later(
    real, fresh_database
):
    unmet = MongoCommitStore(fresh_database.with_options(write_concern=WriteConcern(w=2, wtimeout=50)))
    handler = replica(unmet, deadline=0.5)
    answers = await asyncio.gather(
        *(handler.handle(NOTEBOOK, STREAMS[n], Mark(texts=(f"{n}",)), call(n)) for n in range(8)),
        return_exceptions=True,
    )
    # A set of one has a majority by itself, so a look-up finds the commit: Done, or unknown, but never a second commit.
    assert {type(answer) for answer in answers} <= {Done, OutcomeUnknown}
    for n in range(8):
        assert (await until_told(replica(real), n)).repeated
    await everything_exactly_once(real, [f"{n}" for n in range(8)])


@pytest.mark.parametrize(
    ("details", "outcomes"),
    [
        ({"nInserted": 3}, ["inserted"] * 3),
        ({"nInserted": 3, "writeConcernErrors": [{"code": 64}]}, ["unknown"] * 3),
        ({"nInserted": 0, "writeErrors": [{"index": 0, "code": 10107}]}, ["unknown"] * 3),
        (
            {"nInserted": 1, "writeErrors": [{"index": 1, "code": 11000, "keyPattern": {"_id": 1}}]},
            ["unknown", "version-taken", "unknown"],
        ),
        (
            {
                "nInserted": 1,
                "writeErrors": [
                    {"index": 0, "code": 11000, "keyPattern": {"command_id": 1}},
                    {"index": 2, "code": 91},
                ],
            },
            ["command-taken", "inserted", "unknown"],
        ),
        ({}, ["unknown"] * 3),
    ],
)
def test_what_a_server_says_of_a_group_of_three_is_believed_only_as_far_as_it_goes(details, outcomes):
    assert [written.outcome for written in _sorted_out(details, 3)] == outcomes
