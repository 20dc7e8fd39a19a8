"""What the chassis asks of MongoDB, on the fake and on a real one: errors, transactions and upserts are alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import ASCENDING, DeleteOne, IndexModel, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure

from services.chassis.transactions import transaction
from tests.contract.conftest import REAL
from tests.mongo_in_memory import Server, connect

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture(params=["memory", REAL])
def database(request: pytest.FixtureRequest, database_if_real: Any) -> Any:
    """An empty database."""
    ticks = iter(range(1_000_000))
    return connect(Server(lambda: next(ticks) / 1000)) if database_if_real is None else database_if_real


async def _all(database: Any, name: str = "things") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await database[name].find().sort("_id", 1).to_list(None)
    return found


async def test_a_group_tells_of_each_document_that_was_taken_and_by_which_key(database):
    await database["things"].create_indexes([IndexModel([("key", ASCENDING)], name="key", unique=True)])
    await database["things"].insert_one({"_id": {"a": 1, "b": 1}, "key": "x"})
    with pytest.raises(BulkWriteError) as caught:
        await database["things"].insert_many(
            [
                {"_id": {"a": 1, "b": 1}, "key": "y"},
                {"_id": {"a": 1, "b": 2}, "key": "x"},
                {"_id": {"b": 1, "a": 1}, "key": "z"},
            ],
            ordered=False,
        )
    details = caught.value.details or {}
    assert [(one["index"], one["code"], one["keyPattern"]) for one in details["writeErrors"]] == [
        (0, 11000, {"_id": 1}),
        (1, 11000, {"key": 1}),
    ]
    assert (details["nInserted"], details["writeConcernErrors"]) == (1, [])


async def test_no_element_of_an_array_is_in_two_documents_under_a_unique_index(database):
    await database["things"].create_indexes(
        [IndexModel([("commits", ASCENDING)], name="commits", unique=True)]
    )
    await database["things"].insert_one({"_id": 1, "commits": [{"stream": "a", "version": 1}]})
    await database["things"].insert_one({"_id": 2, "commits": [{"stream": "a", "version": 2}]})
    with pytest.raises(DuplicateKeyError):
        await database["things"].insert_one(
            {"_id": 3, "commits": [{"stream": "b", "version": 1}, {"stream": "a", "version": 1}]}
        )


async def test_a_lease_is_won_by_the_servers_clock(database):
    query = {"_id": 1, "$expr": {"$or": [{"$lt": ["$until", "$$NOW"]}, {"$eq": ["$holder", "me"]}]}}
    win = [{"$set": {"holder": "me", "epoch": {"$add": ["$epoch", 1]}, "until": {"$add": ["$$NOW", 60_000]}}}]
    after = ReturnDocument.AFTER
    assert await database["things"].find_one_and_update(query, win, return_document=after) is None
    made = {"$setOnInsert": {"holder": "", "epoch": 0, "until": LONG_AGO}}
    assert (await database["things"].update_one({"_id": 1}, made, upsert=True)).upserted_id == 1
    assert (await database["things"].update_one({"_id": 1}, made, upsert=True)).upserted_id is None
    won = await database["things"].find_one_and_update(query, win, return_document=after)
    assert (won["holder"], won["epoch"]) == ("me", 1)
    await database["things"].update_one({"_id": 1}, {"$set": {"holder": "another"}})
    assert await database["things"].find_one_and_update(query, win, return_document=after) is None


async def test_a_transaction_is_seen_whole_or_not_at_all(database):
    await database["things"].insert_one({"_id": 1, "n": 0, "pending": True})

    async def half() -> None:
        async with transaction(database) as session:
            gone = {"$unset": {"pending": ""}}
            await database["things"].update_many({"_id": {"$in": [1, 2]}}, gone, session=session)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await half()
    async with transaction(database) as session:
        writes = [
            UpdateOne({"_id": 1}, {"$inc": {"n": 2}, "$setOnInsert": {"no": 1}}, upsert=True),
            UpdateOne({"_id": 2}, {"$inc": {"n": 3}, "$setOnInsert": {"yes": 1}}, upsert=True),
            ReplaceOne({"_id": 3}, {"m": 4}, upsert=True),
            DeleteOne({"_id": 4}),
            UpdateOne({"_id": 5, "revision": 1}, {"$set": {"m": 1}}),
        ]
        done = await database["things"].bulk_write(writes, ordered=False, session=session)
        assert done.matched_count == 1
        assert len(await _all(database)) == 1, "nobody else sees it yet"
        assert await database["things"].find_one({"_id": 3}, session=session) == {"_id": 3, "m": 4}
    assert await _all(database) == [
        {"_id": 1, "n": 2, "pending": True},
        {"_id": 2, "n": 3, "yes": 1},
        {"_id": 3, "m": 4},
    ]


@pytest.mark.parametrize("committed", [False, True])
async def test_two_transactions_that_write_one_document_conflict_whether_one_has_ended_or_not(
    database, committed
):
    await database["things"].insert_many([{"_id": 1, "n": 0}, {"_id": 2}], ordered=False)
    more = {"$inc": {"n": 1}}

    async def met() -> None:
        async with transaction(database) as mine:
            await database["things"].find_one({"_id": 2}, session=mine)
            async with transaction(database) as other:
                await database["things"].update_one({"_id": 1}, more, session=other)
                if not committed:
                    await database["things"].update_one({"_id": 1}, more, session=mine)
            await database["things"].update_one({"_id": 1}, more, session=mine)

    with pytest.raises(OperationFailure) as caught:
        await met()
    assert caught.value.code == 112
    assert caught.value.has_error_label("TransientTransactionError")


async def test_a_session_that_was_killed_has_no_transaction_any_more(database):
    async def killed() -> None:
        async with transaction(database) as mine:
            await database["things"].update_one({"_id": 1}, {"$set": {"n": 1}}, upsert=True, session=mine)
            identity: Any = mine.session_id  # motor's stubs take the property for a method
            await database.client.admin.command("killSessions", [{"id": identity["id"]}])
            await database["things"].update_one({"_id": 1}, {"$set": {"n": 2}}, session=mine)

    with pytest.raises(OperationFailure) as caught:
        await killed()
    assert caught.value.has_error_label("TransientTransactionError")
    assert await _all(database) == []


async def test_queries_find_what_they_find(database):
    await database["things"].insert_many(
        [
            {"_id": "a/1", "position": 1, "retired": [{"version": "x", "at": LONG_AGO}]},
            {"_id": "a/2", "position": None, "retired": []},
            {"_id": "b/1", "events": [{"data": 1, "sealed": 2}]},
        ],
        ordered=False,
    )

    async def ids(query: Any) -> list[str]:
        return [one["_id"] for one in await database["things"].find(query).sort([("_id", -1)]).to_list(None)]

    assert await ids({"_id": {"$gte": "a/", "$lt": "a0"}}) == ["a/2", "a/1"]
    assert await ids({"position": {"$ne": None}}) == ["a/1"]
    assert await ids({"position": None}) == ["b/1", "a/2"]
    assert await ids({"retired.version": "x"}) == ["a/1"]
    assert await ids({"$or": [{"position": {"$lt": 5}}, {"_id": "b/1"}]}) == ["b/1", "a/1"]
    await database["things"].update_one({"_id": "a/1"}, {"$pull": {"retired": {"version": "x"}}})
    await database["things"].update_one({"_id": "a/2"}, {"$push": {"retired": {"version": "y"}}})
    assert await ids({"retired": {"version": "y"}}) == ["a/2"]
    [one] = await database["things"].find({"_id": "b/1"}, {"events.sealed": 0}).to_list(None)
    assert one == {"_id": "b/1", "events": [{"data": 1}]}
    assert await database["things"].count_documents({}, limit=2) == 2
