"""A consumer in a process of its own, to be killed at a step or ended by SIGTERM. Forked from one that has all modules."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from multiprocessing.context import ForkServerProcess

from services.chassis import steps
from services.chassis.bootstrap import Bootstrap
from services.chassis.consumer import Consumer
from services.chassis.mongo import connect, database
from tests.system.bus import HANDLERS, ProjectionOn


def start(mongo: str, name: str, kafka: Bootstrap, topic: str, stop_at: str = "") -> ForkServerProcess:
    """Consume `topic` into the database `name`; with `stop_at` ("step:n") die there, the nth time."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_consume, args=(mongo, name, kafka, topic, stop_at))
    process.start()
    return process


def _consume(mongo: str, name: str, kafka: Bootstrap, topic: str, stop_at: str) -> None:
    step, _, count = stop_at.partition(":")
    setattr(steps, "_STOP_AT", step)  # noqa: B010 - read from the environment before we were forked
    setattr(steps, "_left", int(count or "1"))  # noqa: B010
    asyncio.run(_main(mongo, name, kafka, topic))


async def _main(mongo: str, name: str, kafka: Bootstrap, topic: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    projection = ProjectionOn("members", HANDLERS, topic=topic)
    await Consumer("test", database(connect(mongo), name), kafka, projection, max_records=100).run(stop)
