"""What the real nginx says to people where a service is dead or slow: a page; programs get the problem document."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local import gateway, process, stack
from deploy.local.probe import status_of
from services.chassis.settings import Settings

from .conftest import environment
from .test_gateway import demand_problem, serving, upstream


@pytest.fixture(scope="module")
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    settings = Settings.from_env(environment(tmp_path_factory.mktemp("gateway") / "home"))
    async with serving(upstream(), settings.ports["reporting"]):
        try:
            await stack.up(settings, ["gateway"])
            yield settings
        finally:
            await stack.down(settings)


@pytest.fixture(scope="module")
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.ports['gateway']}") as client:
        yield client


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    "path", ["/otop/desk", "/otop/desk/all", "/otop/desk/thing/x?lang=th", "/otop/due?area=51", "/otop/"]
)
async def test_who_looks_at_a_page_of_a_service_that_is_down_gets_a_page(
    client: httpx.AsyncClient, path: str
) -> None:
    page = await client.get(path, headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert (page.headers["cache-control"], page.headers["retry-after"]) == ("no-store", "2")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["content-language"] == "th"
    assert "ระบบยังไม่พร้อม" in page.text
    assert page.headers["x-correlation-id"] in page.text
    assert 'href=""' in page.text
    assert not re.search(r"(?:src|href)=\"[^\"]", page.text)
    told = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.text.replace(page.headers["x-correlation-id"], ""))
    assert not re.search(r"[A-Za-z]", told)
    head = await client.head(path, headers=BROWSER)
    assert (head.status_code, head.headers["content-type"]) == (502, "text/html; charset=utf-8")
    demand_problem(await client.get(path), 502, "service-down")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/otop/desk?x=1&lang=en", {}),
        ("/otop/desk", {"Cookie": "a=b; chumchon-lang=en"}),
        ("/otop/desk", {"Cookie": "chumchon-lang=en; a=b", "Accept-Language": "th"}),
        ("/otop/desk", {"Accept-Language": "en-GB"}),
    ],
)
async def test_that_page_speaks_the_language_that_was_chosen(
    client: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    page = await client.get(path, headers=BROWSER | headers)
    assert (page.status_code, page.headers["content-language"]) == (502, "en")
    assert "Not available now" in page.text
    assert page.text.isascii()
    thai = await client.get("/otop/desk?lang=th", headers=BROWSER | headers)
    assert thai.headers["content-language"] == "th"


async def test_a_form_that_a_dead_service_did_not_take_is_sent_again_by_loading_the_page_again(
    client: httpx.AsyncClient,
) -> None:
    sent = await client.post("/otop/desk/apply-as-producer", data={"key": "1"}, headers=BROWSER)
    assert (sent.status_code, sent.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert "สิ่งที่ท่านกรอกจะถูกส่งอีกครั้ง" in sent.text
    assert "href" not in sent.text  # a link would not send it
    large = await client.post("/members/desk/file/x", content=b"x" * (4 * 2**20 + 1), headers=BROWSER)
    assert (large.status_code, "ใหญ่เกินไป" in large.text) == (413, True)


async def test_a_slow_service_is_a_page_to_people_and_a_problem_to_programs(settings: Settings) -> None:
    state, port = settings.home / "impatient", settings.ports["funds"]  # nobody else uses it here
    state.mkdir()
    values = gateway.values(settings, state) | {"GATEWAY_LISTEN": f"127.0.0.1:{port}"}
    config = state / "nginx.conf"
    text = gateway.render(values)
    assert "proxy_read_timeout 60s" in text
    config.write_text(text.replace("proxy_read_timeout 60s", "proxy_read_timeout 1s"), encoding="utf-8")
    argv = [str(gateway.find_nginx()), "-p", str(state), "-e", "stderr", "-c", str(config)]
    process.spawn(settings.home, "impatient-gateway", argv, fingerprint="")
    try:
        while await status_of("127.0.0.1", port, gateway.HEALTH) != 200:
            await asyncio.sleep(0.05)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            page = await client.get("/desk/slow", headers=BROWSER)
            assert (page.status_code, page.headers["content-type"]) == (504, "text/html; charset=utf-8")
            assert "ตอบไม่ทันเวลา" in page.text
            demand_problem(await client.get("/desk/slow"), 504, "service-slow")
    finally:
        await process.stop(settings.home, "impatient-gateway", 5)


async def test_other_addresses_answer_a_browser_as_they_answer_a_program(client: httpx.AsyncClient) -> None:
    for path in ("/otop/v1/producers", "/otop/desks", "/otop/deskx/all", "/otop/openapi.json"):
        demand_problem(await client.get(path, headers=BROWSER), 502, "service-down")
    demand_problem(await client.get("/gateway/page/502", headers=BROWSER), 404, "no-such-route")
