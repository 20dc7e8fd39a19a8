"""A try that was given up arrives after all, while its successor asks what is so: whoever sees its commit sees whose it is."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.commit_store import MongoCommitStore
from services.chassis.commits import to_bson
from tests.contract.documents import commit
from tests.jumping_clock import JumpingLoop
from tests.mongo_in_memory import Server, connect
from tests.own_wire import OwnWire

HALVES = range(8)
"""Of the operations of one proof: before each arrives, and between its effect and its reply."""


@pytest.mark.parametrize("half", HALVES)
def test_a_commit_that_arrives_in_the_midst_of_a_proof_is_not_taken_for_anothers(
    loop: JumpingLoop, half: int
):
    """Else the command is refused for what it has itself done, or answered as a no-op."""

    async def asked_meanwhile() -> None:
        server, wire, late = Server(loop.time), OwnWire(), commit()
        asking = MongoCommitStore(connect(server, wire))
        wire.sleep(half)
        answer = asyncio.create_task(asking.latest(late.stream, 0, late.command_id))
        await asyncio.sleep(0.1)
        [arrived] = await MongoCommitStore(connect(server)).append([to_bson(late)])
        assert arrived.outcome == "inserted"
        wire.wake()
        mine, since = await answer
        assert mine == late or not since

    loop.run_until_complete(asked_meanwhile())
