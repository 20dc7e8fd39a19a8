"""The real nginx in front of real services: the board on Lamphun's events, the kit's notebook; uvicorn as `serve` runs it."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from deploy.local import gateway, process, stack
from services.chassis.access import Role
from services.chassis.http.wire import Wire
from services.chassis.problems import ProblemDocument
from services.chassis.settings import Settings
from tests.local_issuer import RunningIssuer, running_issuer
from tests.notebook_http import STREAM, notebook_app
from tests.reporting_story import joined, lamphun
from tests.specs.test_board_page import Board, board_of

from .conftest import environment

MARKS = f"/members/v1/notebooks/{STREAM}/marks"
MIB = 2**20


@dataclass
class Site:
    """The gateway, the board behind it, and who may call."""

    settings: Settings
    board: Board
    issuer: RunningIssuer

    @property
    def port(self) -> int:
        return self.settings.ports["gateway"]

    @asynccontextmanager
    async def client(self, **more: str) -> AsyncIterator[httpx.AsyncClient]:
        base = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=base, headers=more, trust_env=False, timeout=20) as client:
            yield client

    async def raw(self, sent: bytes) -> tuple[int, dict[str, str], bytes]:
        """Send bytes and read all that comes back: status, headers, body."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        got = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        head, _, body = got.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        return (
            int(first.split()[1]),
            {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)},
            body,
        )


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off", http=Wire)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        await task


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    settings = Settings.from_env(environment(tmp_path_factory.mktemp("gateway") / "home"))
    board = board_of(lamphun())
    async with (
        running_issuer(tmp_path_factory.mktemp("issuer")) as issuer,
        serving(notebook_app(issuer), settings.ports["members"]),
        serving(board.app, settings.ports["reporting"]),
    ):
        try:
            await stack.up(settings, ["gateway"])
            yield Site(settings, board, issuer)
        finally:
            await stack.down(settings)


def demand_problem(status: int, heads: dict[str, str], body: bytes, wanted: int, code: str) -> None:
    assert (status, heads["content-type"]) == (wanted, "application/problem+json")
    said = json.loads(body)
    ProblemDocument.model_validate(said)
    assert (said["status"], said["code"]) == (wanted, code)
    assert re.search(r"[ก-๙]", said["detail_th"])
    assert not re.search(r"[ก-๙]", said["detail_en"])
    assert said["correlation_id"] == heads["x-correlation-id"]


