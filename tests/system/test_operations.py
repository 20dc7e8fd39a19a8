"""What an operator types: dead letters are listed, shown and discarded; a republish beside a relay is refused."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from services.chassis.mongo import connect, database
from services.chassis.relay.lease import Lease
from tests.local_stack import REPOSITORY, LocalStack

pytestmark = pytest.mark.system

STRANGE = {
    "_id": "board.0/chumchon.otop.events.v1/2/@7",
    "projection": "board",
    "version": "0",
    "topic": "chumchon.otop.events.v1",
    "partition": 2,
    "position": None,
    "offset": 7,
    "stream": "",
    "key": None,
    "value": b"garbage",
    "headers": [],
    "reason": "header ce_specversion is not 1.0",
    "at": datetime(2021, 11, 26, tzinfo=UTC),
}


@pytest.fixture
def chumchon(local_stack: LocalStack):
    """The command line, on the run's stack and a database prefix of its own."""
    local_stack.ensure("mongo")
    local_stack.ensure("kafka")
    env = {**local_stack.env, "CHUMCHON_DATABASE_PREFIX": "operated"}

    async def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.cli.main", *words]
        return await asyncio.to_thread(
            subprocess.run, command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False
        )

    return run


async def test_a_record_that_never_was_an_event_is_listed_shown_and_discarded(
    local_stack: LocalStack, chumchon
):
    client = connect(local_stack.settings.mongo)
    await database(client, "operated_reporting")["dead_letters"].insert_many(
        [STRANGE, STRANGE | {"_id": "on the chain", "position": 8}]
    )
    listed = json.loads((await chumchon("dead-letters", "list", "reporting", "--json")).stdout)
    assert [row["_id"] for row in listed] == [STRANGE["_id"], "on the chain"]
    assert "value" not in listed[0]
    shown = json.loads((await chumchon("dead-letters", "show", "reporting", str(STRANGE["_id"]))).stdout)
    assert shown["value"] == "garbage"
    assert (await chumchon("dead-letters", "discard", "reporting", str(STRANGE["_id"]))).returncode == 0
    kept = await chumchon("dead-letters", "discard", "reporting", "on the chain")
    assert kept.returncode == 1
    assert "on the chain" in (await chumchon("dead-letters", "list", "reporting", "--json")).stdout
    assert (await chumchon("dead-letters", "list", "nobody")).returncode == 2
    client.close()


async def test_a_republish_beside_a_relay_is_refused_with_its_reason(local_stack: LocalStack, chumchon):
    client = connect(local_stack.settings.mongo)
    lease = Lease(database(client, "operated_funds"), "funds", "a relay at work", seconds=60)
    assert await lease.win()
    refused = await chumchon("republish", "funds")
    assert refused.returncode == 1
    assert "relay_at_work" in refused.stderr
    client.close()
