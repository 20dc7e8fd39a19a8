"""Streams as a writer sees them: the fold, its cache, and one lock a stream."""

from __future__ import annotations

import asyncio

import pytest

from contracts.envelope import GENESIS
from services.chassis.calls import UnreadableStream
from services.chassis.streams import Held, Streams
from tests.notebook import NOTEBOOK, Mark, Notebook, Open, call, notebook, replica
from tests.watched_store import WatchedStore

STREAM = notebook()


async def _written(store: WatchedStore, marks: int, stream: str = STREAM) -> None:
    handler = replica(store)
    await handler.handle(NOTEBOOK, stream, Open(), call(f"{stream} open"))
    for n in range(marks):
        await handler.handle(NOTEBOOK, stream, Mark(texts=(f"{n}",)), call(f"{stream} {n}"))


async def test_a_stream_that_is_not_there_is_the_initial_state_at_version_0():
    held = await Streams(WatchedStore()).load(NOTEBOOK, STREAM)
    assert (held.state, held.version, held.hash) == (Notebook(), 0, GENESIS)


async def test_the_fold_is_every_event_in_order_with_the_last_hash_version_and_time():
    store = WatchedStore()
    await _written(store, 5)
    held = await Streams(store).load(NOTEBOOK, STREAM)
    last = (await store.inner.read(STREAM))[-1]
    assert held.state == Notebook(area="510101", marks=("0", "1", "2", "3", "4"))
    assert (held.version, held.hash, held.recorded_at) == (6, last.hash, last.recorded_at)


async def test_a_cached_stream_is_not_read_again_and_a_fresh_one_reads_only_what_came_since():
    store = WatchedStore()
    await _written(store, 2)
    streams = Streams(store)
    store.reads.clear()
    await streams.load(NOTEBOOK, STREAM)
    await streams.load(NOTEBOOK, STREAM)
    assert store.reads == [(STREAM, 0)]
    await replica(store).handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("other"))
    store.reads.clear()
    assert (await streams.load(NOTEBOOK, STREAM)).version == 3
    assert (await streams.load(NOTEBOOK, STREAM, fresh=True)).version == 4
    assert store.reads == [(STREAM, 3)]


async def test_many_states_are_asked_for_in_one_look_and_none_of_them_is_old():
    store = WatchedStore()
    there, cached, absent = (notebook(n) for n in range(1, 4))
    await _written(store, 1, there)
    await _written(store, 1, cached)
    handler = replica(store)
    await handler.state(NOTEBOOK, cached)
    await replica(store).handle(NOTEBOOK, cached, Mark(texts=("ก",)), call("other"))
    store.reads.clear()
    store.many.clear()
    states = await handler.states(NOTEBOOK, [there, cached, absent, there])
    assert {stream: held.version for stream, held in states.items()} == {there: 2, cached: 3, absent: 0}
    assert (store.many, store.reads) == ([3], [])
    del store.inner.documents[cached, 3]  # as a store that lags behind
    assert (await handler.states(NOTEBOOK, [cached]))[cached].version == 3


async def test_one_of_many_that_cannot_be_read_is_an_error_and_not_left_out():
    store = WatchedStore()
    await _written(store, 3)
    del store.inner.documents[STREAM, 2]
    with pytest.raises(UnreadableStream):
        await replica(store).states(NOTEBOOK, [notebook(2), STREAM])


async def test_a_forgotten_stream_is_read_from_its_beginning():
    store = WatchedStore()
    await _written(store, 2)
    streams = Streams(store)
    await streams.load(NOTEBOOK, STREAM)
    streams.forget(STREAM)
    streams.forget(STREAM)  # again: no error
    store.reads.clear()
    await streams.load(NOTEBOOK, STREAM)
    assert store.reads == [(STREAM, 0)]


async def test_the_cache_holds_no_more_than_its_bound_and_drops_what_was_used_longest_ago():
    store = WatchedStore()
    for name in range(4):
        await _written(store, 1, notebook(name))
    streams = Streams(store, cached=3)
    for name in (0, 1, 2, 0, 3):  # 1 was used longest ago when 3 comes
        await streams.load(NOTEBOOK, notebook(name))
    store.reads.clear()
    for name in (0, 2, 3, 1):
        await streams.load(NOTEBOOK, notebook(name))
    assert [stream for stream, _ in store.reads] == [notebook(1)]


async def test_a_slow_reader_does_not_put_an_older_fold_over_a_newer_one():
    store = WatchedStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.open_for_reads.clear()
    reading = asyncio.create_task(handler.state(NOTEBOOK, STREAM))  # sees version 1
    await asyncio.sleep(0.001)
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark"))
    store.open_for_reads.set()
    assert (await reading).version == 1
    assert (await handler.state(NOTEBOOK, STREAM, fresh=False)).version == 2


async def test_a_hole_in_a_stream_is_an_error_not_a_state():
    store = WatchedStore()
    await _written(store, 4)
    del store.inner.documents[STREAM, 3]
    with pytest.raises(UnreadableStream):
        await Streams(store).load(NOTEBOOK, STREAM)


async def test_a_commit_that_is_not_chained_to_the_one_before_is_an_error():
    store = WatchedStore()
    await _written(store, 2)
    store.inner.documents[STREAM, 2]["events"][0]["previoushash"] = GENESIS
    with pytest.raises(UnreadableStream):
        await Streams(store).load(NOTEBOOK, STREAM)


async def test_a_broken_stream_leaves_nothing_in_the_cache():
    store = WatchedStore()
    await _written(store, 2)
    kind = store.inner.documents[STREAM, 3]["events"][0]
    right, kind["type"] = kind["type"], "chumchon.members.NotebookGilded.v9"
    streams = Streams(store)
    with pytest.raises(UnreadableStream):
        await streams.load(NOTEBOOK, STREAM)
    kind["type"] = right
    assert (await streams.load(NOTEBOOK, STREAM)).version == 3


async def test_one_at_a_time_holds_a_stream_in_the_order_of_asking_and_other_streams_are_free():
    streams = Streams(WatchedStore())
    seen: list[str] = []

    async def hold(stream: str, name: str) -> None:
        async with streams.locked(stream):
            seen.append(f"{name} in")
            await asyncio.sleep(0.001)
            seen.append(f"{name} out")

    await asyncio.gather(hold("a", "1"), hold("a", "2"), hold("b", "other"), hold("a", "3"))
    mine = [entry for entry in seen if "other" not in entry]
    assert mine == ["1 in", "1 out", "2 in", "2 out", "3 in", "3 out"]
    assert seen.index("other out") < seen.index("2 out")
    assert not streams._locks


async def test_who_is_cancelled_while_waiting_for_a_stream_leaves_no_lock_behind_and_blocks_nobody():
    streams = Streams(WatchedStore())
    release = asyncio.Event()

    async def hold() -> None:
        async with streams.locked("a"):
            await release.wait()

    first = asyncio.create_task(hold())
    await asyncio.sleep(0)
    second, third = asyncio.create_task(hold()), asyncio.create_task(hold())
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    release.set()
    await asyncio.wait_for(asyncio.gather(first, third), 1)
    assert not streams._locks


def test_what_is_held_cannot_be_changed_by_who_reads_it():
    with pytest.raises(AttributeError):
        Held(Notebook()).version = 7  # type: ignore[misc]
