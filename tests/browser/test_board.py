"""The board in Chromium: what people see, live, on a telephone, by keyboard, and with assistive technology."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from time import monotonic
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from contracts.members import Cohort
from services.chassis.days import today
from services.chassis.doorbell import HandBell
from services.reporting.api.boards import Boards
from services.reporting.api.clock import Clock
from services.reporting.live import Live
from tests.needs import chromium, need
from tests.reporting_story import Told, app_of, handed_in, joined, lamphun, register, scheduled

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}
PATIENCE = 10_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Site:
    """The board behind a real server on a free port, with read models that a test tells what happened."""

    told: Told
    port: int = field(default_factory=free_port)
    bell: HandBell = field(default_factory=HandBell)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def happen(self, *events: Any) -> None:
        self.told.at = datetime.now(UTC)
        self.told.tell(*events)
        self.bell.ring()

    async def start(self) -> None:
        clock = Clock()
        boards = Boards(self.told.models, self.told.owed, clock)
        live = Live(self.bell, boards.rendered)
        app = app_of(self.told, boards, live, clock)
        config = uvicorn.Config(app, port=self.port, log_config=None, timeout_graceful_shutdown=2)
        self._server, self._stop = uvicorn.Server(config), asyncio.Event()
        self._tasks = [
            asyncio.create_task(live.run(self._stop)),
            asyncio.create_task(self._server.serve()),
        ]
        while not self._server.started:
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        self._stop.set()
        self._server.should_exit = True
        await asyncio.gather(*self._tasks)

    @asynccontextmanager
    async def served(self) -> AsyncIterator[Site]:
        await self.start()
        try:
            yield self
        finally:
            await self.stop()


@dataclass
class Tab:
    """An open page, with what went wrong in it and what it asked for."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def open(self, path: str) -> Page:
        await self.page.goto(self.site.address + path)
        return self.page

    async def live(self) -> None:
        await expect(self.page.locator("[data-beat].on")).to_be_visible(timeout=PATIENCE)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    need("chromium")
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        await started.close()


@pytest.fixture(scope="module")
async def site() -> AsyncIterator[Site]:
    need("chromium")
    told = lamphun()
    told.models.newest = datetime.now(UTC)
    async with Site(told).served() as served:
        yield served


@asynccontextmanager
async def tab_of(browser: Browser, site: Site, **options: Any) -> AsyncIterator[Tab]:
    context = await browser.new_context(**{"locale": "th-TH", "viewport": DESK, **options})
    tab = Tab(await context.new_page(), site)

    def asked(request: Request) -> None:
        tab.asked.append(request.url)

    tab.page.on(
        "console", lambda message: tab.faults.append(message.text) if message.type == "error" else None
    )
    tab.page.on("pageerror", lambda error: tab.faults.append(str(error)))
    tab.page.on("request", asked)
    yield tab
    with suppress(Exception):
        await context.close()


@pytest.fixture
async def tab(browser: Browser, site: Site) -> AsyncIterator[Tab]:
    async with tab_of(browser, site) as opened:
        yield opened
        assert opened.faults == []


async def test_a_report_that_is_handed_in_is_seen_on_an_open_telephone(browser: Browser):
    told = Told().tell(*register())
    (owed,) = [one for one in scheduled("5101") if one.report == "duty-12-debt-1"]
    told.tell(owed, stream=owed.obligation_id)
    async with Site(told).served() as site, tab_of(browser, site, viewport=PHONE) as tab:
        page = await tab.open("/?area=5101")
        await tab.live()
        await expect(page.locator("#duties [data-key=duty-late]")).to_have_text("1")
        site.told.tell(handed_in(owed, date(2022, 3, 30)), stream=owed.obligation_id)
        site.bell.ring()
        await expect(page.locator("#duties [data-key=duty-late]")).to_have_text("0", timeout=PATIENCE)
        await expect(page.locator("#duties")).to_contain_text("ไม่มีรายงานค้างส่ง")
        whole = await tab.open("/due?area=5101")
        await expect(whole.locator(".due").first).to_contain_text("ส่งทันเวลา")
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert tab.faults == []


