"""Group commit: what waits goes together, everyone hears his own outcome, and nobody can spoil another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from services.chassis.calls import Overloaded
from services.chassis.commit_store import InMemoryCommitStore
from services.chassis.commits import Written
from services.chassis.group_commit import GROUP_BYTES, GROUP_COMMITS, WRITES, GroupCommit


class Ledger(InMemoryCommitStore):
    """Keeps raw documents in the order of writing; slow, and closed while `open` is not set."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[list[bytes]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.raises: list[BaseException] = []

    async def append(self, documents: Sequence[bytes]) -> list[Written]:
        """Every outcome names its own document."""
        self.groups.append(list(documents))
        await asyncio.sleep(0)
        await self.open.wait()
        if self.raises:
            raise self.raises.pop(0)
        return [Written("inserted", raw[:20].decode()) for raw in documents]

    @property
    def written(self) -> list[bytes]:
        """All of them."""
        return [raw for group in self.groups for raw in group]


@pytest.fixture
def ledger() -> Ledger:
    """A store that remembers its groups."""
    return Ledger()


async def test_one_alone_is_written_at_once(ledger):
    assert (await GroupCommit(ledger, "members").submit(b"1")).outcome == "inserted"
    assert ledger.groups == [[b"1"]]


async def test_what_waits_while_two_writes_are_under_way_goes_together_in_the_next(ledger):
    group = GroupCommit(ledger, "members")
    ledger.open.clear()
    callers = [asyncio.create_task(group.submit(b"%d" % n)) for n in range(2)]
    await asyncio.sleep(0.001)
    callers += [asyncio.create_task(group.submit(b"%d" % n)) for n in range(2, 100)]
    await asyncio.sleep(0.001)
    assert group.waiting == 98
    ledger.open.set()
    outcomes = await asyncio.gather(*callers)
    assert [len(written) for written in ledger.groups] == [1, 1, 98]
    assert [outcome.reason for outcome in outcomes] == [f"{n}" for n in range(100)], "each his own"


async def test_who_waits_while_nothing_is_under_way_is_shared_out_so_that_half_decide_while_half_are_written(
    ledger,
):
    group = GroupCommit(ledger, "members")
    await asyncio.gather(*(group.submit(b"%d" % n) for n in range(65)))
    assert [len(written) for written in ledger.groups] == [33, 32]


async def test_a_group_holds_at_most_1000_commits_and_16_mib(ledger):
    group = GroupCommit(ledger, "members")
    ledger.open.clear()
    callers = [asyncio.create_task(group.submit(b"%d" % n)) for n in range(2_500)]
    callers += [
        asyncio.create_task(group.submit(b"%d " % n + bytes(4 * 1024 * 1024 - 100))) for n in range(10)
    ]
    await asyncio.sleep(0.01)
    ledger.open.set()
    await asyncio.gather(*callers)
    assert max(len(written) for written in ledger.groups) <= GROUP_COMMITS
    assert max(sum(map(len, written)) for written in ledger.groups) <= GROUP_BYTES
    assert len(ledger.written) == 2_510


async def test_one_larger_than_a_group_goes_alone_and_does_not_spin_for_ever(ledger):
    group = GroupCommit(ledger, "members")
    outcome = await asyncio.wait_for(group.submit(b"1" + bytes(GROUP_BYTES)), 5)
    assert outcome.outcome == "inserted"


async def test_a_full_queue_is_overloaded_and_that_document_is_never_written(ledger):
    group = GroupCommit(ledger, "members", queue=5)
    ledger.open.clear()
    first = asyncio.gather(*(group.submit(b"first %d" % n) for n in range(WRITES)))
    await asyncio.sleep(0.001)
    waiting = [asyncio.create_task(group.submit(b"waiting %d" % n)) for n in range(5)]
    await asyncio.sleep(0.001)
    for _ in range(3):
        with pytest.raises(Overloaded):
            await group.submit(b"too many")
    ledger.open.set()
    await asyncio.gather(first, *waiting)
    assert b"too many" not in ledger.written
    assert (await group.submit(b"afterwards")).outcome == "inserted"


async def test_cancelled_callers_documents_are_written_once_and_the_others_hear_their_own_outcome(ledger):
    group = GroupCommit(ledger, "members")
    ledger.open.clear()
    callers = [asyncio.create_task(group.submit(b"%d" % n)) for n in range(50)]
    await asyncio.sleep(0.001)
    for caller in callers[::2]:
        caller.cancel()
    ledger.open.set()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert [getattr(outcome, "reason", None) for outcome in outcomes[1::2]] == [
        f"{n}" for n in range(1, 50, 2)
    ]
    await group.drain()
    assert sorted(map(int, ledger.written)) == list(range(50))


async def test_a_cancelled_caller_gives_its_place_in_the_queue_back_only_when_it_is_written(ledger):
    group = GroupCommit(ledger, "members", queue=2)
    ledger.open.clear()
    first = asyncio.gather(*(group.submit(b"first %d" % n) for n in range(WRITES)))
    await asyncio.sleep(0.001)
    waiting = [asyncio.create_task(group.submit(b"%d" % n)) for n in range(2)]
    await asyncio.sleep(0.001)
    for caller in waiting:
        caller.cancel()
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await group.submit(b"more")
    ledger.open.set()
    await first
    await group.drain()
    assert ledger.written == [b"first 0", b"first 1", b"0", b"1"]


@pytest.mark.parametrize("error", [RuntimeError("a bug"), OSError("gone"), TimeoutError()])
async def test_a_store_that_raises_makes_every_outcome_of_that_group_unknown_and_of_no_other(ledger, error):
    group = GroupCommit(ledger, "members")
    ledger.raises.append(error)
    first = await asyncio.gather(*(group.submit(b"%d" % n) for n in range(4)))
    assert [outcome.outcome for outcome in first] == ["unknown", "unknown", "inserted", "inserted"]
    assert {outcome.reason for outcome in first[:2]} == {type(error).__name__}
    assert (await group.submit(b"4")).outcome == "inserted"


@pytest.mark.parametrize("answers", [[], [Written("inserted")] * 5])
async def test_a_store_that_answers_for_too_few_or_too_many_leaves_nobody_waiting_for_ever(ledger, answers):
    group = GroupCommit(ledger, "members")

    async def miscounted(_: Sequence[bytes]) -> list[Written]:
        return list(answers)

    ledger.append = miscounted
    outcomes = await asyncio.wait_for(asyncio.gather(*(group.submit(b"%d" % n) for n in range(3))), 5)
    assert {outcome.outcome for outcome in outcomes} == {"unknown"}


async def test_draining_waits_for_all_that_waits_and_an_idle_one_is_drained_at_once(ledger):
    group = GroupCommit(ledger, "members")
    await asyncio.wait_for(group.drain(), 1)
    ledger.open.clear()
    callers = [asyncio.create_task(group.submit(b"%d" % n)) for n in range(10)]
    await asyncio.sleep(0.001)
    draining = asyncio.create_task(group.drain())
    await asyncio.sleep(0.001)
    assert not draining.done()
    ledger.open.set()
    await asyncio.wait_for(draining, 1)
    assert len(ledger.written) == 10
    await asyncio.gather(*callers)
