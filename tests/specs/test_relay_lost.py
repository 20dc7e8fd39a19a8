"""Transactions that the broker has lost sight of, one schedule each: committed, found, ended, and sent again where that failed."""

from __future__ import annotations

import asyncio

import pytest

from services.chassis.relay import RelayRefused
from services.chassis.relay.left_open import LOOK_EVERY
from services.chassis.relay.partition import partition_of
from tests.jumping_clock import JumpingLoop
from tests.relay_in_memory import LEASE, STREAMS, TOPIC, Site

LOST, OTHER = STREAMS[0], STREAMS[1]
PLACE = partition_of(LOST)
assert partition_of(OTHER) != PLACE


async def settled_and_lost(site: Site) -> None:
    """A relay has sent two rounds; the first has no marker in its partition, and is settled all the same."""
    relay = site.relay()
    await asyncio.sleep(0.5)
    site.broker.forgets.add(PLACE)
    site.write(LOST, 2)
    await asyncio.sleep(0.5)
    assert [entry.state for entry in site.broker.logs[TOPIC, PLACE]] == ["open", "open"]
    site.write(OTHER, 1)
    await asyncio.sleep(0.5)
    assert not any("pending" in commit for commit in site.commits().values())
    assert relay.work.state().position == 3


def states(site: Site) -> list[str]:
    """Of all that is in the partition in question."""
    return [entry.state for entry in site.broker.logs[TOPIC, PLACE]]


def test_what_was_settled_and_stayed_open_is_committed_by_the_next_relay(loop: JumpingLoop, site: Site):
    async def taken_over() -> None:
        await settled_and_lost(site)
        site.processes[0].wire.kill()
        await site.bury()
        await asyncio.sleep(LEASE + 0.5)
        site.relay()
        await asyncio.sleep(1.0)

    loop.run_until_complete(taken_over())
    assert states(site) == ["committed", "committed", "marker"]
    site.assert_complete()


def test_what_is_open_and_in_no_round_is_not_touched(loop: JumpingLoop, site: Site):
    """An older MongoDB was restored by mistake: a person decides."""

    async def restored() -> None:
        site.broker.forgets.add(PLACE)
        site.write(LOST, 2)
        site.relay()
        await asyncio.sleep(0.5)
        site.processes[0].wire.kill()
        await site.bury()
        [key] = [key for key in site.server.primary if key[0] == "rounds"]
        del site.server.primary[key], site.server.majority[key]
        await asyncio.sleep(LEASE + 0.5)
        relay = site.relay()
        with pytest.raises(RelayRefused, match="topic_beyond_rounds"):
            await relay.task

    loop.run_until_complete(restored())
    assert states(site) == ["open", "open"]


def test_a_relay_that_stays_in_office_looks_now_and_then_and_finds_it_too(loop: JumpingLoop, site: Site):
    async def left_alone() -> None:
        await settled_and_lost(site)
        await asyncio.sleep(2 * LOOK_EVERY + 1.0)

    loop.run_until_complete(left_alone())
    assert states(site) == ["committed", "committed", "marker"]
    site.assert_complete()


def test_a_long_transaction_of_its_own_is_not_taken_for_a_lost_one(loop: JumpingLoop, site: Site):
    """Under load there is one open whenever somebody looks."""

    async def under_load() -> int:
        site.broker.marker_seconds = 0.2
        relay = site.relay()
        for _ in range(round(5 * LOOK_EVERY)):
            site.write(LOST, 1)
            await asyncio.sleep(1.0)
        epoch: int = relay.work.state().epoch
        return epoch

    assert loop.run_until_complete(under_load()) == 1
    site.assert_complete()


@pytest.mark.parametrize("half", range(80))
def test_who_dies_while_he_ends_it_leaves_it_to_the_next_whatever_became_of_it(
    loop: JumpingLoop, site: Site, half: int
):
    """Between naming the partition and the end it is aborted with his transaction, though it was settled: it is sent again."""

    async def dies_on_the_way() -> None:
        await settled_and_lost(site)
        site.processes[0].wire.kill()
        await site.bury()
        await asyncio.sleep(LEASE + 0.5)
        site.relay().wire.kill(half)
        await asyncio.sleep(1.0)
        site.assert_sound()
        for process in site.processes:
            process.wire.kill()
        await site.bury()
        await asyncio.sleep(LEASE + 0.5)
        site.relay()
        await asyncio.sleep(1.0)

    loop.run_until_complete(dies_on_the_way())
    site.assert_complete()


def test_some_of_them_are_aborted_that_way(loop: JumpingLoop, site: Site):
    """Else the test above would prove less than it says."""

    async def named_and_no_more() -> None:
        await settled_and_lost(site)
        name = "chumchon.members.relay"
        epoch = await site.broker.init_producer(name)
        site.broker.add(name, epoch, (TOPIC, PLACE))
        site.write(OTHER, 1)  # by which the relay in office hears that it is fenced
        await asyncio.sleep(LEASE + 1.0)

    loop.run_until_complete(named_and_no_more())
    assert states(site) == ["aborted", "aborted", "marker", "committed", "committed", "marker"]
    site.assert_complete()
