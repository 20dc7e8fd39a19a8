"""The pages of a desk: nothing typed is lost, nothing is entered from elsewhere, and only what may be done now is offered."""

from __future__ import annotations

import re
from datetime import date

import pytest

from contracts.funds import FundKind
from contracts.members import AreaRegistered
from services.chassis.access import Role
from services.funds.app import SERVICE as FUNDS
from services.funds.domain.fund import fund_stream
from services.otop.app import SERVICE as OTOP
from tests.edge import at_the_desk, edge_of
from tests.lamphun_edge import VILLAGE

PAGE = "/desk/establish-fund"
FUND = {"kind": "kkj", "area": VILLAGE, "name_th": "กองทุนตัวอย่าง", "on": "๑ ต.ค. ๒๕๖๔"}
HEARD = (
    ("51", "ลำพูน", "Lamphun"),
    ("5101", "เมืองลำพูน", "Mueang Lamphun"),
    (VILLAGE, "บ้านตัวอย่าง", "Ban Example"),
)


@pytest.fixture
async def edge():
    async with edge_of(FUNDS) as edge:
        for code, th, en in HEARD:
            edge.hear(AreaRegistered(area=code, on=date(1900, 1, 1), name_th=th, name_en=en))
        yield edge


@pytest.fixture
async def browser(edge):
    async with at_the_desk(edge, Role.OFFICER) as browser:
        yield browser


