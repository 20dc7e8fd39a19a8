"""The rows of an accepted import as they run: each once, many at a time, through trouble, and no further than told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pymongo.errors import PyMongoError

from contracts.ids import stream_id
from services.chassis.calls import Call, Done, OutcomeUnknown, Overloaded, Unavailable, UnreadableStream
from services.chassis.decider import Refused
from services.chassis.handling import Asked
from services.chassis.projection import Order
from services.chassis.row_run import AT_ONCE, OUTBOX_BOUND, Job, RowError, Step, Tally, run_rows
from tests.edge import nothing_waits
from tests.jumping_clock import JumpingLoop
from tests.notebook import NOTEBOOK, Mark, marked

CALL = Call(
    actor="system:import", command_id=UUID(int=7), now=datetime(2022, 1, 1, tzinfo=UTC), correlation_id="c"
)
NO = Refused("no", "ไม่", "No.")


@dataclass
class Scripted:
    """A handler that answers by stream what it was told to, then that it is done; it notes who asked, and how many at once."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    events: int = 1
    asked: list[tuple[str, UUID]] = field(default_factory=list)
    at_once: int = 0
    most: int = 0
    hook: Callable[[], None] = lambda: None

    async def handle_together(self, asked: Sequence[Asked]) -> dict[int, Done]:
        """Those are plainly done of which nothing else was told."""
        plain = [place for place, one in enumerate(asked) if not self.answers.get(one.stream)]
        self.asked += [(asked[place].stream, asked[place].call.command_id) for place in plain]
        self.at_once += len(asked)
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= len(asked)
        self.hook()
        return {place: Done(asked[place].stream, 1, (marked("ก"),) * self.events) for place in plain}

    async def handle(self, aggregate: Any, stream: str, command: Any, call: Call) -> Done | Refused:
        self.asked.append((stream, call.command_id))
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        self.hook()
        answer = self.answers.get(stream, [])
        first = answer.pop(0) if answer else None
        if isinstance(first, Exception):
            raise first
        return first or Done(stream, 1, (marked("ก"),) * self.events)


def step(name: str | int, *rows: int, tolerate: str = "") -> Step:
    return Step(Order(NOTEBOOK, str(name), Mark(texts=("ก",))), rows, frozenset({tolerate} - {""}))


def ran(
    handler: Scripted,
    *made: Job,
    jobs: Iterable[Job] | None = None,
    outbox_depth: Callable[[], Awaitable[int]] = nothing_waits,
    seconds: float = 1e9,
    call: Call = CALL,
) -> tuple[bool, Tally]:
    """Run jobs on a clock that jumps; told to stop after so many seconds."""
    tally = Tally()

    async def main() -> bool:
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, stop.set)
        async with asyncio.timeout(5_000):
            asked: Any = handler
            waiting = made if jobs is None else jobs
            return await run_rows(waiting, asked, call, tally, stop=stop, outbox_depth=outbox_depth)

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main()), tally


def counts(tally: Tally) -> tuple[int, int, list[int]]:
    return tally.written, tally.unchanged, [error.row for error in tally.refused]


def test_every_row_runs_once_and_no_more_than_so_many_at_a_time():
    handler = Scripted()
    finished, tally = ran(handler, *([step(n, n)] for n in range(2_000)))
    assert (finished, counts(tally), tally.done) == (True, (2_000, 0, []), 2_000)
    assert len(handler.asked) == len(set(handler.asked)) == 2_000
    assert handler.most == AT_ONCE


def test_a_job_is_made_when_its_turn_has_come():
    handler, ahead = Scripted(), [0]

    def jobs() -> Iterator[Job]:
        for n in range(2_000):
            ahead.append(n - len(handler.asked))
            yield [step(n, n)]

    finished, tally = ran(handler, jobs=jobs())
    assert (finished, counts(tally)) == (True, (2_000, 0, []))
    assert max(ahead) < AT_ONCE


def test_nothing_to_run_is_finished_at_once():
    assert ran(Scripted()) == (True, Tally())


def test_the_steps_of_a_job_run_in_order():
    handler = Scripted()
    ran(handler, [step("a"), step("b"), step("c", 1)])
    assert [stream for stream, _ in handler.asked] == ["a", "b", "c"]


def test_a_row_without_an_event_was_so_already():
    done = Done("a", 3, ())
    assert counts(ran(Scripted({"a": [done]}), [step("a", 1)], [step("b", 2)])[1]) == (1, 1, [])
    assert counts(ran(Scripted(events=2), [step("a", 1, 2, 3)])[1]) == (2, 1, [])


