"""A command's way into the log: once for every key, refused after a second look, and chained."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date

import pytest

from contracts.event import Event
from contracts.ids import derived
from contracts.members import Network
from services.chassis.calls import Done, KeyReused, StaleVersion
from services.chassis.commit_store import InMemoryCommitStore
from services.chassis.decider import Refused
from services.chassis.handling import CommandHandler
from services.members.domain.tambon_reach import TAMBON_REACH, NoteMember, reach_stream
from tests.chain import assert_whole
from tests.notebook import (
    ALREADY_OPEN,
    NOT_OPEN,
    NOTEBOOK,
    Close,
    Mark,
    Open,
    call,
    clock,
    marked,
    notebook,
    replica,
)
from tests.watched_store import WatchedStore

STREAM = notebook()


async def test_a_command_becomes_one_commit_with_its_actor_key_and_correlation():
    store = InMemoryCommitStore()
    done = await replica(store).handle(NOTEBOOK, STREAM, Open(), call("k", actor="officer-7"))
    assert isinstance(done, Done)
    assert (done.stream, done.version, done.repeated) == (STREAM, 1, False)
    [commit] = await store.read(STREAM)
    assert (commit.actor, commit.correlation_id) == ("officer-7", "correlation-k")
    assert commit.command_id == call("k", actor="officer-7").command_id
    assert commit.events[0].envelope.parsed() == done.events[0]


async def test_the_same_key_and_command_get_the_first_answer_even_when_it_would_be_refused_now():
    handler = replica(InMemoryCommitStore())
    first = await handler.handle(NOTEBOOK, STREAM, Open(), call("k"))
    assert await handler.handle(NOTEBOOK, STREAM, Open(), call("other")) == ALREADY_OPEN
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("more"))
    again = await handler.handle(NOTEBOOK, STREAM, Open(), call("k"))
    assert isinstance(first, Done)
    assert again == Done(STREAM, 1, first.events, repeated=True)


async def test_a_repeated_key_is_answered_after_the_stream_went_on_and_by_another_replica():
    store = InMemoryCommitStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    for number in range(5):
        await handler.handle(NOTEBOOK, STREAM, Mark(texts=(f"{number}",)), call(number))
    again = await replica(store).handle(NOTEBOOK, STREAM, Mark(texts=("2",)), call(2))
    assert again == Done(STREAM, 4, (marked("2"),), repeated=True)
    assert len(store.documents) == 6


@pytest.mark.parametrize(
    ("stream", "command"),
    [
        (STREAM, Mark(texts=("ข",))),
        (STREAM, Close()),
        (notebook(2), Mark(texts=("ก",))),
        (notebook(2), Open()),
    ],
    ids=["another value", "another command", "another stream", "another command on another stream"],
)
async def test_a_key_used_for_something_else_is_an_error_and_writes_nothing(stream, command):
    store = InMemoryCommitStore()
    handler = replica(store)
    for name in (1, 2):
        await handler.handle(NOTEBOOK, notebook(name), Open(), call(f"open {name}"))
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("k"))
    with pytest.raises(KeyReused):
        await handler.handle(NOTEBOOK, stream, command, call("k"))
    assert len(store.documents) == 3


async def test_a_field_that_the_edge_stamps_does_not_make_a_retry_of_tomorrow_another_command():
    handler = replica(InMemoryCommitStore())
    await handler.handle(NOTEBOOK, STREAM, Open(on=date(2022, 1, 1)), call("k"))
    again = await handler.handle(NOTEBOOK, STREAM, Open(on=date(2022, 1, 2)), call("k"))
    assert isinstance(again, Done)
    assert again.repeated
    with pytest.raises(KeyReused):
        await handler.handle(NOTEBOOK, STREAM, Open(area="52", on=date(2022, 1, 1)), call("k"))


async def test_the_same_key_of_two_actors_is_two_keys():
    handler = replica(InMemoryCommitStore())
    await handler.handle(NOTEBOOK, STREAM, Open(), call("k", actor="officer-1"))
    answer = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("k", actor="officer-2"))
    assert answer == Done(STREAM, 2, (marked("ก"),))


@pytest.mark.parametrize("replicas", [1, 2, 5])
async def test_a_key_sent_50_times_at_once_is_one_commit_and_one_answer(replicas):
    store = WatchedStore(yields=3)
    handlers = [replica(store) for _ in range(replicas)]
    answers = await asyncio.gather(
        *(handlers[n % replicas].handle(NOTEBOOK, STREAM, Open(), call("k")) for n in range(50))
    )
    assert {answer.version for answer in answers if isinstance(answer, Done)} == {1}
    assert sum(isinstance(answer, Done) and not answer.repeated for answer in answers) == 1
    assert len(store.inner.documents) == 1


async def test_a_key_sent_at_once_to_50_streams_is_taken_by_one_and_an_error_for_49():
    store = WatchedStore(yields=3)
    handlers = [replica(store), replica(store)]
    answers = await asyncio.gather(
        *(handlers[n % 2].handle(NOTEBOOK, notebook(n), Open(), call("k")) for n in range(50)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert sum(isinstance(answer, KeyReused) for answer in answers) == 49
    assert len(store.inner.documents) == 1


async def test_a_refusal_is_not_remembered_so_its_key_works_when_the_reason_is_gone():
    store = InMemoryCommitStore()
    handler = replica(store)
    assert await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("k")) == NOT_OPEN
    assert not store.documents
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    answer = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("k"))
    assert answer == Done(STREAM, 2, (marked("ก"),))


async def test_a_refusal_makes_sure_exactly_once():
    store = WatchedStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    store.reads.clear()
    assert await handler.handle(NOTEBOOK, STREAM, Open(), call("k")) == ALREADY_OPEN
    assert (store.reads, store.proofs) == ([], [call("k").command_id])


async def test_a_no_op_makes_sure_exactly_once():
    store = WatchedStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark"))
    store.reads.clear()
    assert await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("again")) == Done(STREAM, 2, ())
    assert (store.reads, store.proofs) == ([], [call("again").command_id])


async def test_a_replica_with_an_old_cache_does_not_refuse_what_is_right_by_now():
    store = InMemoryCommitStore()
    here, there = replica(store), replica(store)
    assert await there.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("too early")) == NOT_OPEN
    await here.handle(NOTEBOOK, STREAM, Open(), call("open"))
    assert isinstance(await there.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("k")), Done)


async def test_a_replica_with_an_old_cache_does_not_call_a_no_op_what_is_one_no_more():
    store = InMemoryCommitStore()
    here, there = replica(store), replica(store)
    await there.handle(NOTEBOOK, STREAM, Open(), call("open"))
    await there.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark"))
    await here.handle(NOTEBOOK, STREAM, Close(), call("close"))
    await here.handle(NOTEBOOK, STREAM, Open(), call("open again"))
    answer = await there.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark again"))
    assert answer == Done(STREAM, 5, (marked("ก"),))


async def test_a_replica_with_an_old_cache_decides_again_and_may_refuse():
    store = InMemoryCommitStore()
    here, there = replica(store), replica(store)
    await there.handle(NOTEBOOK, STREAM, Open(), call("open"))
    await here.handle(NOTEBOOK, STREAM, Close(), call("close"))
    assert await there.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark")) == NOT_OPEN
    assert len(store.documents) == 2


async def test_a_no_op_writes_nothing_and_says_the_version():
    store = InMemoryCommitStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("first"))
    answer = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("second"))
    assert answer == Done(STREAM, 2, ())
    assert len(store.documents) == 2


async def test_the_edges_own_refusal_comes_after_the_look_up_of_the_key():
    unknown_area = Refused("unknown-area", "ไม่พบพื้นที่", "There is no such area.", kind="invalid")
    store = InMemoryCommitStore()
    handler = replica(store)
    refused = await handler.handle(NOTEBOOK, STREAM, Open(), call("k"), unless=unknown_area)
    assert refused == unknown_area
    assert not store.documents
    await handler.handle(NOTEBOOK, STREAM, Open(), call("k"))
    again = await handler.handle(NOTEBOOK, STREAM, Open(), call("k"), unless=unknown_area)
    assert isinstance(again, Done)
    assert again.repeated


async def test_two_replicas_racing_on_one_stream_lose_nothing_and_keep_the_chain_whole():
    store = WatchedStore(yields=2)
    handlers = [replica(store, deadline=20), replica(store, deadline=20)]
    await handlers[0].handle(NOTEBOOK, STREAM, Open(), call("open"))
    answers = await asyncio.gather(
        *(handlers[n % 2].handle(NOTEBOOK, STREAM, Mark(texts=(f"{n}",)), call(n)) for n in range(60))
    )
    assert sorted(answer.version for answer in answers if isinstance(answer, Done)) == list(range(2, 62))
    assert_whole(store.stored(STREAM))
    held = await replica(store).state(NOTEBOOK, STREAM)
    assert sorted(held.state.marks) == sorted(f"{n}" for n in range(60))


async def test_of_50_racing_on_one_etag_one_wins_and_the_rest_hear_412_without_a_second_decide():
    store = WatchedStore(yields=2)
    handlers = [replica(store), replica(store)]
    await handlers[0].handle(NOTEBOOK, STREAM, Open(), call("open"))
    answers = await asyncio.gather(
        *(
            handlers[n % 2].handle(NOTEBOOK, STREAM, Mark(texts=(f"{n}",)), call(n, expected=1))
            for n in range(50)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Done) for answer in answers) == 1
    assert [answer.version for answer in answers if isinstance(answer, StaleVersion)] == [2] * 49
    assert len(store.inner.documents) == 2


async def test_if_match_of_what_another_replica_wrote_is_not_stale_for_an_old_cache():
    store = InMemoryCommitStore()
    here, there = replica(store), replica(store)
    await here.handle(NOTEBOOK, STREAM, Open(), call("open"))
    await there.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark"))
    answer = await here.handle(NOTEBOOK, STREAM, Mark(texts=("ข",)), call("k", expected=2))
    assert answer == Done(STREAM, 3, (marked("ข"),))


@pytest.mark.parametrize("expected", [0, 1, 3, 99, -1])
async def test_if_match_of_any_other_version_is_stale_and_says_the_right_one(expected):
    store = InMemoryCommitStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark"))
    with pytest.raises(StaleVersion) as stale:
        await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ข",)), call("k", expected=expected))
    assert stale.value.version == 2
    assert len(store.documents) == 2


async def test_a_repeated_key_with_its_old_etag_gets_the_first_answer_not_412():
    handler = replica(InMemoryCommitStore())
    first = await handler.handle(NOTEBOOK, STREAM, Open(), call("k", expected=0))
    again = await handler.handle(NOTEBOOK, STREAM, Open(), call("k", expected=0))
    assert isinstance(first, Done)
    assert again == Done(STREAM, 1, first.events, repeated=True)


async def test_recorded_at_never_runs_backwards_and_holds_whole_milliseconds():
    store = InMemoryCommitStore()
    here, there = replica(store), replica(store)
    now = clock(0, 5, -3600, 5.0004, 2, 7)
    await here.handle(NOTEBOOK, STREAM, Open(), call("open", now=now()))
    for number in range(5):
        handler = (here, there)[number % 2]
        await handler.handle(NOTEBOOK, STREAM, Mark(texts=(f"{number}",)), call(number, now=now()))
    times = [commit.recorded_at for commit in await store.read(STREAM)]
    assert times == sorted(times)
    assert times[1] == times[2] == times[3] == times[4]
    assert all(moment.microsecond % 1000 == 0 for moment in times)
    assert_whole([store.documents[key] for key in sorted(store.documents)])


async def test_the_chain_is_whole_over_300_commits_of_several_events_in_thai():
    store = InMemoryCommitStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    for number in range(300):
        texts = tuple(f"หมู่บ้าน {number}-{index} 🌾" for index in range(number % 4 + 1))
        await handler.handle(NOTEBOOK, STREAM, Mark(texts=texts), call(number))
    documents = [store.documents[key] for key in sorted(store.documents)]
    assert len(documents) == 301
    held = await handler.state(NOTEBOOK, STREAM)
    assert assert_whole(documents) == held.hash
    documents[150]["events"][0]["data"] = documents[150]["events"][0]["data"].replace("149", "941")
    with pytest.raises(AssertionError):
        assert_whole(documents)


async def test_a_no_op_that_nothing_can_change_any_more_is_answered_without_a_look():
    store = WatchedStore()
    handler, other = replica(store), replica(store)
    stream = reach_stream(Network.TSM, "510101")
    events = [len(await noted(one, stream, n)) for n, one in enumerate((handler, handler, handler, other))]
    assert events == [1, 0, 0, 0]
    assert (len(store.reads), store.proofs, store.groups) == (2, [], [1])


async def test_such_a_no_op_does_not_wait_for_a_command_in_hand():
    store = WatchedStore()
    handler, stream = replica(store), reach_stream(Network.TSM, "510101")
    await noted(handler, stream, 1)
    async with handler._streams.locked(stream):
        assert not await asyncio.wait_for(noted(handler, stream, 2), 1)


async def noted(handler: CommandHandler, stream: str, number: int) -> Sequence[Event]:
    """What the note of another registration in a tambon became."""
    note = NoteMember(
        network=Network.TSM,
        tambon="510101",
        membership_id=f"membership:{derived(number)}",
        on=date(2022, 1, 1),
    )
    done = await handler.handle(TAMBON_REACH, stream, note, call(number))
    assert isinstance(done, Done)
    return done.events
