"""Files sent to `members` in memory, and the worker that runs them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from services.chassis.imports import Imports
from services.chassis.read_models import Row
from services.members.api.imports import imports
from services.members.api.table import desk
from tests.edge import Edge
from tests.lamphun_edge import csv_of, line_of

PEOPLE = 30
IMPORT = imports.aggregate


@asynccontextmanager
async def worker(edge: Edge) -> AsyncIterator[asyncio.Event]:
    """The worker at work; afterwards told to stop, and what it raised is raised."""
    stop = asyncio.Event()
    task = asyncio.create_task(imports.worker(edge.parts)(stop))
    try:
        yield stop
    finally:
        stop.set()
        await task


async def accepted(edge: Edge, content: str | bytes, kind: str = "memberships") -> str:
    answer = await edge.csv(kind, content)
    assert answer.status_code == 202, answer.text
    await edge.tell()
    return str(answer.json()["id"])


async def completed(edge: Edge, import_id: str, seconds: float = 60) -> dict[str, Any]:
    """What is told of an import once it has run."""
    async with asyncio.timeout(seconds):
        while (await edge.parts.handler.state(IMPORT, import_id)).state.running:
            await asyncio.sleep(0.005)
    await edge.tell()
    await asyncio.sleep(0.02)
    told: dict[str, Any] = (await edge.client.get(f"/v1/imports/{import_id}")).json()
    return told


async def imported(edge: Edge, content: str | bytes, kind: str = "memberships") -> dict[str, Any]:
    import_id = await accepted(edge, content, kind)
    async with worker(edge):
        return await completed(edge, import_id)


async def ran(edge: Edge, imports: Imports, kind: str, content: str, **heads: str) -> dict[str, Any]:
    """A file of an entry of this edge's desk, handed in and run to its end; what is told of it then."""
    answer = await edge.csv(kind, content, **heads)
    assert answer.status_code == 202, answer.text
    await edge.tell()
    stop = asyncio.Event()
    task = asyncio.create_task(imports.worker(edge.parts, edge.service.build(edge.parts).own)(stop))
    path = f"/v1/imports/{answer.json()['id']}"
    named = {name: value for name, value in heads.items() if name == "Authorization"}
    async with asyncio.timeout(60):
        while (told := (await edge.client.get(path, headers=named)).json())["status"] == "running":
            await asyncio.sleep(0.005)
    stop.set()
    await task
    await edge.tell()
    found: dict[str, Any] = told
    return found


def counted(told: dict[str, Any]) -> tuple[str, int, int, int, int]:
    return told["status"], told["done"], told["written"], told["unchanged"], told["refused"]


def people(*numbers: int) -> str:
    return csv_of(*(line_of(n) for n in numbers or range(PEOPLE)))


def facts(edge: Edge) -> Counter[str]:
    """What was said of people, by name and person; imports left out."""
    return Counter(
        f"{name} {sorted(data.items())}"
        for name, data in edge.events()
        if not name.startswith(("Import", "Area"))
    )


def streams(edge: Edge) -> Iterator[list[dict[str, Any]]]:
    for stream in {key[0] for key in edge.store.documents}:
        yield [edge.store.documents[key] for key in sorted(edge.store.documents) if key[0] == stream]


async def memberships_of(edge: Edge) -> list[Row]:
    """The rows of the register's view."""
    async with edge.parts.views[desk.view.name].snapshot() as snapshot:
        return await snapshot.facets("membership")