async def test_the_page_of_another_day_says_when_it_is_stale(browser: Browser):
    told = Told().tell(*register(), joined("51010101", date(2022, 1, 1)))
    async with Site(told).served() as site, tab_of(browser, site) as tab:
        await tab.page.clock.install()
        page = await tab.open("/?area=51&on=2022-03-01")
        stale = page.locator("#stale")
        site.told.tell(joined("51010101", date(2022, 3, 2), n=1))  # of a later day
        await page.clock.fast_forward(61_000)
        await page.wait_for_timeout(500)
        await expect(stale).to_be_hidden()
        site.told.tell(joined("51010101", date(2022, 2, 1), n=2))
        await page.clock.fast_forward(61_000)
        await expect(stale).to_be_visible(timeout=PATIENCE)
        await expect(stale).to_contain_text("ไม่ใช่ล่าสุด")
        await stale.locator("a").click()
        await expect(page.locator("#stale")).to_be_hidden()
        assert tab.faults == []


async def test_levels_stages_and_reports_are_on_the_board(tab: Tab):
    page = await tab.open("/?area=51&on=2022-04-15")
    units = ["51", *(f"51{n:02}" for n in range(1, 9))]
    due = [one.due_on for code in units for one in scheduled(code) if one.due_on]
    late = sum(day < date(2022, 4, 15) for day in due) - 4
    await expect(page.locator("#funds [data-key=level-kkj-2]")).to_have_text("4")
    await expect(page.locator("#funds [data-key=upgraded-kkj]")).to_have_text("4")
    await expect(page.locator("#funds")).to_contain_text("1,377")
    await expect(page.locator("#producers [data-key=stage-certified]")).to_have_text("4")
    await expect(page.locator("#duties [data-key=duty-late]")).to_have_text(f"{late:,}")
    await expect(page.locator("#duties [data-key=duty-in]")).to_have_text("4")


async def test_the_first_page_shows_the_totals_of_lamphun(tab: Tab):
    page = await tab.open("/?area=51")
    await expect(page.locator("#headline [data-key=covered]")).to_have_text("48")
    await expect(page.locator("#members tbody tr")).to_have_count(8)
    await expect(page.locator("#coverage .uncovered li")).to_have_count(3)
    await expect(page.locator("#coverage .tiles g")).to_have_count(51 + 6)
    await expect(page.locator("#growth")).to_contain_text("3,516")
    await expect(page.locator("#growth")).to_contain_text("26 พ.ย. 2564")


async def test_a_registration_changes_the_open_page_within_a_second_without_a_reload(tab: Tab):
    page = await tab.open("/?area=51")
    await tab.live()
    await page.evaluate("window.theSamePage = true")
    number = page.locator("#headline [data-key=members]")
    before = int((await number.inner_text()).replace(",", ""))
    began = monotonic()
    tab.site.happen(joined("51040201", today(), Cohort.NEW, n=int(began * 1000)))
    await expect(number).to_have_text(f"{before + 1:,}", timeout=1000)
    took = monotonic() - began
    await expect(page.locator("#members [data-key=m5104]")).to_have_class("changed")
    await expect(page.locator("#news")).to_contain_text(f"{before + 1:,}")
    await expect(page.locator("[data-age]")).to_contain_text("วินาทีที่ผ่านมา")
    assert await page.evaluate("window.theSamePage")
    assert took < 1
    print(f"registration to changed page: {took * 1000:.0f} ms")


async def test_an_update_keeps_what_is_open_and_where_the_keyboard_is(tab: Tab):
    page = await tab.open("/?area=51")
    await tab.live()
    await page.locator("#covered summary").click()
    link = page.locator('#covered a[href*="area=510402"]')
    await link.focus()
    number = page.locator("#covered [data-key=l510402]")
    before = await number.inner_text()
    tab.site.happen(joined("51040201", today(), Cohort.NEW, n=int(monotonic() * 1000)))
    await expect(number).not_to_have_text(before, timeout=2000)
    await expect(page.locator("#covered")).to_have_attribute("open", "")
    await expect(link).to_be_focused()


async def test_the_age_of_the_newest_fact_ticks(tab: Tab):
    tab.site.told.models.newest = datetime.now(UTC)
    page = await tab.open("/?area=51&lang=en")
    age = page.locator("[data-age]")
    first = await age.inner_text()
    await expect(age).not_to_have_text(first, timeout=5000)
    await expect(age).to_contain_text("seconds ago")


async def test_drilling_down_leads_to_a_village_and_back(tab: Tab):
    page = await tab.open("/")
    for name in ("ลำพูน", "ลี้", "แม่ตืน"):
        await page.locator("#members").get_by_role("link", name=name, exact=True).click()
    await page.locator("#members tbody a").first.click()
    await expect(page.locator("h1")).to_contain_text("หมู่ที่ 1")
    await page.get_by_role("navigation", name="ตำแหน่งในพื้นที่").get_by_role("link", name="จังหวัดลำพูน").click()
    await expect(page.locator("h1")).to_have_text("จังหวัดลำพูน")


