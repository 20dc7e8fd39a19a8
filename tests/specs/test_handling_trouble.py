"""What a command does when the store does not say, hangs, fails or lies: never twice, never lost, never a false word."""

from __future__ import annotations

import asyncio
import time

import pytest
from pymongo.errors import AutoReconnect

from services.chassis.calls import Done, OutcomeUnknown, Overloaded, StaleVersion, Unavailable
from services.chassis.commits import Written
from tests.chain import assert_whole
from tests.notebook import NOT_OPEN, NOTEBOOK, Close, Mark, Open, call, marked, notebook, replica
from tests.watched_store import UNKNOWN_KEPT, UNKNOWN_LOST, WatchedStore

STREAM = notebook()
MARK = Mark(texts=("ก",))


@pytest.mark.parametrize(
    "trouble",
    [[UNKNOWN_KEPT], [UNKNOWN_LOST], [UNKNOWN_LOST, UNKNOWN_LOST], [UNKNOWN_LOST, UNKNOWN_KEPT]],
    ids=["kept", "lost", "lost twice", "lost, then kept"],
)
async def test_an_unknown_outcome_is_tried_again_with_the_same_document_until_it_is_known(trouble):
    store = WatchedStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.extend(trouble)
    assert await handler.handle(NOTEBOOK, STREAM, MARK, call("k")) == Done(STREAM, 2, (marked("ก"),))
    assert len(store.stored(STREAM)) == 2
    assert_whole(store.stored(STREAM))


async def test_still_unknown_at_the_deadline_is_said_so_and_the_same_key_tells():
    store = WatchedStore()
    handler = replica(store, deadline=0.1)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.extend([UNKNOWN_LOST] * 1_000)
    with pytest.raises(OutcomeUnknown):
        await handler.handle(NOTEBOOK, STREAM, MARK, call("k"))
    store.inner.trouble.clear()
    assert await handler.handle(NOTEBOOK, STREAM, MARK, call("k")) == Done(STREAM, 2, (marked("ก"),))
    assert_whole(store.stored(STREAM))


async def test_unknown_but_kept_at_the_deadline_is_found_by_the_same_key_and_not_written_twice():
    store = WatchedStore()
    handler = replica(store, deadline=0.05)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.append(UNKNOWN_KEPT)
    store.latest_raises.extend([AutoReconnect("no majority")] * 1_000)
    with pytest.raises(OutcomeUnknown):
        await handler.handle(NOTEBOOK, STREAM, MARK, call("k"))
    store.latest_raises.clear()
    again = await handler.handle(NOTEBOOK, STREAM, MARK, call("k"))
    assert again == Done(STREAM, 2, (marked("ก"),), repeated=True)
    assert len(store.stored(STREAM)) == 2


async def test_unknown_and_then_the_version_taken_by_another_decides_again_on_what_is_there():
    store = WatchedStore()
    here, there = replica(store), replica(store)
    await here.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.append(UNKNOWN_LOST)
    first = asyncio.create_task(here.handle(NOTEBOOK, STREAM, MARK, call("k")))
    while not store.groups[1:] or store.inner.trouble:
        await asyncio.sleep(0)
    other = await there.handle(NOTEBOOK, STREAM, Mark(texts=("ข",)), call("other"))
    assert other == Done(STREAM, 2, (marked("ข"),))
    assert await first == Done(STREAM, 3, (marked("ก"),))
    assert_whole(store.stored(STREAM))


async def test_unknown_and_then_taken_by_another_may_end_as_a_refusal_and_writes_nothing():
    store = WatchedStore()
    here, there = replica(store), replica(store)
    await here.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.append(UNKNOWN_LOST)
    first = asyncio.create_task(here.handle(NOTEBOOK, STREAM, MARK, call("k")))
    while not store.groups[1:] or store.inner.trouble:
        await asyncio.sleep(0)
    await there.handle(NOTEBOOK, STREAM, Close(), call("close"))
    assert await first == NOT_OPEN
    assert len(store.stored(STREAM)) == 2


async def test_unknown_and_then_taken_by_another_is_412_where_there_was_an_etag():
    store = WatchedStore()
    here, there = replica(store), replica(store)
    await here.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.append(UNKNOWN_LOST)
    first = asyncio.create_task(here.handle(NOTEBOOK, STREAM, MARK, call("k", expected=1)))
    while not store.groups[1:] or store.inner.trouble:
        await asyncio.sleep(0)
    await there.handle(NOTEBOOK, STREAM, Mark(texts=("ข",)), call("other"))
    with pytest.raises(StaleVersion):
        await first
    assert len(store.stored(STREAM)) == 2


async def test_a_cached_stream_is_dropped_after_an_unknown_outcome():
    store = WatchedStore()
    handler = replica(store, deadline=0.05)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.extend([UNKNOWN_KEPT, *[(Written("unknown", "still"), False)] * 1_000])
    with pytest.raises(OutcomeUnknown):
        await handler.handle(NOTEBOOK, STREAM, MARK, call("k"))
    store.inner.trouble.clear()
    store.reads.clear()
    answer = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ข",)), call("next"))
    assert answer == Done(STREAM, 3, (marked("ข"),))
    assert store.reads == [(STREAM, 0)]


