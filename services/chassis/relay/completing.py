"""Send what a topic lacks: of the last round at a takeover, of many where it was emptied or a transaction was lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.chassis.mongo import Session
from services.chassis.relay.leisure import at_leisure
from services.chassis.relay.outbox import Outbox
from services.chassis.relay.rounds import Round, missing
from services.chassis.relay.sender import Sender

EVENTS = 5_000
"""Rounds go together into one transaction until it has so many events."""


async def complete(
    sender: Sender,
    outbox: Outbox,
    session: Session,
    after: Round,
    last: Round,
    topic: Mapping[int, int],
    tell: Callable[[int, Round], None],
) -> None:
    """Complete the topic from the round after `after` up to the `last` one; `topic` is its last position in each partition.
    `tell(events, up_to)` is called after every transaction. The last round is checked even where nothing of it lacks.

    Raises RelayRefused where the topic lacks what came before, or is of another history, or the drivers' errors."""
    reached, previous = topic, after
    batches, waiting = sender.batches(), 0
    async for found in outbox.rounds(session, after, last):
        at_last = found.first == last.first
        if at_last or any(reached[partition] < position for partition, position in found.last.items()):
            records = missing(previous, found, await outbox.commits_of(found, session), reached)
            await at_leisure(map(batches.add, records))
            waiting += len(records)
            reached = {p: max(position, found.last[p]) for p, position in reached.items()}
        previous = found
        if waiting >= EVENTS or (waiting and at_last):
            await sender.send(batches)
            tell(waiting, found)
            batches, waiting = sender.batches(), 0
