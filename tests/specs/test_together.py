"""Many commands at once: the same commits as one by one, and whatever is not plainly done is left to the ordinary way."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from pymongo.errors import AutoReconnect

from contracts.ids import stream_id
from services.chassis.calls import Done
from services.chassis.commits import Written
from services.chassis.decider import Decision
from services.chassis.handling import Asked, CommandHandler
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from tests.chain import assert_whole
from tests.notebook import (
    NOTEBOOK,
    Blunder,
    Enrol,
    Forget,
    Mark,
    Open,
    call,
    marked,
    notebook,
    replica,
)
from tests.watched_store import UNKNOWN_KEPT, UNKNOWN_LOST, WatchedStore

MANY = range(50)
OWNERS = [stream_id("person", n) for n in MANY]


def asked(n, command, *, key=""):
    return Asked(NOTEBOOK, notebook(n), command, call(key or f"{n}"))


async def opened(handler: CommandHandler, *numbers: int) -> None:
    for n in numbers:
        await handler.handle(NOTEBOOK, notebook(n), Open(), call(f"open {n}"))


async def ordinary(handler: CommandHandler, one: Asked):
    return await handler.handle(one.aggregate, one.stream, one.command, one.call)


async def test_they_become_the_commits_that_they_become_one_by_one():
    store, other = WatchedStore(), WatchedStore()
    handler, single = replica(store), replica(other)
    commands = [asked(n, Open()) for n in MANY]
    done = await handler.handle_together(commands)
    assert done == {n: Done(notebook(n), 1, done[n].events) for n in MANY}
    for one in commands:
        await ordinary(single, one)
    assert {k: v | {"pending": True} for k, v in store.inner.documents.items()} == other.inner.documents
    more = [asked(n, Mark(texts=("ก", "ข")), key=f"more {n}") for n in MANY]
    assert {done.version for done in (await handler.handle_together(more)).values()} == {2}
    for n in MANY:
        assert_whole(store.stored(notebook(n)))


async def test_streams_that_nobody_knows_are_read_once_all_together_and_known_ones_not_at_all():
    store = WatchedStore()
    handler = replica(store)
    await handler.handle_together([asked(n, Open()) for n in MANY])
    assert len(store.many) == 1
    await handler.handle_together([asked(n, Mark(texts=("ก",)), key=f"more {n}") for n in MANY])
    assert (len(store.many), len(store.reads), len(store.proofs)) == (1, 0, 0)
    assert len(store.groups) <= 4


async def test_personal_parts_are_sealed_under_keys_that_are_made_and_looked_for_together():
    keys = CountedKeys()
    handler = replica(WatchedStore(), keys=keys)
    await handler.handle_together([asked(n, Open()) for n in MANY])
    keys.asked = 0
    enrolled = await handler.handle_together(
        [asked(n, Enrol(owner=OWNERS[n], name=f"คนที่ {n}"), key=f"enrol {n}") for n in MANY]
    )
    assert (len(enrolled), keys.asked) == (50, 2)
    for n in MANY:
        assert await handler.personal(notebook(n), OWNERS[n]) == {"name": f"คนที่ {n}"}


async def test_a_key_that_was_destroyed_elsewhere_is_not_sealed_with():
    store, keys = WatchedStore(), InMemoryWrappedKeys()
    here, there = replica(store, keys=keys), replica(store, keys=keys)
    await here.handle_together([asked(1, Open())])
    await here.handle_together([asked(1, Enrol(owner=OWNERS[1], name="ก"), key="a")])
    await there.sealing.destroy(OWNERS[1])
    await here.handle_together([asked(1, Enrol(owner=OWNERS[1], name="ข"), key="b")])
    assert await there.personal(notebook(1), OWNERS[1]) == {"name": "ข"}


async def test_a_refusal_a_no_op_and_a_forgetting_are_left_to_the_ordinary_way():
    handler = replica(WatchedStore())
    await opened(handler, 1, 2, 4)
    await handler.handle(NOTEBOOK, notebook(4), Enrol(), call("enrol"))
    left = [
        asked(1, Open()),
        asked(2, Mark(texts=())),
        asked(3, Mark(texts=("ก",))),
        asked(4, Forget()),
    ]
    assert set(await handler.handle_together([*left, asked(5, Open())])) == {4}
    answers = [await ordinary(handler, one) for one in left]
    assert [type(answer).__name__ for answer in answers] == ["Refused", "Done", "Refused", "Done"]


async def test_of_two_to_one_stream_the_first_is_done_and_a_busy_stream_is_left_alone():
    store = WatchedStore()
    handler = replica(store)
    await opened(handler, 1)
    store.open_for_appends.clear()
    busy = asyncio.create_task(handler.handle(NOTEBOOK, notebook(1), Mark(texts=("ก",)), call("busy")))
    await asyncio.sleep(0.01)
    going = asyncio.create_task(
        handler.handle_together(
            [asked(1, Mark(texts=("ข",))), asked(2, Open()), asked(2, Mark(texts=("ค",)), key="second")]
        )
    )
    await asyncio.sleep(0.01)
    store.open_for_appends.set()
    assert set(await going) == {1}
    assert isinstance(await busy, Done)
    assert isinstance(await ordinary(handler, asked(1, Mark(texts=("ข",)))), Done)


async def test_who_lost_a_race_to_another_replica_is_left_and_the_ordinary_way_decides_again():
    store = WatchedStore()
    here, there = replica(store), replica(store)
    await opened(here, 1, 2)
    await there.handle(NOTEBOOK, notebook(1), Mark(texts=("ก",)), call("there"))
    assert set(
        await here.handle_together([asked(1, Mark(texts=("ก", "ข"))), asked(2, Mark(texts=("ก",)))])
    ) == {1}
    again = await ordinary(here, asked(1, Mark(texts=("ก", "ข"))))
    assert again == Done(notebook(1), 3, (marked("ข"),))
    assert_whole(store.stored(notebook(1)))


async def test_a_repeated_key_is_left_and_the_ordinary_way_finds_the_first_answer():
    store = WatchedStore()
    first = await replica(store).handle_together([asked(1, Open())])
    other = replica(store)
    assert await other.handle_together([asked(1, Open())]) == {}
    assert await ordinary(other, asked(1, Open())) == Done(notebook(1), 1, first[0].events, repeated=True)


@pytest.mark.parametrize("trouble", [UNKNOWN_KEPT, UNKNOWN_LOST], ids=["kept", "lost"])
async def test_an_unknown_outcome_is_left_and_the_same_key_tells(trouble):
    store = WatchedStore()
    handler = replica(store)
    store.inner.trouble += [(Written("inserted"), True), trouble]
    commands = [asked(n, Open()) for n in range(4)]
    done = await handler.handle_together(commands)
    assert set(done) == {0, 2, 3}
    assert isinstance(await ordinary(handler, commands[1]), Done)
    assert len(store.inner.documents) == 4


@pytest.mark.parametrize(("where", "times"), [("read_raises", 1), ("append_raises", 2)])
async def test_a_store_that_does_not_answer_leaves_all_of_them(where, times):
    store = WatchedStore()
    handler = replica(store)
    getattr(store, where).extend([AutoReconnect("no primary")] * times)
    commands = [asked(n, Open()) for n in range(4)]
    assert await handler.handle_together(commands) == {}
    assert [type(await ordinary(handler, one)) for one in commands] == [Done] * 4


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("name", ["stranger", "nan", "surrogate"])
async def test_a_bug_in_one_is_left_to_be_raised_the_ordinary_way_and_harms_no_other(name):
    handler = replica(WatchedStore())
    await opened(handler, 1, 2)
    assert set(
        await handler.handle_together([asked(1, Blunder(name=name)), asked(2, Mark(texts=("ก",)))])
    ) == {1}
    with pytest.raises(Exception, match=r".+"):
        await ordinary(handler, asked(1, Blunder(name=name)))


def _bug(*_: object) -> Decision:
    raise LookupError("a bug")


async def test_who_cannot_even_be_decided_is_left_too():
    handler = replica(WatchedStore())
    broken = replace(NOTEBOOK, decide=_bug)
    done = await handler.handle_together([replace(asked(1, Open()), aggregate=broken), asked(2, Open())])
    assert set(done) == {1}
    with pytest.raises(LookupError, match="a bug"):
        await handler.handle(broken, notebook(1), Open(), call("1"))


async def test_a_store_that_keeps_silent_has_them_left_at_the_deadline_and_nobody_is_locked_out():
    store = WatchedStore()
    handler = replica(store, deadline=0.05)
    store.open_for_appends.clear()
    commands = [asked(n, Open()) for n in range(4)]
    assert await handler.handle_together(commands) == {}
    assert not handler._streams._locks
    store.open_for_appends.set()
    assert [type(await ordinary(handler, one)) for one in commands] == [Done] * 4
    assert len(store.inner.documents) == 4


async def test_a_cancelled_caller_harms_nothing_and_no_lock_stays():
    store = WatchedStore()
    handler = replica(store)
    store.open_for_appends.clear()
    going = asyncio.create_task(handler.handle_together([asked(n, Open()) for n in range(4)]))
    await asyncio.sleep(0.01)
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    store.open_for_appends.set()
    await handler.drain()
    assert len(store.inner.documents) == 4
    for n in range(4):
        assert isinstance(await ordinary(handler, asked(n, Mark(texts=("ก",)), key=f"more {n}")), Done)


class CountedKeys(InMemoryWrappedKeys):
    """Counts how often somebody looks or offers."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def get_many(self, owners):
        """Once for all of them."""
        self.asked += 1
        return await super().get_many(owners)

    async def add_many(self, wanted):
        """Once for all of them."""
        self.asked += 1
        return await super().add_many(wanted)
