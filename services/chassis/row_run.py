"""Runs the rows of an accepted import: each once, in any number of attempts, many at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count, islice

import structlog
from pymongo.errors import PyMongoError

from contracts.ids import derived
from services.chassis.calls import Call, Done, OutcomeUnknown, Overloaded, Unavailable, UnreadableStream
from services.chassis.decider import Command, Refused
from services.chassis.handling import Asked, CommandHandler
from services.chassis.problems.catalogue import UNREADABLE_STREAM
from services.chassis.projection import Order

PORTION = 256
"""Jobs whose look-ups and writes go together; two portions are under way at once: one decides while the other is written."""
PIECE = 20
"""Jobs made before the event loop may do something else."""
AT_ONCE = 2 * PORTION
OUTBOX_BOUND = 20_000
"""Commits that may wait to be sent before an import pauses."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command of an import. `rows` are the rows that it settles (none for a preparation); a refusal with a code in
    `tolerate` is as good as done."""

    order: Order
    rows: tuple[int, ...] = ()
    tolerate: frozenset[str] = frozenset()
    fill: Callable[[], Awaitable[Command]] | None = None
    """Gives the command with what the service knows when it runs."""

    async def filled(self) -> Order:
        """The order as it is given now. Raises Unavailable."""
        if self.fill is None:
            return self.order
        try:
            return replace(self.order, command=await self.fill())
        except PyMongoError as trouble:
            raise Unavailable from trouble


Job = Sequence[Step]
"""Steps that run one after another; a refused step ends its job, and with it the rows of the later ones are refused.
Jobs run side by side."""


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was refused when it ran."""

    row: int
    code: str
    th: str
    en: str
    field: str = ""


@dataclass(slots=True)
class Tally:
    """What became of the rows so far."""

    written: int = 0
    unchanged: int = 0
    refused: list[RowError] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Rows that are settled."""
        return self.written + self.unchanged + len(self.refused)


async def run_rows(
    jobs: Iterable[Job],
    handler: CommandHandler,
    call: Call,
    tally: Tally,
    *,
    stop: asyncio.Event,
    outbox_depth: Callable[[], Awaitable[int]],
) -> bool:
    """Run all jobs; False if it was stopped before the end. `call.command_id` seeds the ids of the rows, so a second run
    after a crash makes the same commands. Trouble that passes is waited out."""
    waiting = iter(jobs)

    async def worker() -> None:
        while portion := await _portion(waiting):
            if stop.is_set():
                return
            await outbox.wait()
            await _run_portion(portion, handler, call, tally, stop)

    outbox = asyncio.Event()
    outbox.set()
    watch = asyncio.create_task(_hold_back(outbox, outbox_depth, stop))
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE // PORTION):
                group.create_task(worker())
    finally:
        watch.cancel()
    return not stop.is_set()


async def _hold_back(outbox: asyncio.Event, depth: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
    """Clear `outbox` while too much waits to be sent, set it again when the relay has caught up or when all is to stop."""
    while True:
        try:
            deep = await depth() > OUTBOX_BOUND
        except PyMongoError:  # then the commits themselves wait
            deep = False
        if deep and not stop.is_set():
            outbox.clear()
        else:
            outbox.set()
        await asyncio.sleep(0.2)


async def _portion(waiting: Iterator[Job]) -> list[Job]:
    portion: list[Job] = []
    while len(portion) < PORTION and (piece := list(islice(waiting, min(PIECE, PORTION - len(portion))))):
        portion += piece
        await asyncio.sleep(0)
    return portion


async def _run_portion(
    jobs: Sequence[Job], handler: CommandHandler, call: Call, tally: Tally, stop: asyncio.Event
) -> None:
    """Step by step: the first of all jobs, then the second of those that go on."""
    for number in count():
        jobs = [job for job in jobs if number < len(job)]
        if not jobs:
            return
        results = await _results([job[number] for job in jobs], number, handler, call, stop)
        jobs = [
            job for job, result in zip(jobs, results, strict=True) if _settled(job, number, result, tally)
        ]


async def _results(
    steps: Sequence[Step], number: int, handler: CommandHandler, call: Call, stop: asyncio.Event
) -> list[Done | Refused | None]:
    seed, now = str(call.command_id), datetime.now(UTC)
    asked: list[Asked] = []
    for step in steps:
        order, key = step.order, derived(seed, step.order.stream, number, *step.rows)
        mine = Call(
            call.actor, key, now, call.correlation_id, call.causation_id, call.traceparent, call.scopes
        )
        asked.append(Asked(order.aggregate, order.stream, order.command, mine))
    ready = [place for place, step in enumerate(steps) if step.fill is None]
    together = await handler.handle_together([asked[place] for place in ready])
    done = {ready[number]: result for number, result in together.items()}
    async with asyncio.TaskGroup() as group:
        others = {
            place: group.create_task(until_known(handler, steps[place], one.call, stop))
            for place, one in enumerate(asked)
            if place not in done
        }
    return [done[place] if place in done else others[place].result() for place in range(len(asked))]


def _settled(job: Job, number: int, result: Done | Refused | None, tally: Tally) -> bool:
    """Count what became of a step; whether its job goes on."""
    step = job[number]
    if result is None:
        return False
    if isinstance(result, Refused):
        if result.code in step.tolerate:
            tally.unchanged += len(step.rows)
            return True
        tally.refused += [
            RowError(row, result.code, result.th, result.en, result.field)
            for later in job[number:]
            for row in later.rows
        ]
        return False
    written = min(len(step.rows), len(result.events))
    tally.written += written
    tally.unchanged += len(step.rows) - written
    return True


async def until_known(
    handler: CommandHandler, step: Step, call: Call, stop: asyncio.Event
) -> Done | Refused | None:
    """Ask again until the outcome is known; None where `stop` was set before. Raises KeyReused and what is a bug.

    A stream that this version cannot read is a refusal: one of them must not hold up all the others for ever.
    """
    pause = 0.05
    while not stop.is_set():
        try:
            order = await step.filled()
            return await handler.handle(
                order.aggregate, order.stream, order.command, replace(call, now=datetime.now(UTC))
            )
        except (OutcomeUnknown, Overloaded, Unavailable) as trouble:
            structlog.get_logger().warning("import-waits", reason=type(trouble).__name__)
        except UnreadableStream:
            return Refused(UNREADABLE_STREAM.code, UNREADABLE_STREAM.th, UNREADABLE_STREAM.en)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(pause * 2, 5.0)
    return None
