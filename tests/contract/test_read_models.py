"""One suite for read models: the fake that specs use and MongoDB answer alike. Expectations are written by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.chassis.checkpoints import Checkpoint, Checkpoints
from services.chassis.consumer.projecting import Folding
from services.chassis.consumer.reading import read
from services.chassis.mongo import Database
from services.chassis.mongo_read_models import MongoReadModels
from services.chassis.projection import Change, Projection, Record, facet, gone, shard
from services.chassis.read_models import InMemoryReadModels, ReadModels, Vector
from services.chassis.things.view import INDEXES
from services.chassis.transactions import transaction
from services.chassis.versions import Versions
from services.chassis.wanted import Begins, Between, Contains, Wanted
from tests.system.bus import registered, written

TOPIC = "chumchon.members.events.v1"
LATER = datetime(2022, 8, 1, 8, 30, 0, 123000, tzinfo=UTC)


def record(partition: int = 0, n: int = 1) -> Record:

    event = registered(n)
    envelope: Any = read(written(event, 1, 1, 0, partition=partition))
    return Record(envelope, event, TOPIC, partition)


@dataclass
class Bench:
    """Read models under test, and a way to write them."""

    models: ReadModels
    write: Callable[[Sequence[Change]], Awaitable[None]]
    reach: Callable[[int, int, datetime], Awaitable[None]]
    """Partition, position, newest."""


@pytest.fixture(params=["fake", "mongo"])
async def bench(request: pytest.FixtureRequest) -> Bench:
    return fake() if request.param == "fake" else await mongo(request.getfixturevalue("fresh_database"))


def fake() -> Bench:
    models = InMemoryReadModels()

    async def write(changes: Sequence[Change]) -> None:
        models.apply(changes)

    async def reach(partition: int, position: int, newest: datetime) -> None:
        models.positions.setdefault(TOPIC, {})[partition] = position
        models.newest = newest

    return Bench(models, write, reach)


async def mongo(database: Database) -> Bench:
    projection = Projection("members", {})
    await Versions(database, "members").prepare(projection.version, {})
    checkpoints = Checkpoints(database, "members", projection.version)
    await checkpoints.create({(TOPIC, n): Checkpoint((TOPIC, n)) for n in range(3)})

    async def write(changes: Sequence[Change]) -> None:
        folding = Folding(database, projection)
        folding.take(record(), 0, list(changes))
        async with transaction(database) as session:
            await folding.write(session)

    async def reach(partition: int, position: int, newest: datetime) -> None:
        [old] = (await checkpoints.load([(TOPIC, partition)])).values()
        async with transaction(database) as session:
            await checkpoints.advance({old: replace(old, position=position, newest=newest)}, session)

    return Bench(MongoReadModels(database, "members"), write, reach)


async def test_counters_are_summed_over_dates_and_sources_at_the_level_asked_for(bench: Bench):
    one, other = record(0), record(1)
    await bench.write(
        [
            shard(one, "members", "51010101", date(2021, 10, 1)),
            shard(one, "members", "51010101", date(2021, 10, 1), 2),
            shard(other, "members", "51010101", date(2021, 10, 1), 4),
            shard(one, "members", "51010102", date(2021, 10, 2), 8),
            shard(one, "members", "51020101", date(2021, 10, 2), 16),
            shard(one, "members", "50010101", date(2021, 10, 2), 32),
            shard(one, "cards", "51010101", date(2021, 10, 2), 64),
        ]
    )
    async with bench.models.snapshot() as seen:
        assert await seen.sums(["members"], within="51", digits=4) == {
            ("members", "5101"): 15,
            ("members", "5102"): 16,
        }
        assert await seen.sums(["members"], digits=0) == {("members", ""): 63}
        assert await seen.sums(["members"], digits=2) == {("members", "50"): 32, ("members", "51"): 31}
        assert await seen.sums(["members", "cards"], within="51010101") == {
            ("members", "51010101"): 7,
            ("cards", "51010101"): 64,
        }
        assert await seen.sums(["nothing"]) == {}
        assert await seen.sums([]) == {}


async def test_both_ends_of_a_period_belong_to_it(bench: Bench):
    await bench.write([shard(record(), "members", "51", date(2021, 10, day), 10**day) for day in (1, 2, 3)])
    async with bench.models.snapshot() as seen:
        key = ("members", "51")
        assert (await seen.sums(["members"], since=date(2021, 10, 2)))[key] == 1100
        assert (await seen.sums(["members"], until=date(2021, 10, 2)))[key] == 110
        assert (await seen.sums(["members"], since=date(2021, 10, 2), until=date(2021, 10, 2)))[key] == 100
        assert await seen.sums(["members"], since=date(2021, 10, 4)) == {}


async def test_dimensions_filter(bench: Bench):
    day = date(2021, 10, 1)
    await bench.write(
        [
            shard(record(), "members", "51", day, 1, cohort="old", network="tsm"),
            shard(record(), "members", "51", day, 2, cohort="new", network="tsm"),
            shard(record(), "members", "51", day, 4),
        ]
    )
    async with bench.models.snapshot() as seen:
        assert await seen.sums(["members"], where={"cohort": "new"}) == {("members", "51"): 2}
        assert await seen.sums(["members"], where={"cohort": "new", "network": "other"}) == {}
        assert await seen.sums(["members"]) == {("members", "51"): 7}


async def test_a_counter_that_came_back_to_nothing_is_zero_or_absent(bench: Bench):
    day = date(2021, 10, 1)
    await bench.write([shard(record(), "members", "51", day), shard(record(), "members", "51", day, -1)])
    async with bench.models.snapshot() as seen:
        assert (await seen.sums(["members"])).get(("members", "51"), 0) == 0


async def test_facets_come_by_subject_with_their_key_and_their_latest_fields(bench: Bench):
    one = record()
    await bench.write([facet(one, "tambon", "b", name="ก", n=1), facet(one, "tambon", "a", name="ข")])
    await bench.write([facet(one, "tambon", "b", name="ค"), facet(one, "district", "a", name="ง")])
    async with bench.models.snapshot() as seen:
        found = [dict(row) for row in await seen.facets("tambon")]
    stream = registered(1).membership_id
    assert found == [
        {"kind": "tambon", "subject": "a", "source": f"{TOPIC}/0", "stream": stream, "name": "ข"},
        {"kind": "tambon", "subject": "b", "source": f"{TOPIC}/0", "stream": stream, "name": "ค", "n": 1},
    ]


async def test_facets_of_several_streams_stand_side_by_side(bench: Bench):
    await bench.write(
        [facet(record(0, n=n), "tambon", "a", n=n) for n in (1, 2)] + [facet(record(2), "tambon", "a", n=3)]
    )
    async with bench.models.snapshot() as seen:
        found = await seen.facets("tambon")
    assert sorted(row["n"] for row in found) == [1, 2, 3]
    assert [(row["source"], row["stream"]) for row in found] == sorted(
        (row["source"], row["stream"]) for row in found
    )


async def test_facets_are_filtered_and_paged(bench: Bench):
    one = record()
    await bench.write(
        [
            facet(one, "area", "51", name="ลำพูน", level=1),
            facet(one, "area", "5101", name="เมือง", level=2),
            facet(one, "area", "5102", name="แม่ทา", level=2),
            facet(one, "area", "50", name="เชียงใหม่", level=1),
        ]
    )
    async with bench.models.snapshot() as seen:

        async def subjects(**asked: Any) -> list[str]:
            return [row["subject"] for row in await seen.facets("area", **asked)]

        assert await subjects() == ["50", "51", "5101", "5102"]
        assert await subjects(prefix={"subject": "51"}) == ["51", "5101", "5102"]
        assert await subjects(prefix={"subject": "51"}, where={"level": 2}) == ["5101", "5102"]
        assert await subjects(prefix={"name": "แม่"}) == ["5102"]
        assert await subjects(prefix={"subject": "."}) == []
        assert await subjects(where={"subject": "5101"}) == ["5101"]
        assert await subjects(where={"subject": ("5101", "50", "none")}) == ["50", "5101"]
        assert await subjects(where={"subject": ()}) == []
        assert await subjects(after="51", limit=1) == ["5101"]
        assert await subjects(after="5102") == []
        assert await subjects(limit=0) == []
        assert await subjects(where={"absent": None, "level": 1}) == ["50", "51"]


async def test_a_list_is_filtered_searched_and_turned_page_by_page(bench: Bench):
    one = record()
    await bench.write(
        [
            facet(
                one,
                "fund",
                "d",
                area="5101",
                since="2021-10-01",
                name="กองทุนบ้านป่าซาง",
                number="12/2565",
                tags=["x", "y"],
            ),
            facet(
                one,
                "fund",
                "a",
                area="5102",
                since="2021-12-31",
                name="กองทุน (ใหม่)",
                number="13/2565",
                tags=[],
            ),
            facet(one, "fund", "c", area="5101", since="2022-01-01", name="ออมทรัพย์", number=None),
            facet(one, "fund", "b", area="5201", since="2021-11-01", name="กองทุนอื่น", number="1.2"),
            facet(one, "other", "e", area="5101", since="2021-11-01", name="กองทุน", number="12"),
        ]
    )
    async with bench.models.snapshot() as seen:

        async def subjects(**asked: Any) -> list[str]:
            found = seen.listed("fund", **{"order": ("area", "subject"), **asked})
            return [row["subject"] async for row in found]

        assert await subjects() == ["c", "d", "a", "b"]
        assert await subjects(order=("subject",)) == ["a", "b", "c", "d"]
        assert await subjects(where={"area": Begins("51")}) == ["c", "d", "a"]
        assert await subjects(where={"since": Between("2021-10-01", "2021-12-31")}) == ["d", "a", "b"]
        assert await subjects(where={"since": Between(since="2021-11-01")}) == ["c", "a", "b"]
        assert await subjects(where={"since": Between(until="2021-11-01")}) == ["d", "b"]
        assert await subjects(where={"number": Between()}) == ["d", "a", "b"]
        assert await subjects(where={"name": Contains("ป่าซาง")}) == ["d"]
        assert await subjects(where={"name": Contains("(ใหม่)")}) == ["a"]
        assert await subjects(where={"number": Begins("1.")}) == ["b"]
        assert await subjects(where={"number": None}) == ["c"]
        assert await subjects(where={"tags": "y"}) == await subjects(where={"tags": Begins("y")}) == ["d"]
        assert await subjects(where={"subject": ("a", "none")}) == ["a"]
        assert await subjects(either={"name": Contains("ออม"), "number": Begins("13")}) == ["c", "a"]
        assert await subjects(
            either={"name": Contains("ออม"), "subject": ("a",)}, where={"area": Begins("5102")}
        ) == ["a"]
        assert await subjects(either={"absent": Contains("x")}) == []
        assert await subjects(after=("5101", "c")) == ["d", "a", "b"]
        assert await subjects(after=("5101", "c"), limit=2) == ["d", "a"]
        assert await subjects(after=("5101", "zz")) == ["a", "b"]
        assert await subjects(after=("5201", "b")) == []
        assert await subjects(limit=0) == []


async def test_a_list_by_area_is_read_from_the_index_and_not_sorted(fresh_database: Database):
    registers = Projection("otop.things", {}, INDEXES)
    await Versions(fresh_database, registers.name).prepare(registers.version, registers.indexes)
    facets = fresh_database[f"{registers.name}.{registers.version}.facets"]
    rows = [
        {"kind": "fund", "area": f"51{n % 40:06}", "subject": f"s{n:05}", "stage": "x" if n % 2 else "y"}
        for n in range(2000)
    ]
    await facets.insert_many([dict(row) for row in rows])
    models = MongoReadModels(fresh_database, registers.name)
    wheres: list[dict[str, Wanted]] = [{"area": Begins("51000001")}, {"area": Begins("51"), "stage": "x"}]
    for where in wheres:
        await fresh_database.command("profile", 2)
        async with models.snapshot() as seen:
            found = seen.listed(
                "fund", where=where, order=("area", "subject"), after=("51000001", "s00500"), limit=11
            )
            assert len([row async for row in found]) == 11
        await fresh_database.command("profile", 0)
        [told] = (
            await fresh_database["system.profile"]
            .find({"op": "query", "ns": f"{fresh_database.name}.{facets.name}"})
            .to_list(None)
        )
        await fresh_database.drop_collection("system.profile")
        assert "IXSCAN" in told["planSummary"]
        assert not told.get("hasSortStage")
        assert told["docsExamined"] < 100


async def test_what_is_gone_is_gone_and_may_come_again_without_its_past(bench: Bench):
    one = record()
    await bench.write([facet(one, "area", "51", name="x", n=1), facet(one, "area", "52", name="y")])
    await bench.write([gone(one, "area", "51"), gone(one, "area", "52"), facet(one, "area", "52", n=2)])
    async with bench.models.snapshot() as seen:
        [row] = await seen.facets("area")
    assert (row["subject"], row["n"], "name" in row) == ("52", 2, False)


async def test_a_snapshot_knows_up_to_where_it_has_read(bench: Bench):
    await bench.reach(0, 7, LATER)
    await bench.reach(2, 9, LATER)
    async with bench.models.snapshot() as seen:
        assert seen.vector == Vector({TOPIC: {0: 7, 2: 9}}, LATER)


async def test_before_the_first_event_everything_is_empty(bench: Bench):
    async with bench.models.snapshot() as seen:
        assert seen.vector == Vector({}, None)
        assert await seen.facets("area") == []
        assert await seen.sums(["members"]) == {}
        assert [row async for row in seen.listed("area")] == []


async def test_before_the_first_start_everything_is_empty(fresh_database: Database):
    async with MongoReadModels(fresh_database, "never-started").snapshot() as seen:
        assert seen.vector == Vector({}, None)
        assert await seen.facets("area") == []
        assert await seen.sums(["members"]) == {}


async def test_a_snapshot_in_mongodb_does_not_see_what_is_written_while_it_reads(fresh_database: Database):
    bench = await mongo(fresh_database)
    await bench.write([shard(record(), "members", "51", date(2021, 10, 1))])
    async with bench.models.snapshot() as seen:
        await bench.write([shard(record(), "members", "51", date(2021, 10, 1))])
        await bench.reach(0, 1, LATER)
        assert await seen.sums(["members"]) == {("members", "51"): 1}
        assert seen.vector == Vector({}, None)
    async with bench.models.snapshot() as seen:
        assert await seen.sums(["members"]) == {("members", "51"): 2}
        assert seen.vector == Vector({TOPIC: {0: 1}}, LATER)
