"""The notebook of the specs over HTTP: one route of every sort that the kit knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Annotated, Any

import httpx
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.chassis.access import Access
from services.chassis.commit_store import InMemoryCommitStore
from services.chassis.days import Day
from services.chassis.handling import CommandHandler
from services.chassis.http import (
    ANYWHERE,
    PUBLIC,
    AreaFilter,
    Caller,
    FiscalYear,
    Handler,
    Page,
    Paging,
    Part,
    Reply,
    Role,
    Routes,
    Run,
    Seen,
    create_app,
    within,
)
from services.chassis.read_models import Vector
from tests.local_issuer import RunningIssuer
from tests.notebook import AREA, NOTEBOOK, Mark, Open, notebook, replica

routes = Routes("notebooks")
STREAM = notebook()
NAMES = [f"{number:03}" for number in range(7)]


class NewNotebook(BaseModel):
    """A notebook to open."""

    model_config = ConfigDict(extra="forbid")

    area: str = AREA
    on: Day | None = None
    pages: int = Field(default=1, ge=1, le=500)


class Marks(BaseModel):
    """Marks to write."""

    texts: tuple[Annotated[str, Field(min_length=1, max_length=20)], ...] = Field(min_length=1)


@routes.command("POST", "/v1/notebooks", roles={Role.OFFICER}, status=201, summary="Open a notebook")
async def open_one(body: NewNotebook, run: Run) -> Reply:
    return await run(NOTEBOOK, STREAM, Open(area=body.area), created=f"/v1/notebooks/{STREAM}")


@routes.command("POST", "/v1/notebooks/{notebook_id}/marks", roles={Role.OFFICER, Role.APPROVER})
async def mark(notebook_id: str, body: Marks, run: Run) -> Reply:
    return await run(NOTEBOOK, notebook_id, Mark(texts=body.texts))


@routes.command("POST", "/v1/notebooks/two", roles={Role.OFFICER})
async def open_and_mark(run: Run) -> Reply:
    await run(NOTEBOOK, STREAM, Open())
    return await run(NOTEBOOK, STREAM, Mark(texts=("ก",)))


@routes.command(
    "POST",
    "/v1/files",
    roles={Role.OFFICER},
    scope=ANYWHERE,
    status=202,
    body_limit=2000,
    consumes=("text/csv",),
)
async def file(body: bytes) -> dict[str, int]:
    return {"size": len(body)}


@routes.command("POST", "/v1/raw", roles={Role.OFFICER}, scope=ANYWHERE, body_limit=10)
async def raw(request: Request) -> dict[str, int]:
    return {"size": len(await request.body())}


@routes.query("/v1/notebooks/{notebook_id}", roles={Role.OFFICER, Role.AUDITOR})
async def one(notebook_id: str, handler: Part[CommandHandler], caller: Caller, seen: Seen) -> dict[str, Any]:
    held = await handler.state(NOTEBOOK, notebook_id)
    caller.require_area(held.state.area)
    seen.version(held.version)
    return {"version": held.version, "marks": held.state.marks, "asked_in": caller.correlation_id}


@routes.query("/v1/figures", roles={Role.AUDITOR}, scope=within("area"))
async def figures(
    area: AreaFilter = "", on: Day | None = None, fiscal_year: FiscalYear = 2565
) -> dict[str, Any]:
    return {"area": area, "on": on, "fiscal_year": fiscal_year}


@routes.query("/v1/names", roles=PUBLIC, max_age=30)
async def names(paging: Paging, seen: Seen, under: AreaFilter = "", kind: list[str] | None = None) -> Page:
    seen.vector(Vector({"topic": {0: 7}}, datetime(2022, 1, 1, tzinfo=UTC)), under)
    found = [name for name in NAMES if name > paging.after][: paging.limit + 1]
    return paging.page([{"id": name, "kind": kind} for name in found])


@routes.query("/page", roles=PUBLIC)
async def page(lang: str = "th") -> HTMLResponse:
    return HTMLResponse(f"<p>{len(lang)}</p>")


@routes.query("/v1/today", roles=PUBLIC)
async def today() -> date:
    return date(2022, 1, 1)


@routes.query("/v1/broken", roles=PUBLIC)
async def broken() -> dict[str, Any]:
    raise ValueError("สมชาย 1-1111-11111-11-1")


@asynccontextmanager
async def client_of(
    running: RunningIssuer, handler: Handler | None = None, **more: Any
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a new app, with a new notebook store behind it, and the token of an officer of Lamphun."""
    app = notebook_app(running, handler, **more)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    heads = running.bearer(Role.OFFICER, sub="officer-7")
    async with httpx.AsyncClient(transport=transport, base_url="http://notebooks", headers=heads) as client:
        yield client


def notebook_app(running: RunningIssuer, handler: Handler | None = None, **more: Any) -> FastAPI:
    """The app alone."""
    state = replica(InMemoryCommitStore())
    access = Access(running.settings.issuer, running.settings.audience)
    return create_app(
        "notebooks", routes, access=access, handler=handler or state, parts={CommandHandler: state}, **more
    )
