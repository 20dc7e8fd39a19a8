"""What every commit store promises; run on the fake and on a real MongoDB, so that the fake may be trusted."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, timedelta

import pytest

from contracts.ids import derived
from services.chassis.commits import COMMIT_EVENTS, EVENT_BYTES, to_bson
from services.chassis.group_commit import GROUP_BYTES
from tests.chain import assert_whole
from tests.contract.documents import MILLISECONDS, commit, raw


async def _append(store, *commits):
    return [written.outcome for written in await store.append([to_bson(each) for each in commits])]


async def test_what_was_appended_is_read_back_the_same_bytes_and_times_and_thai_included(store):
    written = commit(text="หมู่บ้าน “๕๑” 🌾\u200b\x00\\", events=3, sealed=bytes(range(256)))
    assert await _append(store, written) == ["inserted"]
    assert await store.read(written.stream) == [written]
    assert await store.latest(written.stream, 0, written.command_id) == (written, [written])


async def test_what_a_command_made_and_what_a_stream_had_since_are_told_together(store):
    first, second = commit(key="a"), commit(key="b", version=2)
    assert await store.latest(first.stream, 0, first.command_id) == (None, [])
    await _append(store, first, second)
    assert await store.latest(first.stream, 0, first.command_id) == (first, [first, second])
    assert await store.latest(first.stream, 1, derived("never")) == (None, [second])
    assert await store.latest(first.stream, 1) == (None, [second])
    assert await store.latest("notebook:other", 0, second.command_id) == (second, [])


async def test_many_who_ask_for_the_latest_at_once_each_get_their_own(store):
    commits = [commit(f"notebook:{n % 7}", 1 + n // 7, key=n) for n in range(300)]
    await _append(store, *commits)
    asked = [store.latest(one.stream, one.version - 1, one.command_id) for one in commits]
    for one, (mine, since) in zip(commits, await asyncio.gather(*asked), strict=True):
        assert mine == one
        assert since == [
            each for each in commits if each.stream == one.stream and each.version >= one.version
        ]


async def test_a_commit_waits_to_be_sent_under_an_id_of_stream_and_version_in_that_order(store):
    await _append(store, commit())
    [document] = await raw(store, "notebook:1")
    assert document["pending"] is True
    assert list(document["_id"].items()) == [("stream", "notebook:1"), ("version", 1)]


async def test_optional_fields_that_are_absent_are_not_stored_and_come_back_empty(store):
    plain = commit()
    plain = type(plain)(
        **{name: getattr(plain, name) for name in plain.__slots__} | {"causation_id": "", "traceparent": ""}
    )
    await _append(store, plain)
    [document] = await raw(store, "notebook:1")
    assert {"causation_id", "traceparent", "sealed"}.isdisjoint(document | document["events"][0])
    [found] = await store.read("notebook:1")
    assert (found.causation_id, found.traceparent) == ("", "")


async def test_times_come_back_in_utc_and_in_whole_milliseconds(store):
    await _append(store, commit())
    [found] = await store.read("notebook:1")
    assert found.recorded_at == MILLISECONDS
    assert found.recorded_at.tzinfo == UTC


async def test_a_version_is_taken_once(store):
    assert await _append(store, commit(key="a")) == ["inserted"]
    assert await _append(store, commit(key="b", text="ข")) == ["version-taken"]
    [found] = await store.read("notebook:1")
    assert found.events[0].envelope.data == commit().events[0].envelope.data


async def test_a_command_is_taken_once_whatever_its_stream(store):
    assert await _append(store, commit("notebook:1", 1, "a")) == ["inserted"]
    assert (
        await _append(store, commit("notebook:1", 2, "a"), commit("notebook:2", 1, "a"))
        == ["command-taken"] * 2
    )


async def test_the_very_same_document_again_says_that_its_version_is_taken(store):
    assert await _append(store, commit()) == ["inserted"]
    assert await _append(store, commit()) == ["version-taken"]
    assert len(await store.read("notebook:1")) == 1


async def test_in_a_group_everyone_has_his_own_outcome_in_his_own_place(store):
    await _append(store, commit("notebook:1", 1, "a"))
    group = [
        commit("notebook:1", 1, "b"),
        commit("notebook:2", 1, "c"),
        commit("notebook:3", 1, "a"),
        commit("notebook:4", 1, "d"),
        commit("notebook:4", 1, "e"),
        commit("notebook:5", 1, "d"),
        commit("notebook:6", 1, "f"),
    ]
    assert await _append(store, *group) == [
        "version-taken",
        "inserted",
        "command-taken",
        "inserted",
        "version-taken",
        "command-taken",
        "inserted",
    ]


async def test_a_group_of_duplicates_writes_one(store):
    outcomes = Counter(await _append(store, *[commit()] * 50))
    assert outcomes == {"inserted": 1, "version-taken": 49}


async def test_50_groups_at_once_for_one_version_one_wins(store):
    groups = await asyncio.gather(*(_append(store, commit(key=n, text=f"{n}")) for n in range(50)))
    assert Counter(outcome for [outcome] in groups) == {"inserted": 1, "version-taken": 49}


async def test_50_groups_at_once_with_one_command_for_50_streams_one_wins(store):
    groups = await asyncio.gather(*(_append(store, commit(f"notebook:{n}", 1, "a")) for n in range(50)))
    assert Counter(outcome for [outcome] in groups) == {"inserted": 1, "command-taken": 49}


async def test_a_stream_is_read_in_order_and_alone_from_after_a_version(store):
    streams = ["notebook:1", "notebook:10", "notebook:", "notebook", "membership:1"]
    commits = [commit(stream, version) for stream in streams for version in range(1, 12)]
    random.Random(7).shuffle(commits)
    assert set(await _append(store, *commits)) == {"inserted"}
    for stream in streams:
        assert [each.version for each in await store.read(stream)] == list(range(1, 12))
        assert {each.stream for each in await store.read(stream)} == {stream}
    assert [each.version for each in await store.read("notebook:1", 9)] == [10, 11]
    assert await store.read("notebook:1", 11) == []
    assert await store.read("notebook:2") == []


async def test_a_stream_of_more_commits_than_a_cursors_batch_is_read_whole(store):
    await _append(store, *(commit("notebook:1", version) for version in range(1, 1_001)))
    assert [each.version for each in await store.read("notebook:1")] == list(range(1, 1_001))


async def test_a_group_of_1000_goes_in_whole(store):
    commits = [commit(f"notebook:{n}", 1) for n in range(1_000)]
    assert Counter(await _append(store, *commits)) == {"inserted": 1_000}


async def test_the_largest_commits_that_are_allowed_fill_a_group_and_go_in(store):
    texts = "x" * (EVENT_BYTES - 200)
    largest = [commit(f"notebook:{n}", 1, text=texts, events=15) for n in range(4)]
    assert 15 * 1024 * 1024 < sum(len(to_bson(each)) for each in largest) <= GROUP_BYTES
    assert await _append(store, *largest) == ["inserted"] * 4
    assert await _append(store, commit("notebook:many", 1, events=COMMIT_EVENTS)) == ["inserted"]
    assert (await store.read("notebook:3"))[0] == largest[3]


async def test_a_chain_that_was_written_can_be_verified_from_what_is_stored(store):
    previous = commit("notebook:1", 1, text="๑", events=2)
    await _append(store, previous)
    for version in range(2, 30):
        following = commit(
            "notebook:1",
            version,
            text=f"{version} ก",
            previous=previous.hash,
            at=MILLISECONDS + timedelta(milliseconds=version * 7),
        )
        await _append(store, following)
        previous = following
    assert assert_whole(await raw(store, "notebook:1")) == previous.hash


async def test_preparing_twice_changes_nothing(store):
    await store.prepare()
    await _append(store, commit())
    await store.prepare()
    assert len(await store.read("notebook:1")) == 1


@pytest.mark.parametrize("stream", ["notebook:$where", "a.b.c", "{'$gt': ''}", "น้ำ", " ", "x" * 2_000])
async def test_a_stream_may_be_named_anything_that_is_text(store, stream):
    assert await _append(store, commit(stream)) == ["inserted"]
    assert [each.stream for each in await store.read(stream)] == [stream]


async def test_several_streams_are_read_whole_at_once_and_who_is_not_there_is_empty(store):
    commits = [commit(f"notebook:{n % 3}", 1 + n // 3, key=n) for n in range(9)]
    await _append(store, *commits)
    read = await store.read_many([f"notebook:{n}" for n in range(4)])
    for n in range(3):
        assert read[f"notebook:{n}"] == [one for one in commits if one.stream == f"notebook:{n}"]
    assert not read.get("notebook:3")
