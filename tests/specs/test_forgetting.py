"""A person's sealed part on its way through commands: written, read, and gone when the person is forgotten."""

from __future__ import annotations

import pytest

from services.chassis.calls import Done, StaleVersion
from services.chassis.commit_store import InMemoryCommitStore
from services.chassis.decider import Refused
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from tests.chain import assert_whole
from tests.notebook import (
    NOT_OPEN,
    NOTEBOOK,
    OTHER_OWNER,
    OWNER,
    Close,
    Enrol,
    Forget,
    Mark,
    Open,
    call,
    notebook,
    replica,
)
from tests.watched_store import UNKNOWN_KEPT, WatchedStore

STREAM = notebook()


@pytest.fixture
def keys() -> InMemoryWrappedKeys:
    """Keys that the replicas of a test share."""
    return InMemoryWrappedKeys()


async def _enrolled(store, keys):
    handler = replica(store, keys)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    await handler.handle(NOTEBOOK, STREAM, Enrol(owner=OWNER, name="สมชาย"), call("somchai"))
    await handler.handle(NOTEBOOK, STREAM, Enrol(owner=OTHER_OWNER, name="สมหญิง"), call("somying"))
    return handler


async def test_the_sealed_part_is_read_back_and_is_nowhere_in_the_log_in_clear(keys):
    store = InMemoryCommitStore()
    handler = await _enrolled(store, keys)
    assert await handler.personal(STREAM, OWNER) == {"name": "สมชาย"}
    assert "สมชาย" not in repr(store.documents)
    assert "สมชาย".encode() not in repr(store.documents).encode()
    assert_whole([store.documents[key] for key in sorted(store.documents)])


async def test_the_newest_of_several_sealed_parts_is_the_persons(keys):
    handler = await _enrolled(InMemoryCommitStore(), keys)
    await handler.handle(NOTEBOOK, STREAM, Enrol(owner=OWNER, name="สมชาย ใหม่"), call("corrected"))
    assert await handler.personal(STREAM, OWNER) == {"name": "สมชาย ใหม่"}


async def test_a_forgotten_person_is_unreadable_and_the_other_is_not_and_the_chain_is_whole(keys):
    store = InMemoryCommitStore()
    handler = await _enrolled(store, keys)
    assert isinstance(await handler.handle(NOTEBOOK, STREAM, Forget(), call("forget")), Done)
    assert await handler.personal(STREAM, OWNER) is None
    assert await handler.personal(STREAM, OTHER_OWNER) == {"name": "สมหญิง"}
    assert await handler.sealed_parts(STREAM, 2) == [
        ((await store.read(STREAM))[1].events[0].envelope.parsed(), None)
    ]
    assert_whole([store.documents[key] for key in sorted(store.documents)])


async def test_the_key_is_destroyed_before_the_append_so_that_a_crash_leaves_too_little(keys):
    store = WatchedStore()
    handler = await _enrolled(store, keys)
    at_append: list[bool] = []
    append = store.inner.append

    async def watched(documents):
        at_append.append(OWNER in keys)
        return await append(documents)

    store.inner.append = watched  # type: ignore[method-assign]
    await handler.handle(NOTEBOOK, STREAM, Forget(), call("forget"))
    assert at_append == [False]


async def test_a_forget_that_was_cut_off_after_the_key_is_completed_by_the_same_key(keys):
    store = WatchedStore()
    handler = await _enrolled(store, keys)
    await handler.sealing.destroy(OWNER)  # and then it crashed
    answer = await replica(store, keys).handle(NOTEBOOK, STREAM, Forget(), call("forget"))
    assert isinstance(answer, Done)
    assert not answer.repeated


async def test_a_forget_with_an_unknown_outcome_is_in_the_log_once(keys):
    store = WatchedStore()
    handler = await _enrolled(store, keys)
    store.inner.trouble.append(UNKNOWN_KEPT)
    assert isinstance(await handler.handle(NOTEBOOK, STREAM, Forget(), call("forget")), Done)
    assert len(store.stored(STREAM)) == 4
    assert OWNER not in keys


@pytest.mark.parametrize(
    "asked", [call("forget", expected=2), call("forget", scopes=("52",))], ids=["etag", "area"]
)
async def test_a_forget_that_is_turned_down_destroys_nothing(keys, asked):
    handler = await _enrolled(InMemoryCommitStore(), keys)
    try:
        answer = await handler.handle(NOTEBOOK, STREAM, Forget(), asked)
    except StaleVersion:
        pass
    else:
        assert isinstance(answer, Refused)
    assert await handler.personal(STREAM, OWNER) == {"name": "สมชาย"}


async def test_an_old_cache_that_would_forget_destroys_nothing_where_the_log_says_no(keys):
    store = InMemoryCommitStore()
    here = await _enrolled(store, keys)
    there = replica(store, keys)
    await there.handle(NOTEBOOK, STREAM, Close(), call("close"))
    assert await here.handle(NOTEBOOK, STREAM, Forget(), call("forget")) == NOT_OPEN
    assert OWNER in keys


async def test_a_repeated_forget_does_not_destroy_the_key_of_who_came_back(keys):
    handler = await _enrolled(InMemoryCommitStore(), keys)
    await handler.handle(NOTEBOOK, STREAM, Forget(), call("forget"))
    await handler.handle(NOTEBOOK, STREAM, Enrol(owner=OWNER, name="กลับมา"), call("back"))
    again = await handler.handle(NOTEBOOK, STREAM, Forget(), call("forget"))
    assert isinstance(again, Done)
    assert again.repeated
    assert await handler.personal(STREAM, OWNER) == {"name": "กลับมา"}


async def test_sealed_parts_of_a_commit_that_is_not_there_are_none(keys):
    handler = await _enrolled(InMemoryCommitStore(), keys)
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark"))
    assert await handler.sealed_parts(STREAM, 99) == []
    assert [opened for _, opened in await handler.sealed_parts(STREAM, 4)] == [None]
    assert await handler.personal(notebook(2), OWNER) is None
