"""The log-in in Chromium: a telephone, the local issuer, and what the browser itself does with cookies, forms and policies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from deploy.local import issuer
from services.chassis.session import Sessions
from services.chassis.session.keys import SessionKeys
from services.chassis.settings import Settings
from tests.desk import desk_app
from tests.local_issuer import served
from tests.needs import chromium, need
from tests.stack.conftest import environment

pytestmark = pytest.mark.browser
TELEPHONE = {"width": 360, "height": 740}
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[tuple[Page, Settings, list[str]]]:
    """A page of a Thai telephone, and the desk at the address of the gateway. `done` is who wrote something."""
    need("chromium")
    settings = Settings.from_env(environment(tmp_path / "home"))
    sessions = Sessions(settings.public, SessionKeys(b"\x08" * 32))
    done: list[str] = []
    provider = issuer.create_issuer(settings, issuer.key(settings.home))
    async with (
        served(desk_app(settings, sessions, done), settings.ports["gateway"]),
        served(provider, settings.ports["issuer"]),
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = await browser.new_page(locale="th-TH", viewport=TELEPHONE)  # type: ignore[arg-type]
        yield page, settings, done
        await browser.close()


async def test_an_officer_chooses_who_to_be_on_a_telephone_writes_and_logs_out(at: Any) -> None:
    page, settings, done = at
    await page.goto(f"{settings.public}/desk/things?x=1")
    assert await page.title() == "เลือกเจ้าหน้าที่ตัวอย่าง"
    assert await page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert (await Axe().run(page)).violations_count == 0
    await page.get_by_role("button", name="ตัวอย่าง เมืองลำพูน").click()
    await page.wait_for_url(f"{settings.public}/desk/things?x=1")
    assert await page.inner_text("h1") == "ตัวอย่าง เมืองลำพูน"
    assert await page.evaluate("document.cookie") == ""  # HttpOnly

    async with page.expect_navigation() as sent:
        await page.evaluate(
            "document.forms[0].method = 'post'; document.forms[0].action = '/desk/things'; document.forms[0].submit()"
        )
    assert (await sent.value).status == 200
    assert done == ["example:officer-5101"]

    await page.goto(f"{settings.public}/desk/things")
    out = "const form = document.forms[0]; form.method = 'post'; form.action = '/desk/logout'; form.submit()"
    await page.evaluate(out)
    await page.wait_for_url(f"{settings.public}/")  # by way of the issuer
    assert await page.context.cookies() == []


async def test_a_page_at_another_port_of_the_same_host_can_send_the_cookie_and_is_refused(at: Any) -> None:
    page, settings, done = at
    await page.goto(f"{settings.public}/desk/things")
    await page.get_by_role("button", name="ตัวอย่าง เมืองลำพูน").click()
    await page.wait_for_url(f"{settings.public}/desk/things")
    token = (await page.locator("input[name=csrf_token]").get_attribute("value")) or ""
    await page.goto(
        f"{settings.issuer}/jwks"
    )  # the same host, so the cookie goes along (SameSite knows no ports)
    async with page.expect_navigation() as gone:
        await page.evaluate(
            """([action, token]) => {
              const form = document.createElement('form');
              form.method = 'post'; form.action = action;
              form.append(Object.assign(document.createElement('input'), {name: 'csrf_token', value: token}));
              document.body.append(form); form.submit();
            }""",
            [f"{settings.public}/desk/things", token],
        )
    answer = await gone.value
    assert answer is not None
    assert (answer.status, (await answer.json())["code"]) == (403, "foreign-page")
    assert done == []


async def test_a_log_in_from_the_other_name_of_this_machine_says_how_to_go_on(at: Any) -> None:
    page, settings, _ = at
    await page.goto(settings.public.replace("127.0.0.1", "localhost") + "/desk/login?return_to=/desk/things")
    await page.get_by_role("button", name="ผู้ตรวจสอบ").click()
    await page.get_by_role(
        "link", name="เข้าสู่ระบบ"
    ).click()  # its cookie stayed at the other name: begin again here
    await page.get_by_role("button", name="ผู้ตรวจสอบ").click()
    await page.wait_for_url(f"{settings.public}/desk")
    assert [one["name"] for one in await page.context.cookies(settings.public)] == ["chumchon-session"]
