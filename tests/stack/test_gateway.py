"""The real nginx with the real template, in front of a small real HTTP server that stands where the services do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from starlette.applications import Starlette

from deploy.local import gateway, process, stack
from deploy.local.probe import status_of
from services.chassis.problems import ProblemDocument
from services.chassis.settings import Settings

from .conftest import environment

LARGE = "ก" * 2_000


def upstream() -> FastAPI:
    """Says what reached it; counts what it was asked."""
    app = FastAPI()
    asked: dict[str, int] = {}

    @app.post("/things/1")
    async def command(request: Request) -> Response:
        return Response(
            LARGE, headers={"ETag": '"8"', "X-Saw-If-Match": request.headers.get("if-match", "none")}
        )

    @app.get("/problem")
    async def problem() -> Response:
        body = '{"code":"outbox_deep"}'
        return Response(
            body, 503, {"Content-Type": "application/problem+json", "X-Request-ID": "the service's"}
        )

    @app.get("/events")
    async def events() -> StreamingResponse:
        async def stream() -> AsyncIterator[str]:
            yield "data: 1\n\n"
            await asyncio.sleep(30)

        return StreamingResponse(stream(), media_type="text/event-stream")

    @app.get("/desk/slow")
    async def slow() -> None:
        await asyncio.sleep(3)

    @app.get("/{path:path}")
    async def read(request: Request, path: str) -> Any:
        asked[path] = asked.get(path, 0) + 1
        headers = {name: value for name, value in request.headers.items() if name.startswith("x-")}
        cache = {"Cache-Control": "public, max-age=60"} if path.startswith("public") else {}
        content = f'{{"path": "/{path}", "asked": {asked[path]}, "pad": "{LARGE}"}}'
        shown = {f"Saw-{name}": value for name, value in headers.items()}
        return Response(content, headers={"ETag": '"7"', **shown, **cache}, media_type="application/json")

    return app


@asynccontextmanager
async def serving(app: Starlette, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await task


@pytest.fixture(scope="module")
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    settings = Settings.from_env(environment(tmp_path_factory.mktemp("gateway") / "home"))
    app = upstream()
    async with serving(app, settings.ports["members"]), serving(app, settings.ports["reporting"]):
        try:
            await stack.up(settings, ["gateway"])
            yield settings
        finally:
            await stack.down(settings)


@pytest.fixture(scope="module")
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.ports['gateway']}") as client:
        yield client


async def test_each_service_is_under_its_name_and_the_board_at_the_root(client: httpx.AsyncClient) -> None:
    under = await client.get("/members/people/1?area=51")
    assert under.json()["path"] == "/people/1"
    assert under.headers["saw-x-forwarded-prefix"] == "/members"
    assert (await client.get("/reporting/kpis")).json()["path"] == "/kpis"
    root = await client.get("/")
    assert root.json()["path"] == "/"
    assert "saw-x-forwarded-prefix" not in root.headers


async def test_a_request_id_is_passed_on_if_it_is_an_id_and_made_otherwise(client: httpx.AsyncClient) -> None:
    first, second = str(uuid4()), uuid4().hex
    kept = await client.get("/members/x", headers={"X-Request-ID": first})
    assert kept.headers["x-request-id"] == kept.headers["saw-x-request-id"] == first
    for other in ('no"quotes', "1-1018-00000-00-0", "somchai", f"{first}x"):
        made = await client.get("/members/x", headers={"X-Request-ID": other})
        assert made.headers["x-request-id"] == made.headers["saw-x-request-id"] != other
        assert made.headers["x-correlation-id"] == made.headers["x-request-id"]
    command = await client.get("/members/x", headers={"X-Correlation-ID": second, "X-Request-ID": first})
    assert command.headers["x-correlation-id"] == command.headers["saw-x-correlation-id"] == second


async def test_an_etag_that_gzip_weakened_still_matches_in_a_command(client: httpx.AsyncClient) -> None:
    read = await client.get("/members/things/1", headers={"Accept-Encoding": "gzip"})
    assert read.headers["content-encoding"] == "gzip"
    assert read.headers["etag"] == 'W/"7"'
    done = await client.post("/members/things/1", headers={"If-Match": read.headers["etag"]})
    assert done.headers["x-saw-if-match"] == 'W/"7"'  # the services know why, and take it
    assert done.status_code == 200  # nginx must not judge If-Match by the answer's new ETag


async def test_public_reads_are_cached_as_long_as_the_service_says(client: httpx.AsyncClient) -> None:
    first, second = [await client.get("/reporting/public/kpis") for _ in range(2)]
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
    assert second.json()["asked"] == 1
    personal = await client.get("/reporting/public/kpis", headers={"Authorization": "Bearer x"})
    assert personal.json()["asked"] == 2
    assert [(await client.get("/reporting/private")).json()["asked"] for _ in range(2)] == [1, 2]


async def test_server_sent_events_arrive_as_they_are_sent(client: httpx.AsyncClient) -> None:
    for path in ("/events", "/reporting/events"):
        begun = time.monotonic()
        async with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                assert line == "data: 1"
                break
        assert time.monotonic() - begun < 1


async def test_a_page_elsewhere_may_read_and_command(client: httpx.AsyncClient) -> None:
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    preflight = await client.options("/members/people", headers=asked)
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    for name in ("Authorization", "Idempotency-Key", "If-Match"):
        assert name in preflight.headers["access-control-allow-headers"]
    read = await client.get("/members/x")
    assert read.headers["access-control-allow-origin"] == "*"
    assert "ETag" in read.headers["access-control-expose-headers"]
    assert "access-control-allow-methods" not in read.headers


def demand_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    ProblemDocument.model_validate(body)
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:chumchon:problem:{code}")
    assert body["correlation_id"] == answer.headers["x-correlation-id"] == answer.headers["x-request-id"]
    assert body["detail_en"].isascii()
    assert not body["detail_th"].isascii()
    assert body["detail"] == body["detail_th"]


async def test_what_the_gateway_refuses_is_a_problem_in_both_languages(client: httpx.AsyncClient) -> None:
    demand_problem(
        await client.post("/members/things/1", content=b"x" * (4 * 2**20 + 1)), 413, "body-too-large"
    )
    assert (await client.post("/members/things/1", content=b"x" * 4 * 2**20)).status_code == 200
    down = await client.get("/otop/products")
    demand_problem(down, 502, "service-down")
    assert down.headers["retry-after"] == "2"
    english = (await client.get("/otop/products", headers={"Accept-Language": "en-GB,th;q=0.5"})).json()
    assert english["detail"] == english["detail_en"]
    assert english["title"] == "Not available now"
    for path in ("/members/metrics", "/metrics", "/funds/ready"):
        demand_problem(await client.get(path), 404, "no-such-route")


async def test_the_desk_is_reached_at_the_root_and_under_each_service(client: httpx.AsyncClient) -> None:
    for path, prefix in (
        ("/desk", ""),
        ("/desk/login", ""),
        ("/desk/thing/1", ""),
        ("/members/desk/all", "/members"),
    ):
        answer = await client.get(path)
        assert answer.json()["path"] == path.removeprefix(prefix)
        assert answer.headers.get("saw-x-forwarded-prefix", "") == prefix


async def test_a_service_s_own_problem_passes_through(client: httpx.AsyncClient) -> None:
    answer = await client.get("/members/problem")
    assert (answer.status_code, answer.json()) == (503, {"code": "outbox_deep"})
    assert answer.headers["x-request-id"] != "the service's"


async def test_a_caller_in_too_great_a_hurry_gets_429_and_when_to_come_back(settings: Settings) -> None:
    state = settings.home / "slow"
    state.mkdir()
    values = gateway.values(settings, state)
    port = settings.ports["otop"]  # nobody else uses it here
    values |= {"GATEWAY_RATE": "1", "GATEWAY_BURST": "2", "GATEWAY_LISTEN": f"127.0.0.1:{port}"}
    config = state / "nginx.conf"
    config.write_text(gateway.render(values), encoding="utf-8")
    argv = [str(gateway.find_nginx()), "-p", str(state), "-e", "stderr", "-c", str(config)]
    process.spawn(settings.home, "slow-gateway", argv, fingerprint="")
    try:
        while await status_of("127.0.0.1", port, gateway.HEALTH) != 200:
            await asyncio.sleep(0.05)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            answers = [await client.get("/members/x") for _ in range(4)]
        demand_problem(answers[-1], 429, "too-many-requests")
        assert answers[-1].headers["retry-after"] == "1"
    finally:
        await process.stop(settings.home, "slow-gateway", 5)


def test_a_placeholder_without_a_value_is_an_error(settings: Settings, tmp_path: Path) -> None:
    values = gateway.values(settings, tmp_path)
    del values["GATEWAY_RATE"]
    with pytest.raises(KeyError, match="GATEWAY_RATE"):
        gateway.render(values)


async def test_the_log_has_no_query_string_and_no_token(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    await client.get("/members/x?q=somebody", headers={"Authorization": "Bearer secret-token"})
    await asyncio.sleep(0.1)
    await client.get("/otop/x?q=somebody")  # which is down: nginx has an error to tell
    await client.get("/members/metrics?q=somebody")
    await asyncio.sleep(0.1)
    log = process.log_path(settings.home, "gateway").read_text(encoding="utf-8")
    assert '"path":"/members/x"' in log
    assert '"path":"/otop/x"' in log
    assert '"path":"/members/metrics"' in log
    assert "somebody" not in log
    assert "secret-token" not in log