@pytest.mark.parametrize(
    "path",
    ["/?area=51", "/due?area=51", "/v1/members?area=51", "/reporting/v1/areas?within=51", "/docs", "/reporting/openapi.json",
     "/v1/members?area=51&format=csv"],
)  # fmt: skip
@pytest.mark.parametrize("coding", ["gzip", "identity"])
@pytest.mark.parametrize("token", ["", "Bearer nonsense"])
async def test_a_public_read_that_has_not_changed_is_304(
    site: Site, path: str, coding: str, token: str
) -> None:
    heads = {"Accept-Encoding": coding, **({"Authorization": token} if token else {})}
    async with site.client(**heads) as client:
        first = await client.get(path)
        assert first.status_code == 200
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"].removeprefix("W/") == first.headers["etag"].removeprefix("W/")
        assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_an_own_record_that_has_not_changed_is_304_and_never_in_the_cache(site: Site) -> None:
    path = f"/members/v1/notebooks/{STREAM}"
    async with site.client(**site.issuer.bearer(Role.OFFICER)) as client:
        await client.post("/members/v1/notebooks", json={})
        first = await client.get(path)
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code) == (200, 304)
        assert "HIT" not in (first.headers.get("x-cache"), again.headers.get("x-cache"))
    async with site.client() as stranger:
        assert (await stranger.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 401


@pytest.mark.parametrize("path", ["/?area=5101", "/v1/coverage?area=51", "/v1/areas?within=51"])
async def test_public_reads_are_answered_from_the_cache_for_a_moment_and_never_longer(
    site: Site, path: str
) -> None:
    async with site.client() as client:
        first, second = await client.get(path), await client.get(path)
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert second.content == first.content
        known = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (known.status_code, known.headers["x-cache"]) == (304, "HIT")
        site.board.told.tell(joined("51010101", n=time.monotonic_ns()))
        await asyncio.sleep(2.1)  # nginx counts whole seconds
        later = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert later.headers["x-cache"] in ("EXPIRED", "REVALIDATED")
        if path != "/v1/areas?within=51":
            assert later.status_code == 200
            assert later.content != first.content


async def test_the_cache_keeps_languages_and_forms_apart(site: Site) -> None:
    async with site.client() as client:
        for _ in range(2):
            thai, english = [
                await client.get("/?area=5102", headers={"Accept-Language": language})
                for language in ("th", "en")
            ]
            assert ('lang="th"' in thai.text[:200], 'lang="en"' in english.text[:200]) == (True, True)
            rows, table = [
                await client.get("/v1/members?area=5102", headers={"Accept": kind})
                for kind in ("application/json", "text/csv")
            ]
            assert rows.headers["content-type"] == "application/json"
            assert table.headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"\r\x00\x01nonsense\r\n\r\n", 400, "request-unreadable"),
        (b"GET\r\n\r\n", 400, "request-unreadable"),
        (b"GET  HTTP/1.1\r\nHost: x\r\n\r\n", 400, "request-unreadable"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "request-unreadable"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "request-unreadable"),
        (b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "request-unreadable"),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 400, "request-unreadable"),
        (b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "request-unreadable"),
        (b"GET / HTTP/9.1\r\nHost: x\r\n\r\n", 505, "http-version"),
        (b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400, "request-unreadable"),
        (b"POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n", 501, "not-implemented"),
        (b"POST /v1/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "request-unreadable"),
        (b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method-not-allowed"),
        (b"POST /openapi.json HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 405, "method-not-allowed"),
        (b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nRange: bytes=99999999-\r\nConnection: close\r\n\r\n", 416, "range-unsatisfiable"),
        (b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nIf-Match: \"x\"\r\nConnection: close\r\n\r\n", 412, "stale-version"),
        (b"GET /" + b"x" * 30_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "address-too-long"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Much: " + b"x" * 30_000 + b"\r\n\r\n", 431, "headers-too-large"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Many: " + b"x" * 9_000 + b"\r\n" + (b"X-Many: " + b"x" * 9_000 + b"\r\n") * 9 + b"\r\n",
         431, "headers-too-large"),
        ("GET /v1/members?area=ลำพูน HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(), 400, "request-unreadable"),
        ("GET /ลำพูน HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(), 400, "request-unreadable"),
        ("GET /members/v1/names?under=ลำพูน HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(), 400, "request-unreadable"),
        ("GET /members/ลำพูน HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode(), 400, "request-unreadable"),
        (b"GET /members/%E0%B8%A5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "no-such-route"),
        (b"GET /gateway/problem/413 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "no-such-route"),
        (b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "no-such-route"),
        (b"GET /funds/v1/funds/x?q=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 502, "service-down"),
        (b"POST /v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: 4194305\r\n\r\n", 413, "body-too-large"),
    ],
)  # fmt: skip
async def test_whatever_is_refused_is_a_problem_in_both_languages(
    site: Site, sent: bytes, status: int, code: str
) -> None:
    demand_problem(*await site.raw(sent), status, code)


@pytest.mark.parametrize("size", [MIB + 1, 3 * MIB // 2, 2 * MIB, 3 * MIB, 4 * MIB])
@pytest.mark.parametrize("known", [True, False])
async def test_a_body_that_a_service_does_not_want_is_said_to_be_so_and_not_that_it_is_down(
    site: Site, size: int, known: bool
) -> None:
    heads = site.issuer.bearer(Role.OFFICER) if known else {}
    async with site.client(**heads, **{"Content-Type": "application/json"}) as client:
        for _ in range(5):
            answer = await client.post(MARKS, content=b"x" * size)
            code, status = ("body-too-large", 413) if known else ("token-missing", 401)
            demand_problem(answer.status_code, dict(answer.headers), answer.content, status, code)


async def test_a_head_is_a_get_without_its_body(site: Site) -> None:
    async with site.client() as client:
        for path in ("/?area=51", "/v1/members?area=51", "/docs", "/openapi.json", "/members/v1/names"):
            head, get = await client.head(path), await client.get(path)
            assert (head.status_code, head.content) == (200, b"")
            for name in ("content-type", "etag"):
                assert head.headers[name].removeprefix("W/") == get.headers[name].removeprefix("W/"), path
        started = time.monotonic()
        stream = await client.head("/events?area=51")
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert time.monotonic() - started < 1
    assert site.board.live.listeners == 0


@asynccontextmanager
async def narrow(site: Site, home: Path, **limits: str) -> AsyncIterator[int]:
    """Another gateway before the same services, with these limits; yields its port."""
    port, state = site.settings.ports["otop"], home / "narrow"
    state.mkdir()
    values = gateway.values(site.settings, state) | limits | {"GATEWAY_LISTEN": f"127.0.0.1:{port}"}
    config = state / "nginx.conf"
    config.write_text(gateway.render(values), encoding="utf-8")
    argv = [str(gateway.find_nginx()), "-p", str(state), "-e", "stderr", "-c", str(config)]
    process.spawn(home, "narrow", argv, fingerprint="")
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            while True:
                try:
                    if (await client.get(gateway.HEALTH)).status_code == 200:
                        break
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
        yield port
    finally:
        await process.stop(home, "narrow", 5)


async def test_one_address_has_a_bounded_share_of_live_pages_and_of_bodies_that_drip(
    site: Site, tmp_path: Path
) -> None:
    limits = {"GATEWAY_STREAMS": "2", "GATEWAY_BODIES": "3", "GATEWAY_CONNECTIONS": "20"}
    ask = b"GET /events?area=51 HTTP/1.1\r\nHost: x\r\n\r\n"
    drip = b"POST /v1/obligations HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx"

    async def opened(port: int, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        await writer.drain()
        return reader, writer

    async with narrow(site, tmp_path, **limits) as port:
        live = [await opened(port, ask) for _ in range(2)]
        for reader, _ in live:
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        slow = [await opened(port, drip) for _ in range(3)]
        await asyncio.sleep(0.2)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for refused in (
                await client.get("/events?area=51"),
                await client.post("/v1/obligations", json={}),
            ):
                demand_problem(
                    refused.status_code, dict(refused.headers), refused.content, 429, "too-many-requests"
                )
                assert refused.headers["retry-after"] == "1"
            assert (await client.get("/?area=51")).status_code == 200
            for _, writer in (*live, *slow):
                writer.close()
            await asyncio.sleep(0.3)
            assert (await client.post("/v1/obligations", json={})).status_code == 401
            async with client.stream("GET", "/events?area=51") as again:
                assert again.status_code == 200
        assert (await asyncio.wait_for(slow[0][0].read(), 1)) == b""