async def test_the_language_switch_keeps_the_place_and_the_day(tab: Tab):
    page = await tab.open("/?area=5104&on=2021-11-26")
    await page.get_by_role("link", name="English").click()
    await expect(page.locator("h1")).to_have_text("Li District")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("main")).to_contain_text("26 November 2021")


async def test_a_day_can_be_chosen_and_left_again(tab: Tab):
    page = await tab.open("/?area=51&lang=th")
    await page.locator("#on").fill("2013-01-01")
    await page.get_by_role("button", name="แสดง").click()
    await expect(page.locator("#headline [data-key=members]")).to_have_text("0")
    await page.get_by_role("link", name="กลับไปวันนี้").click()
    await expect(page.locator("#headline [data-key=covered]")).to_have_text("48")


async def test_nothing_is_loaded_from_another_site(tab: Tab):
    await tab.open("/?area=51")
    await tab.live()
    assert tab.asked
    assert all(url.startswith(tab.site.address) for url in tab.asked)


async def test_the_keyboard_reaches_the_content_first(tab: Tab):
    page = await tab.open("/?area=51")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize(
    "path", ["/?area=51", "/?area=51&lang=en", "/?area=510402&lang=en", "/", "/?area=99"]
)
async def test_a_telephone_needs_no_sideways_scrolling(browser: Browser, site: Site, path: str):
    async with tab_of(browser, site, viewport=PHONE) as tab:
        page = await tab.open(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        ("/?area=51", "light"),
        ("/?area=51", "dark"),
        ("/?area=510402&lang=en", "dark"),
        ("/", "light"),
        ("/?area=99", "light"),
        ("/due?area=51&on=2022-04-15", "light"),
    ],
)
async def test_axe_finds_nothing_serious(browser: Browser, site: Site, path: str, scheme: str):
    async with tab_of(browser, site, color_scheme=scheme) as tab:
        page = await tab.open(path)
        found = (await Axe().run(page)).response["violations"]
        serious = [
            f"{one['id']}: {one['nodes'][0]['html'][:120]} {one['nodes'][0].get('failureSummary')}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == []


async def test_less_motion_is_respected(browser: Browser, site: Site):
    async with tab_of(browser, site, reduced_motion="reduce") as tab:
        page = await tab.open("/?area=51")
        await tab.live()
        tab.site.happen(joined("51040201", today(), Cohort.NEW, n=int(monotonic() * 1000)))
        changed = page.locator("#headline .changed").first
        await expect(changed).to_be_visible(timeout=2000)
        assert await changed.evaluate("element => getComputedStyle(element).animationName") == "none"


async def test_without_the_script_everything_is_there_but_the_ticking(browser: Browser, site: Site):
    async with tab_of(browser, site, java_script_enabled=False) as tab:
        page = await tab.open("/?area=51")
        await expect(page.locator("#headline [data-key=covered]")).to_have_text("48")
        await expect(page.locator("[data-beat]")).to_have_text("ยังไม่สด")


async def test_the_first_fact_turns_the_welcome_into_the_board(browser: Browser):
    async with Site(Told()).served() as site, tab_of(browser, site) as tab:
        page = await tab.open("/?lang=en")
        await tab.live()
        await expect(page.locator("h1")).to_contain_text("no data yet")
        site.happen(*register(), joined("51010101", today()))
        await expect(page.locator("h1")).to_have_text("Thailand", timeout=3000)
        await expect(page.locator("#members tbody tr")).to_have_count(1)
        site.happen(joined("51010101", today(), n=1))
        await expect(page.locator("#headline [data-key=members]")).to_have_text("2", timeout=2000)


async def test_a_page_finds_back_to_a_service_that_was_away(browser: Browser):
    site = Site(Told().tell(*register(), joined("51010101")))
    async with site.served(), tab_of(browser, site) as tab:
        page = await tab.open("/?area=51")
        await tab.live()
        await page.evaluate("window.theSamePage = true")
        await site.stop()
        await expect(page.locator("[data-beat]")).to_have_text("กำลังเชื่อมต่อใหม่", timeout=PATIENCE)
        site.happen(joined("51010101", today(), n=2))
        await site.start()
        await expect(page.locator("#headline [data-key=members]")).to_have_text("2", timeout=20_000)
        await tab.live()
        assert await page.evaluate("window.theSamePage")