def hidden(page: str, name: str) -> str:
    found = re.search(f'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"the page keeps no {name}"
    return found[1]


def filled(page: str, **typed: str) -> dict[str, str]:
    """A form as the browser sends it: what its page keeps for itself, and what was typed."""
    return {"key": hidden(page, "key"), "csrf_token": hidden(page, "csrf_token"), **typed}


async def test_a_page_shows_every_blank_says_what_is_wrong_and_enters_it_once(edge, browser):
    shown = (await browser.get(PAGE)).text
    assert all(f'name="{name}"' in shown for name in ("kind", "area", "number", "name_th", "on"))
    form = filled(shown, **FUND)
    wrong = await browser.post(PAGE, data={**form, "area": "๕๑๐๑๐๑"})
    assert (wrong.status_code, "กองทุนต้องระบุรหัสหมู่บ้าน" in wrong.text) == (422, True)
    assert 'value="กองทุนตัวอย่าง"' in wrong.text
    assert re.search(r'id="area"[^>]*autofocus', wrong.text, re.DOTALL), (
        "the cursor is not on the first fault"
    )
    done = await browser.post(PAGE, data=form)
    again = await browser.post(PAGE, data=form)
    assert (done.status_code, again.headers["location"]) == (303, done.headers["location"])
    assert edge.names() == ["FundEstablished"]
    thing = await browser.get(done.headers["location"])
    assert (thing.status_code, "กองทุนตัวอย่าง" in thing.text, "ลำพูน › เมืองลำพูน › บ้านตัวอย่าง" in thing.text) == (
        200,
        True,
        True,
    )


async def test_a_page_is_kept_by_nobody_and_its_style_for_ever(browser):
    shown = await browser.get(PAGE)
    assert (shown.headers["cache-control"], "etag" in shown.headers) == ("no-store", False)
    head = await browser.head(PAGE)
    assert (head.status_code, head.content) == (200, b"")
    [style] = re.findall(r'href="(/desk/static/site\.css\?v=\w+)"', shown.text)
    kept = (await browser.get(style)).headers["cache-control"]
    assert ("public" in kept, "immutable" in kept) == (True, True)


async def test_an_area_is_chosen_by_its_name(browser):
    offered = (await browser.get("/desk/pick/area", params={"q": "เมืองลำ"})).json()
    assert offered == [{"value": "5101", "label": "ลำพูน › เมืองลำพูน"}]
    form = filled((await browser.get(PAGE)).text, **FUND)
    assert (await browser.post(PAGE, data={**form, "area": "บ้านตัวอย่าง"})).status_code == 303
    nowhere = await browser.post(PAGE, data={**form, "area": "บ้านที่ไม่มี"})
    assert (nowhere.status_code, "ไม่พบพื้นที่ชื่อนี้" in nowhere.text) == (422, True)


async def test_a_form_of_another_site_or_of_an_earlier_session_enters_nothing_and_keeps_what_was_typed(
    edge, browser
):
    form = filled((await browser.get(PAGE)).text, **FUND)
    other = await browser.post(PAGE, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    stale = await browser.post(PAGE, data={**form, "csrf_token": "x" * 86})
    assert (other.status_code, stale.status_code, edge.names()) == (403, 403, [])
    assert 'value="กองทุนตัวอย่าง"' in stale.text
    assert (await browser.post(PAGE, data=filled(stale.text, **FUND))).status_code == 303


async def test_a_session_that_ends_in_the_midst_of_a_form_brings_it_back_after_the_log_in(edge, browser):
    form = filled((await browser.get(PAGE)).text, **FUND)
    async with at_the_desk(edge, Role.OFFICER, expires=1) as late:
        over = await late.post(PAGE, data=form)
        assert (over.status_code, 'value="กองทุนตัวอย่าง"' in over.text, edge.names()) == (401, True, [])
        assert "/desk/login?return_to=%2Fdesk%2Festablish-fund%3Fdraft%3D1" in over.text
        draft = {name: value for name, value in late.cookies.items() if "draft" in name}
        assert draft
        assert "ตัวอย่าง" not in str(draft)
    for name, value in draft.items():
        browser.cookies.set(name, value)
    back = await browser.get(f"{PAGE}?draft=1")
    assert 'value="กองทุนตัวอย่าง"' in back.text
    assert "draft=; " in back.headers["set-cookie"], "it is brought back once"
    async with at_the_desk(edge, Role.OFFICER, actor="officer-8") as another:
        for name, value in draft.items():
            another.cookies.set(name, value)
        assert 'value="กองทุนตัวอย่าง"' not in (await another.get(f"{PAGE}?draft=1")).text, "it is another's"


async def test_who_is_second_on_one_thing_sees_what_changed_and_loses_nothing(edge, browser):
    path = (await edge.post("/v1/funds", {**FUND, "number": 1})).headers["Location"]
    fund = path.rpartition("/")[2]
    page = f"/desk/renew-fund-committee?thing={fund}"
    form = filled(
        (await browser.get(page)).text,
        thing=fund,
        on="1 ม.ค. 2565",
        term_start="1 ม.ค. 2565",
        term_end="31 ธ.ค. 2566",
    )
    form["version"] = hidden((await browser.get(page)).text, "version")
    await edge.post(f"{path}/review-fund-record", {"on": "2022-01-05"})
    late = await browser.post("/desk/renew-fund-committee", data=form)
    assert (late.status_code, "มีผู้อื่นแก้ไขรายการนี้ก่อนท่าน" in late.text) == (412, True)
    assert 'value="31 ธ.ค. 2566"' in late.text
    assert late.text.count("<li><strong>") == 1, "what changed is not told"
    again = filled(
        late.text, **{name: form[name] for name in ("thing", "on", "term_start", "term_end")}, version="2"
    )
    assert (await browser.post("/desk/renew-fund-committee", data=again)).status_code == 303


async def test_a_page_without_a_session_goes_to_the_log_in_and_comes_back(edge):
    async with at_the_desk(edge, Role.OFFICER, expires=1) as nobody:
        for page in (PAGE, "/desk/all", "/desk/register/fund", "/desk/file/establish-fund"):
            answer = await nobody.get(page)
            assert answer.status_code == 303
            assert answer.headers["location"].startswith("/desk/login?return_to=%2Fdesk")
        assert (await nobody.get("/desk/work")).status_code == 401


async def test_a_register_is_searched_and_its_rows_lead_to_the_things(edge, browser):
    for number, name in ((1, "กองทุนหนึ่ง"), (2, "กองทุนสอง")):
        await edge.post("/v1/funds", {**FUND, "kind": "village", "number": number, "name_th": name})
    await edge.tell()
    everything = (await browser.get("/desk/register/fund")).text
    assert ("กองทุนหนึ่ง" in everything, "กองทุนสอง" in everything) == (True, True)
    found = (await browser.get("/desk/register/fund", params={"q": "สอง"})).text
    assert ("กองทุนหนึ่ง" in found, "กองทุนสอง" in found) == (False, True)
    link = re.findall(r'href="(/desk/thing/[^"]+)"', found)[0]
    assert "กองทุนสอง" in (await browser.get(link)).text


async def test_only_what_may_be_done_now_is_offered_and_what_waits_for_the_reader_is_listed():
    async with edge_of(OTOP) as edge:
        for code, th, en in HEARD:
            edge.hear(AreaRegistered(area=code, on=date(1900, 1, 1), name_th=th, name_en=en))
        wish = {
            "registration_ref": "7/2565",
            "category": "group",
            "channel": "office",
            "area": VILLAGE,
            "on": "2022-01-05",
        }
        made = (await edge.post("/v1/producers", wish)).headers["Location"].rpartition("/")[2]
        await edge.tell()
        async with (
            at_the_desk(edge, Role.OFFICER) as officer,
            at_the_desk(edge, Role.APPROVER, area="51", actor="p") as approver,
        ):
            of_officer = (await officer.get(f"/desk/thing/{made}")).text
            of_approver = (await approver.get(f"/desk/thing/{made}")).text
            waiting = (await approver.get("/desk/work")).text
        assert ("return-application" in of_officer, "certify-producer" in of_officer) == (True, False)
        assert ("return-application" in of_approver, "certify-producer" in of_approver) == (False, True)
        assert made in waiting


async def test_an_approval_is_one_click_and_what_an_officer_enters_has_its_form(edge, browser):
    fund = (await edge.post("/v1/funds", {**FUND, "number": 1})).headers["Location"].rpartition("/")[2]
    await edge.post(f"/v1/funds/{fund}/review-fund-record", {"on": "2022-01-05"})
    of_officer = (await browser.get(f"/desk/thing/{fund}")).text
    assert "ยืนยันวันนี้" not in of_officer
    async with at_the_desk(edge, Role.APPROVER, area="51", actor="p") as approver:
        shown = (await approver.get(f"/desk/thing/{fund}")).text
        form = {name: hidden(shown, name) for name in ("csrf_token", "thing", "version", "on")}
        done = await approver.post("/desk/verify-fund-record", data={**form, "on": "2022-02-01"})
    assert (done.status_code, edge.names()[-1]) == (303, "FundRecordVerified")


async def test_rows_sums_and_rates_are_typed_into_a_page_and_stand_there_where_they_are_wrong(edge, browser):
    fund = fund_stream(FundKind.POVERTY, VILLAGE, 1)
    wish = {
        "area": VILLAGE, "household_ref": "7", "on": "1 ม.ค. 2565", "cohort": "budgeted",
        "contracts": f"A-1 | {fund} | 10,000.50 | 12 | 1 ม.ค. 2566\nA-2 | {fund} | สิบ | 9.5 | 1 ม.ค. 2567",
    }  # fmt: skip
    page = "/desk/survey-debt"
    wrong = await browser.post(page, data=filled((await browser.get(page)).text, **wish))
    assert (wrong.status_code, "10,000.50 | 12" in wrong.text, "รายการที่ 2" in wrong.text) == (422, True, True)
    wish["contracts"] = wish["contracts"].replace("สิบ", "๑๐")
    right = await browser.post(page, data=filled(wrong.text, **wish))
    assert right.status_code == 303
    [(name, data)] = edge.events()
    assert (name, data["total_satang"], data["contracts"][1]["rate_bp"]) == (
        "HouseholdDebtSurveyed",
        1_001_050,
        950,
    )


async def test_a_thing_whose_records_were_put_aside_says_so():
    async def two(_: str) -> int:
        return 2

    async with edge_of(FUNDS, put_aside=two) as edge, at_the_desk(edge, Role.OFFICER) as browser:
        edge.hear(AreaRegistered(area=VILLAGE, on=date(1900, 1, 1), name_th="บ้าน", name_en="Ban"))
        made = (await edge.post("/v1/funds", {**FUND, "number": 1})).headers["Location"].rpartition("/")[2]
        assert "ข้อมูลที่ระบบอ่านไม่ได้: 2" in (await browser.get(f"/desk/thing/{made}")).text


OWN_NAMES = ("Excel", "CSV", "xlsx", "csv", "Mobile Clinic", "OTOP", "Trader", "Quadrant")
"""What the department itself calls so in Thai documents."""


async def test_a_page_shows_no_word_of_the_code_in_thai(browser):
    for page in (PAGE, "/desk/all", "/desk/register/fund", "/desk/file/establish-fund"):
        shown = (await browser.get(page)).text
        body = re.sub(
            r"<(script|style)[^>]*>.*?</\1>|<svg.*?</svg>", "", shown.partition("<main")[2], flags=re.DOTALL
        )
        words = re.findall(r">([^<>]+)<", body)
        for name in OWN_NAMES:
            words = [one.replace(name, "") for one in words]
        assert not [one for one in words if re.search("[A-Za-z]{3,}", one)], page


async def test_the_pages_speak_english_too(browser):
    assert "Establish a fund" in (await browser.get(PAGE, params={"lang": "en"})).text
    assert "Establish a fund" in (await browser.get(PAGE)).text, "the choice is not remembered"
