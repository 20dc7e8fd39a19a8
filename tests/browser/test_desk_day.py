"""A day at the desk, in Chromium on the real stack: an officer enters, imports and hands in; an approver accepts; the board has changed."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from services.chassis.settings import PORTS
from services.chassis.thai import generated_citizen_number
from tests.local_stack import own_stack
from tests.needs import chromium, need

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(600)]

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
PICTURES = Path(__file__).parents[2] / "docs"
"""With CHUMCHON_PICTURES=1 the pages are kept there as the README shows them."""
HEAD = (
    "เลขประจำตัวประชาชน", "ชื่อ", "นามสกุล", "เครือข่าย", "หมู่บ้าน", "วันสมัคร", "วันขึ้นทะเบียน", "สมาชิกเก่าหรือใหม่", "เป็นบุคคลสมมุติ",
)  # fmt: skip
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A whole stack with the example of Lamphun; or one that runs already (CHUMCHON_SITE)."""
    need("chromium")
    if running := os.environ.get("CHUMCHON_SITE"):
        yield running
        return
    with own_stack() as stack:
        run = [sys.executable, "-m", "services.cli.main", "demo"]
        made = subprocess.run(run, env=stack.env, capture_output=True, text=True, timeout=500, check=False)
        assert made.returncode == 0, made.stdout + made.stderr
        assert "/desk" in made.stdout
        yield f"http://127.0.0.1:{stack.settings.ports['gateway']}"
    assert PORTS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need("chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


FAULTS: list[str] = []
"""What went wrong in a browser; it is looked at with every page that is seen."""


def at_work(browser: Browser, site: str, officer: str, size: dict[str, int] = DESK) -> Page:
    """A page of somebody who has logged in; whatever is wrong in the browser fails the test."""
    page = browser.new_context(locale="th-TH", viewport=size).new_page()  # type: ignore[arg-type]
    page.on("pageerror", lambda error: FAULTS.append(f"script: {error}"))
    page.on(
        "response",
        lambda answer: FAULTS.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
    )
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site}/desk")
    page.locator(f'button[value="{officer}"]').click()
    page.wait_for_url(f"{site}/desk")
    return page


def seen(page: Page, name: str) -> None:
    """Nothing serious for assistive technology, and nothing beside the screen; a picture where one is wanted."""
    assert not FAULTS, FAULTS
    found = Axe().run(page)
    bad = [one for one in found.response["violations"] if one["impact"] in ("serious", "critical")]
    assert not bad, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in bad]
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"
    ), name
    if os.environ.get("CHUMCHON_PICTURES"):
        page.screenshot(path=PICTURES / f"desk-{name}.png")


