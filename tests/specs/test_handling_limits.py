"""What is too large, not JSON, not the stream's or not the actor's is refused before anything is written."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.funds import FundEstablished, FundKind
from contracts.ids import stream_id
from services.chassis.calls import Done, Overloaded, UnreadableStream
from services.chassis.commit_store import InMemoryCommitStore
from services.chassis.commits import COMMIT_EVENTS, EVENT_BYTES, TooLarge
from services.chassis.decider import Command
from services.chassis.handling import OUTSIDE
from tests.chain import assert_whole
from tests.notebook import (
    AREA,
    NOTEBOOK,
    ON,
    OWNER,
    Blunder,
    Close,
    Enrol,
    Mark,
    Open,
    call,
    notebook,
    replica,
)
from tests.watched_store import WatchedStore

STREAM = notebook()
FITS = EVENT_BYTES - 150
"""Bytes of text that still fit beside the rest of a mark's JSON."""


async def _opened(store: InMemoryCommitStore):
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
    return handler


@pytest.mark.parametrize(
    "command",
    [
        Mark(texts=("x" * EVENT_BYTES,)),
        Mark(texts=("ก" * (EVENT_BYTES // 3),)),
        Mark(texts=tuple(f"{n}" for n in range(COMMIT_EVENTS + 1))),
        Mark(texts=tuple(f"{n}" + "x" * FITS for n in range(17))),
        Enrol(name=b64encode(Random(0).randbytes(EVENT_BYTES)).decode()),
    ],
    ids=["an event", "an event in Thai, by bytes", "501 events", "a commit over 4 MiB", "a sealed part"],
)
async def test_what_is_too_large_fails_its_own_caller_and_writes_nothing(command: Command):
    store = InMemoryCommitStore()
    handler = await _opened(store)
    with pytest.raises(TooLarge):
        await handler.handle(NOTEBOOK, STREAM, command, call("k"))
    assert len(store.documents) == 1
    after = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("small",)), call("k"))
    assert isinstance(after, Done), "its key is free and the stream goes on"


@pytest.mark.parametrize(
    "command",
    [Mark(texts=("x" * FITS,)), Mark(texts=tuple(f"{n}" for n in range(COMMIT_EVENTS)))],
    ids=["an event of nearly 256 KiB", "500 events"],
)
async def test_what_just_fits_is_written(command: Command):
    store = InMemoryCommitStore()
    handler = await _opened(store)
    assert isinstance(await handler.handle(NOTEBOOK, STREAM, command, call("k")), Done)
    assert_whole([store.documents[key] for key in sorted(store.documents)])


async def test_too_large_harms_none_of_the_group_it_would_have_gone_with():
    store = WatchedStore(yields=2)
    handler = replica(store)
    for n in range(20):
        await handler.handle(NOTEBOOK, notebook(n), Open(), call(f"open {n}"))
    texts = [("x" * EVENT_BYTES,) if n % 5 == 0 else (f"{n}",) for n in range(20)]
    answers = await asyncio.gather(
        *(handler.handle(NOTEBOOK, notebook(n), Mark(texts=texts[n]), call(n)) for n in range(20)),
        return_exceptions=True,
    )
    assert [isinstance(answer, TooLarge) for answer in answers] == [n % 5 == 0 for n in range(20)]
    assert len(store.inner.documents) == 20 + 16


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("name", ["stranger", "nan", "surrogate"])
async def test_an_event_that_could_not_be_read_back_is_never_written(name: Any):
    store = InMemoryCommitStore()
    handler = await _opened(store)
    with pytest.raises((UnreadableStream, ValueError)):
        await handler.handle(NOTEBOOK, STREAM, Blunder(name=name), call("k"))
    assert len(store.documents) == 1, "one bad commit would make the stream unreadable for ever"
    assert isinstance(await handler.handle(NOTEBOOK, STREAM, Close(), call("close")), Done)


@pytest.mark.parametrize("name", [float("nan"), float("inf"), ["ก", -float("inf")], "\ud800"])
async def test_a_sealed_value_that_json_has_not_is_refused_and_nothing_is_written(name: Any):
    store = InMemoryCommitStore()
    handler = await _opened(store)
    with pytest.raises(ValueError):  # noqa: PT011 - UnicodeEncodeError, PydanticSerializationError and json's own are all one
        await handler.handle(NOTEBOOK, STREAM, Enrol(name=name), call("k"))
    assert len(store.documents) == 1


@pytest.mark.parametrize("json", ['{"texts":["\\ud800"]}', '{"texts":["a\\udfffb"]}'])
def test_a_lone_surrogate_does_not_get_as_far_as_a_command(json: str):
    with pytest.raises(ValidationError):
        Mark.model_validate_json(json)


@pytest.mark.parametrize("where", ["actor", "stream"])
async def test_a_lone_surrogate_in_an_attribute_is_refused_and_nothing_is_written(where: str):
    store = InMemoryCommitStore()
    stream = "notebook:\ud800" if where == "stream" else STREAM
    asked = replace(call("k"), actor="\ud800" if where == "actor" else "officer-1")
    with pytest.raises(ValueError):  # noqa: PT011 - Unwritable, a ValueError, names the field and nothing of its content
        await replica(store).handle(NOTEBOOK, stream, Open(), asked)
    assert not store.documents


async def test_a_full_queue_is_overloaded_with_nothing_written_and_the_key_still_free():
    store = WatchedStore()
    handler = replica(store)
    handler._group._limit = 3
    store.open_for_appends.clear()
    tasks = [asyncio.create_task(handler.handle(NOTEBOOK, notebook(n), Open(), call(n))) for n in range(10)]
    await asyncio.sleep(0.02)
    store.open_for_appends.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    done = [n for n, answer in enumerate(answers) if isinstance(answer, Done)]
    refused = [n for n, answer in enumerate(answers) if isinstance(answer, Overloaded)]
    assert len(done) + len(refused) == 10
    assert refused
    assert len(store.inner.documents) == len(done)
    for n in refused:
        assert isinstance(await handler.handle(NOTEBOOK, notebook(n), Open(), call(n)), Done)


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (None, True),
        (("",), True),
        (("51",), True),
        (("5101", "5201"), True),
        (("510101",), True),
        (("51010101",), False),
        (("52",), False),
        (("5",), True),
        ((), False),
    ],
)
async def test_an_actor_writes_only_under_his_areas(scopes: tuple[str, ...] | None, allowed: bool):
    store = InMemoryCommitStore()
    answer = await replica(store).handle(NOTEBOOK, STREAM, Open(area="510101"), call("k", scopes=scopes))
    assert isinstance(answer, Done) if allowed else answer == OUTSIDE
    assert len(store.documents) == allowed