def test_a_refused_preparation_refuses_its_row_unless_it_is_as_good_as_done():
    finished, tally = ran(
        Scripted({"a": [NO], "c": [NO]}), [step("a"), step("b", 1)], [step("c", tolerate="no"), step("d", 2)]
    )
    assert finished
    assert counts(tally) == (1, 0, [1])
    assert tally.refused == [RowError(1, "no", "ไม่", "No.")]


def test_the_rows_of_the_steps_behind_a_refused_one_are_refused_with_it_and_all_are_counted():
    _, tally = ran(Scripted({"b": [NO]}, events=2), [step("a", 1, 2), step("b", 3, 4), step("c", 5, 6)])
    assert counts(tally) == (2, 0, [3, 4, 5, 6])


def test_trouble_that_passes_is_waited_out_under_the_same_key():
    trouble = [OutcomeUnknown("?"), Overloaded("full"), Unavailable("away")] * 3
    handler = Scripted({"a": [*trouble]})
    finished, tally = ran(handler, [step("a", 1)])
    assert (finished, counts(tally)) == (True, (1, 0, []))
    assert len(handler.asked) == 10
    assert len(set(handler.asked)) == 1


def test_a_stream_of_a_newer_version_is_a_refused_row_and_holds_up_no_other():
    _, tally = ran(Scripted({"a": [UnreadableStream("x")]}), [step("a", 1)], [step("b", 2)])
    assert counts(tally) == (1, 0, [1])
    assert tally.refused[0].code == "newer-than-this-service"


def test_a_bug_ends_the_run_and_is_not_hidden():
    with pytest.raises(ExceptionGroup) as raised:
        ran(Scripted({"5": [ZeroDivisionError()]}), *([step(n, n)] for n in range(500)))
    assert raised.group_contains(ZeroDivisionError)


def test_keys_come_from_run_and_row_so_that_a_second_attempt_makes_the_same_commands():
    jobs = [[step(n), step(f"m{n}", n)] for n in range(20)]
    first, second, other = Scripted(), Scripted(), Scripted()
    ran(first, *jobs)
    ran(second, *jobs)
    ran(other, *jobs, call=replace(CALL, command_id=uuid4()))
    assert len({key for _, key in first.asked}) == 40
    assert set(first.asked) == set(second.asked)
    assert not {key for _, key in first.asked} & {key for _, key in other.asked}


def test_told_to_stop_it_finishes_what_is_in_hand_and_says_that_it_is_not_done():
    handler = Scripted()
    finished, tally = ran(handler, *([step(n, n)] for n in range(10_000)), seconds=0.0105)
    assert not finished
    assert 0 < tally.done == len(handler.asked) < 10_000


def test_told_to_stop_it_does_not_wait_for_trouble_to_pass():
    handler = Scripted({"a": [Unavailable("away")] * 10_000})
    assert ran(handler, [step("a", 1)], seconds=60) == (False, Tally())
    assert len(handler.asked) < 40


def test_while_too_much_waits_to_be_sent_nothing_is_added():
    handler = Scripted()
    depths = iter([OUTBOX_BOUND + 1] * 50)
    asked_at: list[int] = []

    async def depth() -> int:
        asked_at.append(len(handler.asked))
        return next(depths, 0)

    finished, tally = ran(handler, *([step(n, n)] for n in range(1000)), outbox_depth=depth)
    assert (finished, tally.written) == (True, 1000)
    assert len(set(asked_at[2:50])) == 1


def test_told_to_stop_it_does_not_wait_for_an_outbox_that_nobody_empties():
    async def depth() -> int:
        return OUTBOX_BOUND + 1

    finished, tally = ran(Scripted(), *([step(n, n)] for n in range(1000)), outbox_depth=depth, seconds=30)
    assert not finished
    assert tally.done < 1000


def test_an_outbox_that_nobody_can_count_holds_up_nothing():
    async def depth() -> int:
        raise PyMongoError("no primary")

    assert ran(Scripted(), [step("a", 1)], outbox_depth=depth)[0]


def test_ids_of_rows_are_not_those_of_their_streams():
    handler = Scripted()
    ran(handler, [step(stream_id("notebook", 1), 1)], [step(stream_id("notebook", 1), 2)])
    assert len({key for _, key in handler.asked}) == 2
