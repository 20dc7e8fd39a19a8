"""The one-shot job `topics`: creates what `contracts/topics.py` and `contracts/principals.py` declare; waits a while for a Kafka
that is starting. `python -m deploy.jobs.make_topics [FOLDER]`: users get the passwords that stand in `FOLDER/kafka-<user>`;
without a folder they are the cluster's, and only their rights are made."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from aiokafka.errors import KafkaError

from deploy import bus_access, topics
from deploy.bus_access import EVERYBODY
from services.chassis.bootstrap import Bootstrap
from services.chassis.settings import ADMIN, Settings

TRIES = 20
PAUSE = 3.0  # seconds


async def make(bootstrap: Bootstrap) -> list[str]:
    """Create what is missing; returns the names created. Raises TopicsDifferError at once, KafkaError after a minute."""
    for _ in range(TRIES - 1):
        try:
            return await topics.ensure(bootstrap)
        except (KafkaError, OSError):
            await asyncio.sleep(PAUSE)
    return await topics.ensure(bootstrap)


def passwords(folder: Path | None) -> dict[str, str]:
    """User → password, of those whose file is there."""
    files = {user: folder / f"kafka-{user}" for user in EVERYBODY} if folder else {}
    return {user: file.read_text("ascii").strip() for user, file in files.items() if file.is_file()}


if __name__ == "__main__":
    admin = Settings.from_env().bus(ADMIN)
    created = asyncio.run(make(admin))
    if admin.security != "PLAINTEXT":
        bus_access.ensure(admin, passwords(Path(sys.argv[1]) if sys.argv[1:] else None))
    sys.stdout.write(f"created: {', '.join(created) or 'nothing, all are there'}\n")
