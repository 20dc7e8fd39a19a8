"""The load: the areas first, then all officers with their stories until told to stop."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.chaos.office import Ledger, Officer, Refused
from tests.chaos.stories import OFFICERS, PAUSE, STORIES, TAMBONS, VILLAGES
from tests.chaos.town import Town

LAST_ANSWER_SECONDS = 180
LEVELS = {2: "province", 4: "district", 6: "tambon", 8: "village"}


@asynccontextmanager
async def officers(town: Town, seed: int) -> AsyncIterator[list[Officer]]:
    """Every officer of the run, with connections of their own."""
    ledger = Ledger()
    async with httpx.AsyncClient(trust_env=False) as client:
        yield [
            Officer(
                service,
                town.urls(service),
                client,
                town.tokens,
                ledger,
                random.Random(f"{seed}/{service}/{n}"),
                number,
            )
            for number, (service, n) in enumerate(
                (service, n) for service, count in OFFICERS.items() for n in range(count)
            )
        ]


async def enter_areas(officer: Officer) -> None:
    """Lamphun's areas, as far as the stories need them."""
    codes = sorted({code[:n] for code in (*TAMBONS, *VILLAGES) for n in LEVELS if len(code) >= n})
    rows = [f"{code},{LEVELS[len(code)]},ตัวอย่าง {code},Example {code}," for code in codes]
    file = "\n".join(["code,level,name_th,name_en,valid_from", *rows]).encode()
    accepted = await officer.say("POST /v1/imports/areas", file)
    await completed(officer, accepted["id"])


async def completed(officer: Officer, import_id: str) -> dict[str, object]:
    """Wait until an import has run."""
    async with asyncio.timeout(120):
        while (told := await officer.ask(f"/v1/imports/{import_id}"))["status"] != "completed":
            await asyncio.sleep(0.1)
    return told


@asynccontextmanager
async def at_work(staff: list[Officer]) -> AsyncIterator[None]:
    """They write meanwhile. At the end each finishes its story, so that everything that was sent has an answer."""
    stop = asyncio.Event()

    async def work(officer: Officer) -> None:
        stories, weights = zip(*STORIES[officer.service], strict=True)
        n = 0
        while not stop.is_set():
            [story] = officer.dice.choices(stories, weights)
            try:
                await story(officer, n)
            except Refused:
                if len(officer.ledger.wrong) > 50:
                    raise
            n += 1
            await asyncio.sleep(officer.dice.uniform(0, PAUSE))

    async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
        for officer in staff:
            group.create_task(work(officer))
        try:
            yield
        finally:
            stop.set()
            limit.reschedule(asyncio.get_running_loop().time() + LAST_ANSWER_SECONDS)
