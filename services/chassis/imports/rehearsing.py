"""A rehearsal: every row is decided on what is so now, and nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from services.chassis.attempt import OUTSIDE
from services.chassis.decider import Forgotten, Refused, Sealed
from services.chassis.handling import CommandHandler
from services.chassis.projection import Order
from services.chassis.row_run import AT_ONCE, Job, RowError, Tally


async def rehearse(jobs: Sequence[Job], handler: CommandHandler, scopes: tuple[str, ...] | None) -> Tally:
    """What would become of the rows, if they ran now. `scopes` as in `Call`. Raises the driver's error."""
    tally, waiting = Tally(), iter(jobs)

    async def one() -> None:
        for job in waiting:
            await _job(job, handler, scopes, tally)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(jobs))):
            group.create_task(one())
    tally.refused.sort(key=lambda error: error.row)
    return tally


async def _job(job: Job, handler: CommandHandler, scopes: tuple[str, ...] | None, tally: Tally) -> None:
    states: dict[str, Any] = {}
    for number, step in enumerate(job):
        stream = step.order.stream
        if stream not in states:
            held = await handler.state(step.order.aggregate, stream)
            states[stream] = held.state if held.version else step.order.aggregate.initial
        refused, said = _decided(await step.filled(), states, scopes)
        if refused is not None and refused.code not in step.tolerate:
            tally.refused += [
                RowError(row, refused.code, refused.th, refused.en, refused.field)
                for later in job[number:]
                for row in later.rows
            ]
            return
        written = min(len(step.rows), said)
        tally.written += written
        tally.unchanged += len(step.rows) - written


def _decided(
    order: Order, states: dict[str, Any], scopes: tuple[str, ...] | None
) -> tuple[Refused | None, int]:
    """The refusal, or how many events; the stream's state is the one after them."""
    aggregate, stream = order.aggregate, order.stream
    state = states[stream]
    decision = aggregate.decide(order.command, state)
    if state is not aggregate.initial and not _within(aggregate.area(state), scopes):
        return OUTSIDE, 0
    if isinstance(decision, Refused):
        return decision, 0
    events = [item.event if isinstance(item, Sealed | Forgotten) else item for item in decision]
    if not all(_within(event.area, scopes) for event in events):
        return OUTSIDE, 0
    for event in events:
        states[stream] = aggregate.evolve(states[stream], event)
    return None, len(events)


def _within(area: str | None, scopes: tuple[str, ...] | None) -> bool:
    return scopes is None or area is None or area.startswith(scopes)
