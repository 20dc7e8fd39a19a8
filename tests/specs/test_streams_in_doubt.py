"""A stream that may lack a commit, in a cache or at a primary that was just elected: nobody is turned away on its word."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.calls import Done, OutcomeUnknown
from services.chassis.commit_store import MongoCommitStore
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from tests.jumping_clock import JumpingLoop
from tests.mongo_in_memory import Server, connect
from tests.notebook import NOTEBOOK, Mark, Open, call, marked, notebook, replica
from tests.watched_store import UNKNOWN_KEPT, WatchedStore

STREAM = notebook()
MARK = Mark(texts=("ก",))
DONE = Done(STREAM, 2, (marked("ก"),))


def test_while_an_outcome_is_unknown_who_asks_for_the_stream_hears_what_is_in_the_log(loop: JumpingLoop):
    """The commit is there, and its second insert hangs: this replica's own cache must not deny it meanwhile."""

    async def asked_meanwhile() -> int:
        store = WatchedStore()
        handler = replica(store)
        await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
        store.inner.trouble.append(UNKNOWN_KEPT)
        marking = asyncio.create_task(handler.handle(NOTEBOOK, STREAM, MARK, call("k")))
        await asyncio.sleep(0.005)  # the pause before the second insert is longer
        store.open_for_appends.clear()
        await asyncio.sleep(0.1)
        held = await handler.state(NOTEBOOK, STREAM, fresh=False)
        assert len(store.groups) == 3
        assert not marking.done()
        store.open_for_appends.set()
        assert await marking == DONE
        return held.version

    assert loop.run_until_complete(asked_meanwhile()) == 2


def test_a_command_that_heard_nothing_until_its_deadline_leaves_no_cached_stream_behind(loop: JumpingLoop):
    """Its commit gets into the log later, with nobody there to put it into the cache."""

    async def asked_afterwards() -> int:
        store = WatchedStore()
        handler = replica(store)
        await handler.handle(NOTEBOOK, STREAM, Open(), call("open"))
        store.open_for_appends.clear()
        with pytest.raises(OutcomeUnknown):
            await handler.handle(NOTEBOOK, STREAM, MARK, call("k"))
        store.open_for_appends.set()
        await handler.drain()
        return (await handler.state(NOTEBOOK, STREAM, fresh=False)).version

    assert loop.run_until_complete(asked_afterwards()) == 2


@pytest.mark.parametrize("cached", [False, True])
def test_after_an_election_who_would_refuse_asks_for_a_proof_and_a_query_may_be_a_moment_behind(
    loop: JumpingLoop, cached: bool
):
    """An edge that finds nothing where a colleague of the caller was told that it is done would turn the caller away."""

    async def asked_of_another_replica() -> tuple[int, int, int]:
        server = Server(loop.time)
        keys = InMemoryWrappedKeys()
        one, other = (replica(MongoCommitStore(connect(server)), keys) for _ in range(2))
        await MongoCommitStore(connect(server)).prepare()
        await one.handle(NOTEBOOK, STREAM, Open(), call("open"))
        if cached:
            await other.state(NOTEBOOK, STREAM)
        assert isinstance(await one.handle(NOTEBOOK, STREAM, MARK, call("k")), Done)
        server.fail_over()
        behind = (await other.state(NOTEBOOK, STREAM)).version
        parts = await other.sealed_parts(STREAM, 2)
        return behind, (await other.proven(NOTEBOOK, STREAM)).version, len(parts)

    behind, proven, parts = loop.run_until_complete(asked_of_another_replica())
    assert behind < proven == 2
    assert parts == 1
