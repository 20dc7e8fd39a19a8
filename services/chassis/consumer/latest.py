"""Where the topics end now: the checkpoints of a reaction that starts "now"."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.envelope import Envelope
from services.chassis.bootstrap import Bootstrap
from services.chassis.checkpoints import Checkpoint, Source
from services.chassis.consumer.reading import mark, read

_FIRST_STEP = 16
_SECONDS = 30


async def latest(bootstrap: Bootstrap, sources: Iterable[Source]) -> dict[Source, Checkpoint]:
    """A checkpoint on the last committed event of each partition; on position 0 where there is none.

    Transaction markers and aborted records take offsets too, so the last event is looked for by stepping back from the
    end, twice as far each time. Raises KafkaError or TimeoutError: try again later.
    """
    consumer = AIOKafkaConsumer(
        **bootstrap.aiokafka(), isolation_level="read_committed", enable_auto_commit=False
    )
    wanted = [TopicPartition(*source) for source in sources]
    found: dict[Source, Checkpoint] = {}
    try:
        async with asyncio.timeout(_SECONDS):
            await consumer.start()
            begins, ends = await consumer.beginning_offsets(wanted), await consumer.end_offsets(wanted)
            step = _FIRST_STEP
            while rest := [tp for tp in wanted if (tp.topic, tp.partition) not in found]:
                starts = {tp: max(begins[tp], ends[tp] - step) for tp in rest}
                last = await _last_events(consumer, starts, ends)
                for tp in rest:
                    source = (tp.topic, tp.partition)
                    if tp in last:
                        found[source] = last[tp]
                    elif starts[tp] == begins[tp]:
                        found[source] = Checkpoint(source)
                step *= 2
    finally:
        await consumer.stop()
    return found


async def _last_events(
    consumer: Any, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Checkpoint]:
    """The last record with a position between start and end, where there is one."""
    last: dict[TopicPartition, Checkpoint] = {}
    consumer.assign(list(starts))
    for tp, offset in starts.items():
        consumer.seek(tp, offset)
    while rest := [tp for tp in starts if await consumer.position(tp) < ends[tp]]:
        for tp, records in (await consumer.getmany(*rest, timeout_ms=100)).items():
            for record in records:
                found = read(record)
                if (
                    isinstance(found, Envelope)
                    and record.offset < ends[tp]
                    and found.hash == found.computed_hash()
                ):
                    source = (tp.topic, tp.partition)
                    last[tp] = Checkpoint(source, found.position, record.offset, last=mark(found, record))
    return last
