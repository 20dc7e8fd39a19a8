"""Transactions of ours that the broker has lost sight of: found, and committed.

Kafka 4.3.1 takes a partition without a leader for a deleted one (KAFKA-20734: `KRaftMetadataCache.getPartitionLeaderEndpoint`
is empty for both, and `TransactionMarkerChannelManager` then leaves the partition out): a transaction that ends while the
broker is fenced may get no marker there. It stays open, no coordinator knows of it, and readers of what is committed wait
behind it for ever. A marker of the same producer ends it, and an empty transaction that names the partition writes one. An
abort may hit it first.
"""

from __future__ import annotations

import asyncio

import structlog
from aiokafka.errors import KafkaError

from services.chassis.bootstrap import Bootstrap
from services.chassis.relay.rounds import Round, demand_not_beyond
from services.chassis.relay.sender import TRANSACTION_SECONDS, Sender
from services.chassis.relay.topic import Holding, holding, open_since, sent_after

log = structlog.get_logger(__name__)

LOOK_EVERY = 1.5 * TRANSACTION_SECONDS
"""Seconds. No transaction of ours lasts from one look to the next, unless nobody ends it."""


async def closed(sender: Sender, bootstrap: Bootstrap, last: Round) -> Holding:
    """What the topic holds, when nothing is open in it any more; `last` is the last round.

    The sender has just fenced its elders and ended what they had open, as far as the broker knew of it. What it did not know
    of is committed here, whatever it was: a settled round may not be lost, and of the last one it is a beginning, whose rest
    is sent next. Only where the topic is beyond the rounds nothing is touched.

    Raises KafkaError, TimeoutError (try again later) or RelayRefused.
    """
    held = await holding(bootstrap, sender.topic, last.last)
    demand_not_beyond(last, held.last | held.opened)
    if held.opened:
        log.warning("relay_commits_lost_transaction", topic=sender.topic, partitions=sorted(held.opened))
        await sender.commit_lost(held.opened)
        held = await holding(bootstrap, sender.topic, last.last)
    if held.opened:
        raise KafkaError(f"a transaction stays open in partitions {sorted(held.opened)} of {sender.topic}")
    return held


async def lost(bootstrap: Bootstrap, topic: str, held: Holding, previous: Round) -> bool:
    """Whether rounds before the last are not in the topic though all of them were sent to it.

    A lost transaction had been committed, and then whoever was to commit it here died between naming the partition and the
    end, so that all of it was aborted. They may be sent again. A topic to which they were never sent was emptied, or is
    another one: a person decides. Raises KafkaError or TimeoutError.
    """
    behind = {p: position for p, position in previous.last.items() if held.last[p] < position}
    if not behind:
        return False
    sent = await sent_after(bootstrap, topic, {p: held.after[p] for p in behind})
    return all(sent[p] >= position for p, position in behind.items())


async def watch(bootstrap: Bootstrap, topic: str, partitions: range) -> None:
    """Raise KafkaError when a transaction stays open from one look to the next: the next term ends it. Trouble with looking
    is waited out."""
    before: dict[int, int] = {}
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            now = await open_since(bootstrap, topic, partitions)
        except (KafkaError, TimeoutError):
            continue
        if stuck := sorted(dict(before.items() & now.items())):
            raise KafkaError(f"a transaction that nobody ends is open in partitions {stuck} of {topic}")
        before = now