@pytest.mark.parametrize(
    ("stands_in", "says"),
    [("520101", "510101"), ("510101", "520101"), ("520101", "520101")],
    ids=["the state's area is another's", "the event's area is another's", "both are"],
)
async def test_both_where_the_thing_stands_and_what_is_said_of_it_must_be_the_actors(stands_in, says):
    store = InMemoryCommitStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(area=stands_in), call("open"))
    answer = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",), area=says), call("k", scopes=("51",)))
    assert answer == OUTSIDE
    assert len(store.documents) == 1


async def test_of_several_events_one_outside_refuses_the_whole_commit():
    store = InMemoryCommitStore()
    handler = replica(store)
    await handler.handle(NOTEBOOK, STREAM, Open(area="51"), call("open"))
    asked = call("k", scopes=("51",))
    assert isinstance(await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), asked), Done)
    answer = await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ข",), area=""), call("n", scopes=("51",)))
    assert answer == OUTSIDE, "the nation is under no province"


@pytest.mark.parametrize("command", [Open(), Mark(texts=("ก",))], ids=["a refusal", "a no-op"])
async def test_who_may_not_write_there_learns_nothing_from_a_refusal_or_a_no_op(command: Command):
    handler = await _opened(InMemoryCommitStore())
    await handler.handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("mark"))
    assert await handler.handle(NOTEBOOK, STREAM, command, call("k", scopes=("52",))) == OUTSIDE


async def test_a_stream_with_an_event_that_this_code_does_not_know_is_an_error_and_is_not_written_to():
    store = InMemoryCommitStore()
    await _opened(store)
    store.documents[STREAM, 1]["events"][0]["type"] = "chumchon.members.NotebookGilded.v9"
    newcomer = replica(store)
    for command in (Mark(texts=("ก",)), Open(), Enrol(owner=OWNER)):
        with pytest.raises(UnreadableStream):
            await newcomer.handle(NOTEBOOK, STREAM, command, call("k"))
    assert len(store.documents) == 1


async def test_another_aggregates_event_in_a_stream_is_an_error_too():
    store = InMemoryCommitStore()
    await _opened(store)
    stranger = FundEstablished(
        area=AREA, on=ON, fund_id=stream_id("fund", 1), kind=FundKind.OTHER, number=1, name_th="กองทุน"
    )
    stored = store.documents[STREAM, 1]["events"][0]
    stored |= {"type": stranger.type, "data": stranger.model_dump_json()}
    with pytest.raises(UnreadableStream, match="which notebook does not know"):
        await replica(store).handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("k"))


@pytest.mark.parametrize("data", ["{}", "[]", "", "{", '{"area":"5","name_th":"SECRET"}'])
async def test_stored_data_that_do_not_fit_are_an_error_that_does_not_show_them(data: str):
    store = InMemoryCommitStore()
    await _opened(store)
    store.documents[STREAM, 1]["events"][0]["data"] = data
    with pytest.raises(UnreadableStream) as error:
        await replica(store).handle(NOTEBOOK, STREAM, Mark(texts=("ก",)), call("k"))
    assert "SECRET" not in str(error.value)
