"""The bare loop: `python -m tests.bench.project_bare TOPIC SKIP COUNT` decodes a topic and says how many seconds it took.

`getmany`, the class by the header `ce_type`, pydantic on the value; nothing is checked, counted or written.
"""

from __future__ import annotations

import asyncio
import sys
from time import perf_counter

import uvloop
from aiokafka import AIOKafkaConsumer

import contracts.catalogue  # noqa: F401 - registers every event type
from contracts.event import event_type
from services.chassis.settings import ADMIN, Settings


async def main(topic: str, skip: int, count: int) -> None:
    """Read until so many were decoded; the clock starts after the first `skip`."""
    consumer = AIOKafkaConsumer(
        topic,
        **Settings.from_env().bus(ADMIN).aiokafka(),
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        max_partition_fetch_bytes=2 * 1024 * 1024,
    )
    await consumer.start()
    try:
        decoded, begun, before = 0, 0.0, 0
        while decoded < skip + count:
            found = await consumer.getmany(timeout_ms=20, max_records=10_000 if begun else skip)
            for records in found.values():
                for record in records:
                    name = dict(record.headers)["ce_type"].decode()
                    cls = event_type(name)
                    assert cls is not None, name
                    cls.model_validate_json(record.value)
                decoded += len(records)
            if not begun and decoded >= skip:
                begun, before = perf_counter(), decoded
        print((perf_counter() - begun) * count / (decoded - before), flush=True)
    finally:
        await consumer.stop()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
