"""The one-shot job `topics`: creates what `contracts/topics.py` declares; waits a while for a Kafka that is starting."""

from __future__ import annotations

import asyncio
import sys

from aiokafka.errors import KafkaError

from deploy import topics
from services.chassis.settings import Settings

TRIES = 20
PAUSE = 3.0  # seconds


async def make(bootstrap: str) -> list[str]:
    """Create what is missing; returns the names created. Raises TopicsDifferError at once, KafkaError after a minute."""
    for _ in range(TRIES - 1):
        try:
            return await topics.ensure(bootstrap)
        except (KafkaError, OSError):
            await asyncio.sleep(PAUSE)
    return await topics.ensure(bootstrap)


if __name__ == "__main__":
    created = asyncio.run(make(Settings.from_env().kafka))
    sys.stdout.write(f"created: {', '.join(created) or 'nothing, all are there'}\n")
