"""A part that dies takes its service down with its reason; told to stop, each finishes what is in hand."""

from __future__ import annotations

import asyncio

import pytest
from pymongo.errors import AutoReconnect, NotPrimaryError, OperationFailure

from services.chassis.running import prepared, run_all
from services.cli.serve import _reason


class Died(Exception):
    """A part's own word."""


async def test_a_part_that_dies_stops_the_others_after_what_they_have_in_hand():
    finished: list[str] = []

    async def careful(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.sleep(0.01)  # what is in hand
        finished.append("careful")

    async def dying(stop: asyncio.Event) -> None:
        await asyncio.sleep(0)
        raise Died("the reason")

    with pytest.raises(ExceptionGroup) as caught:
        await run_all([careful, dying], asyncio.Event())
    assert [type(error) for error in caught.value.exceptions] == [Died]
    assert finished == ["careful"]


async def test_a_part_that_ends_by_itself_takes_the_service_down_too():
    async def waiting(stop: asyncio.Event) -> None:
        await stop.wait()

    async def ending(stop: asyncio.Event) -> None:
        return

    with pytest.raises(ExceptionGroup) as caught:
        await run_all([waiting, ending], asyncio.Event())
    assert "ended by itself" in str(caught.value.exceptions[0])


async def test_a_part_that_does_not_stop_is_cancelled_after_the_grace():
    async def deaf(stop: asyncio.Event) -> None:
        await asyncio.sleep(60)

    async def dying(stop: asyncio.Event) -> None:
        raise Died("the reason")

    with pytest.raises(ExceptionGroup):
        await asyncio.wait_for(run_all([deaf, dying], asyncio.Event(), grace=0.01), 5)


async def test_told_to_stop_all_end_and_nothing_is_raised():
    stop, finished = asyncio.Event(), []

    def part(name: str):
        async def work(stop: asyncio.Event) -> None:
            await stop.wait()
            await asyncio.sleep(0.01)
            finished.append(name)

        return work

    asyncio.get_running_loop().call_later(0.01, stop.set)
    await run_all([part("relay"), part("views")], stop)
    assert sorted(finished) == ["relay", "views"]


def test_the_reason_is_in_words_only_where_the_words_are_our_own():
    from services.chassis.consumer import ConsumerDied

    ours = ExceptionGroup("two", [ConsumerDied("board: a hole in the topic")])
    assert _reason(ours) == "board: a hole in the topic"
    assert _reason(ValueError("a citizen's name")) == "ValueError"


def electing(*errors: Exception):
    """Preparing a store whose replica set has no primary the first times."""
    left = list(errors)

    async def prepare() -> None:
        if left:
            raise left.pop(0)

    return prepare


async def test_a_start_in_the_midst_of_an_election_waits_for_its_end():
    prepare = electing(NotPrimaryError("not primary"), AutoReconnect("gone"))
    await asyncio.wait_for(prepared(prepare, asyncio.Event()), 5)


async def test_a_start_that_can_never_work_or_is_no_longer_wanted_ends_with_the_reason():
    with pytest.raises(OperationFailure):
        await prepared(electing(OperationFailure("IndexOptionsConflict", 11000)), asyncio.Event())
    stop = asyncio.Event()
    stop.set()
    with pytest.raises(AutoReconnect):
        await prepared(electing(AutoReconnect("gone")), stop)
