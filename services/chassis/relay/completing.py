"""Send what a topic lacks of many rounds: of all of them where it was emptied, of a few where a transaction was lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.chassis.mongo import Session
from services.chassis.relay.leisure import at_leisure
from services.chassis.relay.outbox import Outbox
from services.chassis.relay.rounds import BEFORE_THE_FIRST, Round, missing
from services.chassis.relay.sender import Sender
from services.chassis.steps import step

EVENTS = 5_000
"""Rounds go together into one transaction until it has so many events."""


async def complete(
    sender: Sender,
    outbox: Outbox,
    session: Session,
    last: Round,
    topic: Mapping[int, int],
    tell: Callable[[int, Round], None],
) -> None:
    """Complete the topic up to the `last` round; `topic` is its last position in each partition. `tell(events, up_to)` is called
    after every transaction. Raises RelayRefused where it is of another history, or the drivers' errors."""
    reached, previous = topic, BEFORE_THE_FIRST
    batches, waiting = sender.batches(), 0
    async for found in outbox.rounds(session):
        if any(reached[partition] < position for partition, position in found.last.items()):
            records = missing(previous, found, await outbox.commits_of(found, session), reached)
            await at_leisure(map(batches.add, records))
            waiting += len(records)
            reached = {p: max(position, found.last[p]) for p, position in reached.items()}
        previous = found
        if waiting >= EVENTS or (waiting and found.first == last.first):
            await sender.send(batches)
            step("republish.transaction-committed")
            tell(waiting, found)
            batches, waiting = sender.batches(), 0
