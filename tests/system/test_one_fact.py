"""One fact, end to end, on real Kafka and MongoDB: many callers, kills between every two steps, and nothing lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import zip_longest
from uuid import uuid4

import httpx
import pytest

from services.chassis.consumer import STEPS as CONSUMER_STEPS
from services.chassis.relay import STEPS as RELAY_STEPS
from tests.local_stack import LocalStack
from tests.system.world import World, six_villages

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


ONCE_A_TERM = RELAY_STEPS[:3]


@pytest.fixture(scope="module")
async def town(local_stack: LocalStack) -> AsyncIterator[World]:
    """`members` and `reporting` at work, with six villages registered."""
    async with six_villages(local_stack) as made:
        yield made


async def test_many_callers_with_cancellations_and_oversized_bodies_lose_nothing_and_double_nothing(
    town: World,
):
    async def hasty(client: httpx.AsyncClient, patience: float) -> None:
        """Gives up at some moment, and comes back with the same key half of the times."""
        body, key = town.entry(), str(uuid4())
        try:
            await asyncio.wait_for(town.send(client, body, key), patience)
        except TimeoutError:
            if town.dice.random() < 0.5:
                assert (await town.until_known(client, body, key)).status_code == 201

    async def oversized(client: httpx.AsyncClient) -> None:
        body = town.entry() | {"given_name": "ก" * 1_000_000}
        answer = await town.send(client, body, str(uuid4()))
        assert answer is None or answer.status_code == 413

    async def twice(client: httpx.AsyncClient) -> None:
        body, key = town.entry(), str(uuid4())
        answers = await asyncio.gather(*(town.until_known(client, body, key) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {201}
        other = await town.until_known(client, town.entry(), key)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")

    async with town.officers(8), httpx.AsyncClient(base_url=town.url("members"), timeout=10) as client:
        for _ in range(10):
            await asyncio.gather(
                *(hasty(client, town.dice.uniform(0, 0.05)) for _ in range(8)),
                oversized(client),
                twice(client),
            )
    await town.assert_all_is_well()


async def test_a_registration_reaches_an_open_page_by_itself(town: World):
    async with httpx.AsyncClient(base_url=town.url("reporting"), timeout=30) as board:
        shown = (await board.get("/v1/members", params={"area": "51"})).json()["total"]["members"]
        async with board.stream("GET", "/events", params={"area": "51", "lang": "en"}) as stream:
            lines = stream.aiter_lines()
            async with httpx.AsyncClient(base_url=town.url("members"), timeout=10) as client:
                assert (await town.until_known(client, town.entry(), str(uuid4()))).status_code == 201
            async with asyncio.timeout(20):
                async for line in lines:
                    if line.startswith("data:") and f"{shown + 1:,}" in json.dumps(
                        json.loads(line[5:] or "{}")
                    ):
                        break
        assert (await board.get("/v1/members", params={"area": "51"})).json()["total"]["members"] == shown + 1


@pytest.mark.parametrize(
    ("members", "reporting"), [*zip_longest([*RELAY_STEPS, *CONSUMER_STEPS], CONSUMER_STEPS)]
)
async def test_killed_at_any_step_under_load_both_go_on_where_they_were(
    town: World, members: str, reporting: str | None
):
    town.kill("members")
    town.start("members", stop_at=f"{members}:{1 if members in ONCE_A_TERM else town.dice.randint(1, 3)}")
    if reporting:
        town.kill("reporting")
        town.start("reporting", stop_at=f"{reporting}:{town.dice.randint(1, 3)}")
    async with town.officers():
        await town.dies("members")
        town.start("members")
        if reporting:
            await town.dies("reporting")
            town.start("reporting")
        await town.ready("members")
        await town.ready("reporting")


async def test_after_all_kills_everything_acknowledged_is_there_once_and_the_board_equals_a_rebuild(
    town: World,
):
    await town.assert_all_is_well()
