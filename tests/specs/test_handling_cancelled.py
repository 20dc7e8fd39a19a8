"""Callers that go away: their commands are written exactly once or not at all, and nobody else is harmed."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from services.chassis.calls import Done, OutcomeUnknown
from tests.chain import assert_whole
from tests.notebook import NOTEBOOK, Enrol, Mark, Open, call, marked, notebook, replica
from tests.watched_store import UNKNOWN_KEPT, UNKNOWN_LOST, WatchedStore

STREAM = notebook()


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("trouble", [[], [UNKNOWN_KEPT], [UNKNOWN_LOST]], ids=["calm", "kept", "lost"])
async def test_a_caller_cancelled_at_any_await_leaves_its_command_written_exactly_once(trouble):
    written = 0
    for turns in range(1, 30):
        store = WatchedStore(yields=2)
        handler = replica(store)
        await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
        store.inner.trouble.extend(trouble)
        caller = asyncio.create_task(handler.handle(NOTEBOOK, STREAM, Enrol(), call("k")))
        await _turns(turns)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        neighbour = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ข",)), call("neighbour"))
        await handler.drain()
        assert neighbour == Done(STREAM, 3, (marked("ข"),)), "the cancelled one was before it in the line"
        assert len(store.stored(STREAM)) == 3
        assert_whole(store.stored(STREAM))
        again = await handler.handle(NOTEBOOK, STREAM, Enrol(), call("k"))
        assert isinstance(again, Done)
        assert (again.version, again.repeated) == (2, True)
        written += 1
    assert written == 29


async def test_a_caller_cancelled_before_it_began_wrote_nothing():
    store = WatchedStore()
    handler = replica(store)
    caller = asyncio.create_task(handler.handle(NOTEBOOK, STREAM, Open(), call("k")))
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await handler.drain()
    assert not store.inner.documents


@pytest.mark.parametrize("seconds", [0.0, 0.0005, 0.002, 0.005])  # all 100 take 10 ms at least
async def test_of_100_callers_with_timeouts_every_command_is_there_exactly_once(seconds):
    store = WatchedStore(yields=20)
    handlers = [replica(store, deadline=20), replica(store, deadline=20)]
    for name in range(4):
        await handlers[0].handle(NOTEBOOK, notebook(name), Open(), call(f"open {name}"))

    async def impatient(n: int) -> Any:
        asked = handlers[n % 2].handle(NOTEBOOK, notebook(n % 4), Mark(texts=(f"{n}",)), call(n))
        return await asyncio.wait_for(asked, seconds if n % 3 else 30)

    answers = await asyncio.gather(*(impatient(n) for n in range(100)), return_exceptions=True)
    assert any(isinstance(answer, TimeoutError) for answer in answers)
    for handler in handlers:
        await handler.drain()
    marks: list[str] = []
    for name in range(4):
        assert_whole(store.stored(notebook(name)))
        marks += (await replica(store).state(NOTEBOOK, notebook(name))).state.marks
    assert len(marks) == len(set(marks))
    acknowledged = {f"{n}" for n, answer in enumerate(answers) if isinstance(answer, Done)}
    assert acknowledged <= set(marks)
    for n in range(100):
        again = await handlers[0].handle(NOTEBOOK, notebook(n % 4), Mark(texts=(f"{n}",)), call(n))
        assert isinstance(again, Done)
        assert again.repeated == (f"{n}" in marks)


async def test_a_graceful_stop_waits_for_the_commands_of_callers_that_are_gone():
    store = WatchedStore()
    handler = replica(store)
    store.open_for_appends.clear()
    callers = [asyncio.create_task(handler.handle(NOTEBOOK, notebook(n), Open(), call(n))) for n in range(9)]
    await _turns(20)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    draining = asyncio.create_task(handler.drain())
    await _turns(20)
    assert not draining.done()
    store.open_for_appends.set()
    await asyncio.wait_for(draining, 5)
    assert len(store.inner.documents) == 9


async def test_a_command_that_fails_after_its_caller_went_away_does_not_cry_into_the_loop():
    cries: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: cries.append(context))
    try:
        store = WatchedStore()
        handler = replica(store, deadline=0.05)
        store.open_for_appends.clear()
        caller = asyncio.create_task(handler.handle(NOTEBOOK, STREAM, Open(), call("k")))
        await _turns(10)
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        await asyncio.sleep(0.1)
        store.open_for_appends.set()
        await handler.drain()
        gc.collect()
        await _turns(3)
    finally:
        loop.set_exception_handler(before)
    assert not cries


async def test_locks_and_running_commands_are_let_go_of_however_they_ended():
    store = WatchedStore()
    handler = replica(store, deadline=0.05)
    store.inner.trouble.extend([UNKNOWN_LOST] * 5)
    await asyncio.gather(
        *(handler.handle(NOTEBOOK, notebook(n), Open(), call(n)) for n in range(5)),
        handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("refused")),
        asyncio.wait_for(handler.handle(NOTEBOOK, STREAM, Open(), call("late")), 0),
        return_exceptions=True,
    )
    store.open_for_appends.clear()
    with pytest.raises(OutcomeUnknown):
        await handler.handle(NOTEBOOK, notebook("hung"), Open(), call("hung"))
    store.open_for_appends.set()
    await handler.drain()
    assert not handler._streams._locks
    assert not handler._running
