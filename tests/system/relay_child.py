"""A relay in a process of its own, to be killed or put to sleep: `python -m tests.system.relay_child SERVICE DATABASE`.

From the environment: Kafka and MongoDB, CHUMCHON_STOP_AT, the lease's seconds in CHUMCHON_TEST_LEASE, and in
CHUMCHON_TEST_NAPS the steps at which it stops itself (SIGSTOP), one after the other, until somebody wakes it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from services.chassis import steps
from services.chassis.mongo import connect, database
from services.chassis.relay import Relay, sender, term
from services.chassis.settings import Settings

NAPS = os.environ["CHUMCHON_TEST_NAPS"].split()


def step(name: str) -> None:
    """The step, and perhaps a nap at it."""
    steps.step(name)
    if NAPS and NAPS[0] == name:
        NAPS.pop(0)
        os.kill(os.getpid(), signal.SIGSTOP)


async def main(service: str, name: str) -> None:
    """Run until killed."""
    settings = Settings.from_env()
    relay = Relay(
        service,
        database(connect(settings.mongo), name),
        settings.bus(service),
        lease_seconds=float(os.environ["CHUMCHON_TEST_LEASE"]),
    )
    await relay.run(asyncio.Event())


if __name__ == "__main__":
    setattr(sender, "step", step)  # noqa: B010 - not theirs to export
    setattr(term, "step", step)  # noqa: B010
    asyncio.run(main(*sys.argv[1:]))