async def test_a_store_that_raises_is_unknown_not_an_error_of_the_caller():
    store = WatchedStore()
    handler = replica(store)
    store.append_raises.extend([RuntimeError("a bug in a driver"), AutoReconnect("gone")])
    assert isinstance(await handler.handle(NOTEBOOK, STREAM, Open(), call("k")), Done)
    assert len(store.stored(STREAM)) == 1


@pytest.mark.parametrize("where", ["read", "latest"])
async def test_a_store_that_cannot_be_read_is_unavailable_and_nothing_is_written(where):
    store = WatchedStore()
    handler = replica(store)
    (store.read_raises if where == "read" else store.latest_raises).append(AutoReconnect("gone"))
    with pytest.raises(Unavailable):  # MARK is refused, which asks for the latest
        await handler.handle(NOTEBOOK, STREAM, MARK, call("k"))
    assert not store.inner.documents
    assert isinstance(await handler.handle(NOTEBOOK, STREAM, Open(), call("open")), Done)


async def test_a_store_that_hangs_on_an_insert_is_unknown_at_the_deadline_and_the_same_key_tells():
    store = WatchedStore()
    handler = replica(store, deadline=0.1)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.open_for_appends.clear()
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        await asyncio.wait_for(handler.handle(NOTEBOOK, STREAM, MARK, call("k")), timeout=5)
    assert time.monotonic() - begun < 3
    store.open_for_appends.set()
    again = await handler.handle(NOTEBOOK, STREAM, MARK, call("k"))
    assert isinstance(again, Done)
    await handler.drain()
    assert len(store.stored(STREAM)) == 2
    assert_whole(store.stored(STREAM))


async def test_a_store_that_hangs_on_a_read_is_unavailable_at_the_deadline_with_nothing_written():
    store = WatchedStore()
    store.open_for_reads.clear()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(replica(store, deadline=0.1).handle(NOTEBOOK, STREAM, Open(), call("k")), 5)
    assert not store.inner.documents


async def test_who_waits_behind_a_hanging_command_of_the_same_stream_waits_no_longer_than_the_deadline():
    store = WatchedStore()
    handler = replica(store, deadline=0.2)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.open_for_appends.clear()
    begun = time.monotonic()
    waiting = [handler.handle(NOTEBOOK, STREAM, Mark(texts=(f"{n}",)), call(n)) for n in range(20)]
    answers = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), timeout=10)
    assert time.monotonic() - begun < 3  # one after the other it would be 4
    assert all(isinstance(answer, OutcomeUnknown | Unavailable) for answer in answers)
    store.open_for_appends.set()
    await handler.drain()
    for n in range(20):
        assert isinstance(await handler.handle(NOTEBOOK, STREAM, Mark(texts=(f"{n}",)), call(n)), Done)
    assert len(store.stored(STREAM)) == 21
    assert_whole(store.stored(STREAM))


async def test_a_full_queue_after_an_unknown_outcome_is_not_called_nothing_was_written():
    store = WatchedStore(yields=0)
    handler = replica(store, deadline=0.1)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.inner.trouble.append(UNKNOWN_KEPT)
    first = asyncio.create_task(handler.handle(NOTEBOOK, STREAM, MARK, call("k")))
    while store.inner.trouble:
        await asyncio.sleep(0)
    handler._group._limit = 0  # full from now on
    with pytest.raises(OutcomeUnknown):
        await first
    with pytest.raises(Overloaded):  # and this one did write nothing
        await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ข",)), call("other"))
    assert len(store.stored(STREAM)) == 2


async def test_nothing_is_refused_on_the_word_of_a_primary_that_was_just_elected():
    """It has what a majority has and does not know it yet: for a moment its majority reads miss it (`make chaos`, seed 2)."""
    store = WatchedStore()
    await replica(store).handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.hidden, store.late = {(STREAM, 1)}, 4
    assert await replica(store).handle(NOTEBOOK, STREAM, MARK, call("k")) == Done(STREAM, 2, (marked("ก"),))
    store.hidden, store.late = {(STREAM, 1), (STREAM, 2)}, 4
    again = await replica(store).handle(NOTEBOOK, STREAM, MARK, call("k"))
    assert again == Done(STREAM, 2, (marked("ก"),), repeated=True)
    store.hidden, store.late = {(STREAM, 2)}, 4
    with pytest.raises(StaleVersion, match="2"):
        await replica(store).handle(NOTEBOOK, STREAM, MARK, call("other", expected=1))
    store.late = 0
    await replica(store).handle(NOTEBOOK, STREAM, Close(), call("close"))
    await replica(store).handle(NOTEBOOK, STREAM, Open(), call("open again"))
    store.hidden, store.late = {(STREAM, 3), (STREAM, 4)}, 4  # MARK was done, and undone
    assert await replica(store).handle(NOTEBOOK, STREAM, MARK, call("once more")) == Done(
        STREAM, 5, (marked("ก"),)
    )
    assert_whole(store.stored(STREAM))