def workbook(*rows: tuple[str, ...]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate((HEAD, *rows)):
            sheet.write_row(line, 0, row)
    return made.getvalue()


def row(n: int, **changed: str) -> tuple[str, ...]:
    fields = {
        "citizen": generated_citizen_number(n), "given": "ตัวอย่าง", "family": "สร้างขึ้น", "network": "ทสม.", "village": "51010101",
        "applied": "1 ต.ค. 2565", "registered": "15 ต.ค. 2565", "cohort": "ใหม่", "generated": "ใช่",
    }  # fmt: skip
    return tuple({**fields, **changed}.values())


def test_an_officers_day_and_what_the_approver_sees_of_it(browser: Browser, site: str) -> None:
    officer = at_work(browser, site, "officer-5101")
    seen(officer, "work")

    # a volunteer, the village chosen by its name
    officer.goto(f"{site}/members/desk/memberships")
    number = generated_citizen_number(8_000_000 + os.getpid())
    for field, text in (("citizen_id", number), ("given_name", "ตัวอย่าง"), ("family_name", "สร้างขึ้น")):
        officer.fill(f"#{field}", text)
    officer.select_option("#network", "tsm")
    officer.locator("#area").press_sequentially("51010101", delay=20)
    offered = officer.locator(".picks [role=option]").first
    expect(offered).to_contain_text("เมืองลำพูน")
    officer.locator("#area").press("ArrowDown")
    officer.locator("#area").press("Enter")
    officer.fill("#applied_on", "๑ ธ.ค. ๒๕๖๔")
    officer.fill("#registered_on", "30 พ.ย. 2564")
    officer.select_option("#old_or_new", "new")
    officer.locator('input[name="generated"][value="true"]').check()
    seen(officer, "form")
    officer.get_by_role("button", name="บันทึก").click()
    expect(officer.locator("#registered_on")).to_be_focused()
    expect(officer.locator("#registered_on-error")).to_have_text("ต้องไม่ก่อนวันสมัคร")
    expect(officer.locator("#given_name")).to_have_value("ตัวอย่าง")
    officer.fill("#registered_on", "๒ ธ.ค. ๒๕๖๔")
    officer.get_by_role("button", name="บันทึก").click()
    expect(officer.get_by_role("status").first).to_contain_text("บันทึกแล้ว")
    seen(officer, "thing")

    # a fund's assessment, from the register to the form and back
    officer.goto(f"{site}/funds/desk/register/fund?q=กองทุน")
    seen(officer, "register")
    officer.locator("table.list tbody a").first.click()
    officer.get_by_role("link", name="บันทึกผลประเมินระดับกองทุน").click()
    officer.fill("#on", "15 ก.ย. 2565")
    officer.select_option("#level", "3")
    officer.fill("#database_fiscal_year", "2564")
    officer.fill("#form_version", "2565-1")
    officer.get_by_role("button", name="บันทึก").click()
    expect(officer.get_by_role("status").first).to_contain_text("บันทึก")

    # a file with two wrong rows: nothing is written; mended, it is
    officer.goto(f"{site}/members/desk/file/memberships")
    base = 7_000_000 + os.getpid() * 10
    bad = workbook(row(base), row(base + 1, registered="1 ก.ย. 2565"), row(base + 2, village="52010101"))
    officer.set_input_files("#the-file", {"name": "สมาชิก.xlsx", "mimeType": XLSX, "buffer": bad})
    officer.get_by_role("button", name="นำเข้า", exact=True).click()
    expect(officer.get_by_text("ไม่รับไฟล์นี้ และไม่ได้บันทึกอะไร")).to_be_visible()
    assert set(officer.locator("tbody td:first-child").all_inner_texts()) == {"3", "4"}
    seen(officer, "faults")
    with officer.expect_download() as download:
        officer.get_by_role("link", name="ไฟล์เดิมพร้อมคอลัมน์ข้อผิดพลาด").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    good = workbook(row(base), row(base + 1), row(base + 2))
    officer.set_input_files("#the-file", {"name": "สมาชิก.xlsx", "mimeType": XLSX, "buffer": good})
    officer.get_by_role("button", name="นำเข้า", exact=True).click()
    expect(officer.get_by_text("บันทึกครบทุกแถวแล้ว")).to_be_visible(timeout=60_000)
    expect(officer.get_by_text(re.compile("บันทึกแล้ว 3"))).to_be_visible()

    # a report is handed in
    officer.goto(f"{site}/desk")
    report = (
        officer.get_by_role("heading", name="รายงานที่สำนักงานของฉันต้องส่ง").locator("..").locator("ul a").first
    )
    thing = f"{site}{report.get_attribute('href')}"
    owed = late(officer, site)
    report.click()
    officer.get_by_role("link", name="ส่งรายงาน").click()
    officer.get_by_role("button", name="บันทึก").click()
    expect(officer.get_by_role("status").first).to_contain_text("ส่งรายงาน")
    officer.get_by_role("button", name="ออกจากระบบ").click()
    officer.wait_for_url(f"{site}/")

    # a second person accepts it
    approver = at_work(browser, site, "approver-51")
    seen(approver, "approvals")
    waiting = approver.get_by_role("heading", name="รายงานที่รอฉันรับ").locator("..")
    expect(waiting.locator(f'a[href="{thing.removeprefix(site)}"]')).to_be_visible()
    approver.goto(thing)
    approver.locator("form", has_text="รับรองรายงาน").get_by_role("button").click()
    expect(approver.get_by_role("status").first).to_contain_text("รับรองรายงาน")
    expect(approver.locator(".history strong").first).to_contain_text("รับรองรายงาน")
    approver.goto(f"{site}/desk")
    expect(approver.locator(f'a[href="{thing.removeprefix(site)}"]')).to_have_count(0)

    # the board of everybody has changed
    approver.goto(f"{site}/?area=5101")
    seen(approver, "board")
    assert late(approver, site) == owed - 1


def late(page: Page, site: str) -> int:
    """How many reports of the district nobody has handed in, as the board's own data say."""
    told = page.request.get(f"{site}/reporting/v1/timeliness?area=5101").json()["parts"]
    return int(told["late"] + told["open"] + told["due-soon"])


def test_the_desk_fits_a_telephone(browser: Browser, site: str) -> None:
    page = at_work(browser, site, "officer-5101", PHONE)
    for address, name in (
        ("/desk", "work"), ("/funds/desk/register/fund", "register"), ("/members/desk/memberships", "form"),
        ("/otop/desk/all", "all"), ("/members/desk/file/memberships", "file"), ("/reporting/desk/all", "reporting"),
    ):  # fmt: skip
        page.goto(site + address)
        page.wait_for_load_state("networkidle")
        seen(page, f"phone-{name}")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
