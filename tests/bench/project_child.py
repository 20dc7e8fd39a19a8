"""The product's consumer in a process of its own: `python -m tests.bench.project_child TOPIC DATABASE`.

It says how many partitions it has while that changes, and then, after each commit, when it was and of how many events.
"""

from __future__ import annotations

import os

from services.chassis.settings import ADMIN

os.environ.setdefault(
    "FASTSTREAM_SUPERVISOR_DISABLED", "1"
)  # as `chumchon serve` does, before FastStream is imported

import asyncio
import signal
import sys
from collections.abc import Iterable
from time import monotonic

import uvloop

from contracts.members import MembershipRegistered
from services.chassis import logs
from services.chassis.consumer import Consumer
from services.chassis.garbage import collect_less_often
from services.chassis.metrics import REGISTRY
from services.chassis.mongo import connect, database
from services.chassis.projection import Change, Record, shard
from services.chassis.settings import Settings
from tests.system.bus import ProjectionOn

NAME = "villages"


def counted(event: MembershipRegistered, record: Record) -> Iterable[Change]:
    """One member of the village more."""
    yield shard(record, "members", event.area, event.on)


async def main(topic: str, name: str) -> None:
    """Consume until told to stop."""
    settings = Settings.from_env()
    logs.configure("bench", "CRITICAL", sys.stderr.buffer)
    collect_less_often()  # as `chumchon serve` does
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    before = 0

    def moved() -> None:
        nonlocal before
        applied = _applied()
        print(monotonic(), applied - before, flush=True)
        before = applied

    projection = ProjectionOn(NAME, {MembershipRegistered: counted}, topic=topic)
    consumer = Consumer(
        "bench", database(connect(settings.mongo), name), settings.bus(ADMIN), projection, on_moved=moved
    )
    telling = asyncio.create_task(_tell(consumer))
    await consumer.run(stop)
    telling.cancel()


async def _tell(consumer: Consumer) -> None:
    told = -1
    while not _applied():
        mine = len(consumer.state().assigned)
        if mine != told:
            print(mine, flush=True)
            told = mine
        await asyncio.sleep(0.02)


def _applied() -> int:
    labels = {"service": "bench", "projection": NAME}
    return int(REGISTRY.get_sample_value("chumchon_projected_events_total", labels) or 0)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*sys.argv[1:]))
