"""The board over HTTP, on the in-memory read models: pages, open data, and the event stream."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import httpx
import pytest
from fastapi import FastAPI

from contracts.members import Cohort
from services.chassis.doorbell import HandBell
from services.reporting.api.boards import Boards
from services.reporting.api.clock import Clock
from services.reporting.api.pages import EventStream
from services.reporting.live import BEAT, Listener, Live, TooManyListeners
from services.reporting.pages import SECTIONS, Place, Rendered, assets
from services.reporting.texts import TEXTS
from services.reporting.words import Words, language
from tests.reporting_story import Told, app_of, area, joined, lamphun, register, scheduled, target

NOW = datetime(2022, 3, 1, 2, 0, tzinfo=UTC)
LAMPHUN = Place("51", "th")
AT_NOW = Clock(lambda: NOW)


@dataclass
class Board:
    """The service without a network: what it was told, its app, its bell and its live pages."""

    told: Told
    bell: HandBell
    boards: Boards
    live: Live
    app: FastAPI
    client: httpx.AsyncClient

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(
            path, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )


def board_of(told: Told, clock: Clock = AT_NOW, **live: float) -> Board:
    bell = HandBell()
    boards = Boards(told.models, told.owed, clock)
    pages = Live(bell, boards.rendered, **live)  # type: ignore[arg-type] # one of them is whole
    app = app_of(told, boards, pages, clock)
    transport = httpx.ASGITransport(app)
    return Board(
        told, bell, boards, pages, app, httpx.AsyncClient(transport=transport, base_url="http://board")
    )


@pytest.fixture(scope="module")
def shown() -> Board:
    return board_of(lamphun())


def text_of(html: str) -> str:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            found.append(data)

    Reader().feed(html)
    return " ".join(" ".join(found).split())


async def test_the_first_page_of_lamphun_says_what_the_seed_says(shown):
    text = text_of((await shown.get("/?area=51")).text)
    for said in (
        "จังหวัดลำพูน",
        "3,348",
        "48 จาก 51 ตำบลมีสมาชิกแล้ว ยังไม่มี 3 ตำบล",
        "405",
        "3,516",
        "26 พ.ย. 2564",
    ):
        assert said in text
    for name in ("ตำบลหนองหนาม", "ตำบลศรีวิชัย", "ตำบลนครเจดีย์"):
        assert name in text
    assert "ข้อสมมุติ" in text


async def test_the_same_page_in_english_has_gregorian_dates(shown):
    text = text_of((await shown.get("/?area=51&lang=en")).text)
    for said in (
        "Lamphun Province",
        "26 Nov 2021",
        "48 of 51 tambons have members, 3 have none",
        "Assumption",
    ):
        assert said in text


async def test_english_is_for_those_who_like_it_better(shown):
    assert 'lang="en"' in (await shown.get("/?area=51", accept_language="en-GB,en;q=0.9")).text[:200]
    assert 'lang="th"' in (await shown.get("/?area=51", accept_language="th,en;q=0.5")).text[:200]
    assert 'lang="th"' in (await shown.get("/?area=51")).text[:200]
    assert language("th", "en") == "th"


async def test_the_language_switch_keeps_the_place_and_the_day(shown):
    page = (await shown.get("/?area=5104&on=2021-11-26&lang=th")).text
    assert 'href="./?area=5104&amp;on=2021-11-26&amp;lang=en" lang="en"' in page


async def test_every_level_down_to_the_village_has_a_page(shown):
    for code, name in (("", "ประเทศไทย"), ("5104", "อำเภอลี้"), ("510402", "ตำบลแม่ตืน"), ("51040201", "หมู่ที่ 1")):
        page = await shown.get(f"/?area={code}")
        assert page.status_code == 200
        assert f"<h1>{name}" in page.text


async def test_the_nation_lists_provinces_with_data_only(shown):
    text = text_of((await shown.get("/")).text)
    assert "ลำพูน" in text
    assert "เชียงใหม่" not in text
    assert "อีก 76 จังหวัดยังไม่มีข้อมูล" in text


async def test_an_empty_system_says_what_to_do_next():
    text = text_of((await board_of(Told()).get("/")).text)
    assert "ยังไม่มีข้อมูล" in text
    assert "make demo" in text


async def test_no_baseline_is_said_and_no_percentage():
    told = Told().tell(*register(), joined("51010101"))
    text = text_of((await board_of(told).get("/?area=51&lang=en")).text)
    assert "No baseline" in text
    assert "%" not in text


async def test_what_cannot_be_found_or_read_has_a_friendly_page(shown):
    lost, wrong, odd = (
        await shown.get("/?area=99"),
        await shown.get("/?area=51&on=yesterday"),
        await shown.get('/?area="><script>'),
    )
    assert [page.status_code for page in (lost, wrong, odd)] == [404, 422, 404]
    assert all("text/html" in page.headers["content-type"] for page in (lost, wrong, odd))
    assert "<script>" not in odd.text


async def test_names_are_escaped():
    told = Told().tell(area("51", "<b>&amp;</b>"), joined("51010101"))
    assert "&lt;b&gt;&amp;amp;&lt;/b&gt;" in (await board_of(told).get("/?area=51")).text


async def test_the_board_begins_the_due_list_and_the_whole_of_it_has_a_page(shown):
    asked = "area=51&on=2022-08-01&lang=th"
    board = (await shown.get(f"/?{asked}")).text
    section = board[board.index('id="duties"') :]
    assert section.count('data-key="duty-obligation:') == 8
    assert 'href="due?area=51&amp;on=2022-08-01&amp;lang=th"' in section
    whole = (await shown.get(f"/due?{asked}")).text
    owed = scheduled("51")
    assert whole.count('data-key="duty-obligation:') == len(owed)
    assert f"ดูทั้งหมด {len(owed)} รายการ" in section
    assert "ไตรมาส 2" in text_of(whole)
    assert 'href="due?area=51&amp;on=2022-08-01&amp;lang=en"' in whole
    english = text_of((await shown.get("/due?area=51&on=2022-08-01&lang=en")).text)
    assert "debt condition" in english
    assert (await shown.get("/due?area=99")).status_code == 404


async def test_thai_digits_and_thai_dates_are_read(shown):
    page = await shown.get("/?area=๕๑&on=๒๖ พฤศจิกายน ๒๕๖๔&lang=en")
    assert page.status_code == 200
    assert "26 November 2021" in page.text


async def test_the_policy_lets_nothing_in_from_elsewhere(shown):
    page = await shown.get("/?area=51")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert not re.findall(
        r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=\"|(?:src|href)=\"https?:(?!//github\.com/GeoThai)",
        page.text,
    )


async def test_the_whole_first_load_is_below_twenty_kilobytes_as_the_gateway_sends_it(shown):
    page = await shown.get("/?area=51")
    loaded = [
        shown.get(f"/{link}") for link in re.findall(r'(?:src|href)="((?:desk/)?static/[^"]+)"', page.text)
    ]
    files = [await each for each in loaded]
    assert len(files) == 4  # the font comes after the text, and is kept for ever
    assert all("immutable" in file.headers["cache-control"] for file in files)
    assert sum(len(gzip.compress(one.content, 4)) for one in (page, *files)) < 20_000


def test_our_one_script_is_small_and_every_text_is_in_both_languages():
    assert len([name for name in assets() if name.endswith(".js")]) == 1
    assert len(assets()["board.js"].body) < 8_000
    for key, (thai, english) in TEXTS.items():
        assert thai, key
        assert english, key
        assert set(re.findall(r"{(\w+)}", thai)) == set(re.findall(r"{(\w+)}", english)), key


def test_numbers_never_round_up_to_the_whole_and_ages_never_lie_ahead():
    words = Words("en")
    assert words.percent(3515 / 3516) == "99.9 %"
    assert words.number(-1234) == "−1,234"
    assert words.age(NOW + timedelta(hours=1), NOW) == "1 second ago"


# Open data


async def test_members_answer_every_level_and_say_what_they_saw(shown):
    answer = (await shown.get("/v1/members?area=51&on=26/11/2564")).json()
    assert (answer["total"]["members"], len(answer["items"]), answer["on"]) == (3348, 8, "2021-11-26")
    assert sum(row["members"] for row in answer["items"]) == 3348
    assert answer["items"][0]["name_th"] == "เมืองลำพูน"
    assert answer["seen"]["positions"]["chumchon.members.events.v1"]
    before = (await shown.get("/v1/members?area=51&on=2013-01-01")).json()
    assert before["total"]["members"] == 0


async def test_long_lists_come_in_pages_that_lose_and_double_nothing(shown):
    address, codes = "/v1/members?area=51&level=village&limit=150", []
    while address:
        answer = (await shown.get(address)).json()
        codes += [row["code"] for row in answer["items"]]
        address = answer["next"] and f"/v1/members{answer['next']}"
    assert len(codes) == len(set(codes)) == 405
    assert codes == sorted(codes)


async def test_coverage_growth_funds_producers_and_areas_answer(shown):
    coverage = (await shown.get("/v1/coverage?area=51&covered=false")).json()
    assert (coverage["tambons"], coverage["covered"], coverage["uncovered"], coverage["villages"]) == (
        51,
        48,
        3,
        405,
    )
    assert [row["code"] for row in coverage["items"]] == ["510117", "510409", "510611"]
    growth = (await shown.get("/v1/growth?area=51&fiscal_year=2565")).json()["growth"]
    assert (growth["status"], growth["missing"], growth["target"]["target"]) == ("below", 168, 3516)
    bare = (await shown.get("/v1/growth?area=5101&fiscal_year=2565")).json()["growth"]
    assert (bare["status"], bare["progress"], bare["target"]) == ("no-baseline", None, None)
    assert (await shown.get("/v1/funds?area=51")).json()["parts"]["kkj"] == 24
    assert (await shown.get("/v1/producers?area=51")).json()["total"] == 42
    areas = (await shown.get("/v1/areas?within=5104")).json()
    assert [row["name_th"] for row in areas["items"]][:2] == ["ลี้", "แม่ตืน"]


async def test_a_csv_has_the_rows_and_on_demand_the_mark_for_excel(shown):
    plain = await shown.get("/v1/members?area=51", accept="text/csv")
    marked = await shown.get("/v1/members?area=51&format=csv&bom=true")
    assert plain.headers["content-type"].startswith("text/csv")
    assert plain.text.splitlines()[0].startswith("code,level,name_th,name_en,members,new")
    assert len(plain.text.splitlines()) == 9
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert json.loads(plain.headers["chumchon-seen"])
    assert (await shown.get("/v1/growth?area=51&format=csv")).text.startswith(
        "status,current,target_fiscal_year"
    )


async def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless():
    for name in ("=1+1", "+1", "-1", "@x", "＝1+1", "＋1", "－1", "＠x", "\t=1", "\r=1", " =1", "\u3000＝1"):
        told = Told().tell(area("51", name), joined("51010101"))
        [row] = list(
            csv.DictReader(io.StringIO((await board_of(told).get("/v1/members?format=csv")).text, newline=""))
        )
        assert row["name_th"] == f"'{name}"


async def test_what_has_not_changed_is_not_sent_again():
    board = board_of(Told().tell(*register(), joined("51010101")))
    first = await board.get("/v1/members?area=51")
    assert (await board.get("/v1/members?area=51", if_none_match=first.headers["etag"])).status_code == 304
    assert (await board.get("/v1/members?area=5101", if_none_match=first.headers["etag"])).status_code == 200
    board.told.tell(joined("51010101", n=1))
    assert (await board.get("/v1/members?area=51", if_none_match=first.headers["etag"])).status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/members?area=99", 404, "no-such-area"),
        ("/v1/members?area=5", 422, "invalid"),
        ("/v1/members?area=51&on=soon", 422, "invalid"),
        ("/v1/members?area=51&level=province", 422, "invalid"),
        ("/v1/growth?fiscal_year=2022", 422, "invalid"),
        ("/v1/areas?within=51&cursor=nonsense", 422, "invalid"),
        ("/static/../pages.py", 404, "no-such-route"),
        ("/static/secrets.json", 404, "no-such-route"),
    ],
)
async def test_a_wrong_question_gets_a_problem_in_both_languages(shown, path, status, code):
    answer = await shown.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail_th"]
    assert answer.json()["detail_en"]


# Live


@dataclass
class Reading:
    """A listener's events, read one by one."""

    listener: Listener

    async def next(self) -> tuple[str, dict[str, str]]:
        """The next event that is no heartbeat: its version and its sections."""
        while True:
            raw = (await anext(self.listener)).decode()
            if "event: board" in raw:
                lines = dict(line.split(": ", 1) for line in raw.strip().splitlines())
                return lines["id"], json.loads(lines["data"])


@pytest.fixture
async def running() -> AsyncIterator[Board]:
    board = board_of(Told().tell(*register(), joined("51010101"), target("51")), pause=0.02, beat=0.3)
    stop = asyncio.Event()
    task = asyncio.create_task(board.live.run(stop))
    await asyncio.sleep(0)
    yield board
    stop.set()
    await asyncio.wait_for(task, 2)


async def test_a_new_member_reaches_an_open_page_as_the_sections_that_changed(running):
    reading = Reading(running.live.listen(LAMPHUN))
    version, sections = await reading.next()
    assert len(sections) == len(SECTIONS)
    running.told.tell(joined("51010101", cohort=Cohort.NEW, n=1))
    running.bell.ring()
    newer, changed = await asyncio.wait_for(reading.next(), 1)
    assert newer != version
    assert set(changed) == {"fresh", "headline", "members", "growth", "coverage"}
    assert ">2<" in changed["headline"]
    reading.listener.leave()


async def test_who_has_the_page_already_hears_nothing_until_it_changes(running):
    version, _ = await Reading(running.live.listen(LAMPHUN)).next()
    listener = running.live.listen(LAMPHUN, seen=version)
    assert BEAT in await anext(listener)
    assert await anext(listener) == BEAT


async def test_a_hundred_listeners_of_a_place_cost_one_rendering_a_change(running):
    readings = [Reading(running.live.listen(LAMPHUN)) for _ in range(100)]
    await asyncio.gather(*(reading.next() for reading in readings))
    assert running.boards.renderings == 1
    running.told.tell(joined("51010101", n=1))
    running.bell.ring()
    await asyncio.gather(*(reading.next() for reading in readings))
    assert running.boards.renderings == 2


async def test_a_burst_of_changes_is_a_few_renderings(running):
    reading = Reading(running.live.listen(LAMPHUN))
    await reading.next()
    for n in range(200):
        running.told.tell(joined("51010101", n=n + 1))
        running.bell.ring()
        await asyncio.sleep(0.0005)
    while ">201<" not in (await asyncio.wait_for(reading.next(), 2))[1].get("headline", ""):
        pass
    assert running.boards.renderings < 30


async def test_listeners_are_bounded_and_their_places_come_back():
    board = board_of(Told().tell(*register()), most=2)
    listeners = [board.live.listen(LAMPHUN), board.live.listen(Place("", "en"))]
    with pytest.raises(TooManyListeners):
        board.live.listen(LAMPHUN)
    refused = await board.get("/events?area=51")
    assert (refused.status_code, refused.json()["code"]) == (503, "too-many-listeners")
    assert refused.headers["retry-after"]
    for listener in listeners:
        listener.leave()
        listener.leave()
    assert board.live.listeners == 0


async def test_a_place_is_given_back_when_the_reader_goes_away(running):
    response = EventStream(running.live.listen(LAMPHUN))

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(_message: object) -> None:
        await asyncio.sleep(0)

    await response({"type": "http", "method": "GET", "asgi": {"spec_version": "2.3"}}, receive, send)
    assert running.live.listeners == 0


async def test_a_hundred_readers_and_listeners_of_a_place_cost_one_rendering_a_change(running):
    for _ in range(2):
        running.told.tell(joined("51010101", n=running.told.position))
        before = running.boards.renderings
        pages = await asyncio.gather(*(running.get("/?area=51") for _ in range(100)))
        assert len({page.text for page in pages}) == 1
        assert running.boards.renderings == before + 1
        await Reading(running.live.listen(LAMPHUN)).next()
        assert running.boards.renderings == before + 1


async def test_a_page_that_somebody_else_has_seen_still_has_the_ages_of_now():
    moment = [NOW]
    board = board_of(Told().tell(*register(), joined("51010101")), clock=Clock(lambda: moment[0]))
    first = await board.get("/?area=51&lang=en")
    moment[0] += timedelta(hours=1)
    later = await board.get("/?area=51&lang=en")
    assert (
        f'data-now="{NOW.isoformat()}"' in first.text,
        f'data-now="{moment[0].isoformat()}"' in later.text,
    ) == (True, True)
    assert board.boards.renderings == 1


async def test_another_day_is_another_board_though_nothing_was_recorded():
    moment = [NOW]
    board = board_of(Told().tell(*register(), joined("51010101")), clock=Clock(lambda: moment[0]))
    tag = (await board.get("/?area=51")).headers["etag"]
    assert (await board.get("/?area=51", if_none_match=tag)).status_code == 304
    moment[0] += timedelta(days=1)
    assert (await board.get("/?area=51", if_none_match=tag)).status_code == 200


async def test_a_board_that_cannot_be_read_is_asked_for_again():
    board = board_of(Told().tell(*register()))
    whole, board.told.models.documents = board.told.models.documents, None  # type: ignore[assignment]
    assert (await board.get("/?area=51")).status_code == 500
    board.told.models.documents = whole
    assert (await board.get("/?area=51")).status_code == 200


async def test_only_today_and_areas_that_there_are_have_a_live_page(shown):
    for query, status, code in (
        ("area=51&on=2021-11-26", 422, "not-live"),
        ("area=51&on=2022-03-02", 422, "not-live"),
        ("area=99", 404, "no-such-area"),
        ("area=51999999", 404, "no-such-area"),
    ):
        refused = await shown.get(f"/events?{query}")
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert shown.live.listeners == 0
    head = await shown.client.head(f"/events?area=51&on={NOW.date()}")
    assert (head.status_code, shown.live.listeners) == (200, 0)


async def test_the_page_of_another_day_is_not_live_and_can_tell_that_it_is_stale():
    told = Told().tell(*register(), joined("51010101", date(2021, 11, 1)))
    board = board_of(told)
    path = "/?area=51&on=2021-12-01&lang=en"
    page = await board.get(path)
    assert "data-events" not in page.text
    assert "data-beat" not in page.text
    assert 'id="stale"' in page.text
    version = re.search(r'data-version="(\w+)"', page.text)
    told.tell(joined("51010101", date(2022, 2, 1), n=1))
    same = await board.client.head(path)
    told.tell(joined("51010101", date(2021, 11, 2), n=2))
    other = await board.client.head(path)
    assert version is not None
    assert (version[1] in same.headers["etag"], version[1] in other.headers["etag"]) == (True, False)
    assert "data-events" in (await board.get(f"/?area=51&on={NOW.date()}")).text


async def test_many_places_with_one_reader_each_do_not_hold_up_the_one_with_many():
    bell, stop, rendered = HandBell(), asyncio.Event(), dict[str, int]()

    async def render(place: Place) -> Rendered:
        await asyncio.sleep(0.02)
        rendered[place.area] = rendered.get(place.area, 0) + 1
        return Rendered({"a": str(rendered[place.area])}, f"v{rendered[place.area]}")

    live = Live(bell, render, pause=0.01)
    lonely = [Reading(live.listen(Place(f"{10 + n}", "th"))) for n in range(60)]
    popular = [Reading(live.listen(LAMPHUN)) for _ in range(200)]
    await asyncio.gather(*(reading.next() for reading in (*lonely, *popular)))
    task = asyncio.create_task(live.run(stop))
    await asyncio.sleep(0.3)  # the first ring: all sixty-one are under way
    for _ in range(3):
        bell.ring()
        await asyncio.wait_for(asyncio.gather(*(reading.next() for reading in popular)), 0.5)
    await asyncio.wait_for(asyncio.gather(*(reading.next() for reading in lonely)), 60 * 0.02 * 4 * 2)
    stop.set()
    await task


async def test_a_failed_rendering_is_made_good_at_the_next_ring():
    bell = HandBell()
    answers: list[Rendered | OSError] = [
        Rendered({"a": "1"}, "v1"),
        OSError("away"),
        Rendered({"a": "2"}, "v2"),
    ]

    async def render(_place: Place) -> Rendered:
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    live, stop = Live(bell, render, pause=0.01), asyncio.Event()
    reading = Reading(live.listen(LAMPHUN))
    assert (await reading.next())[0] == "v1"
    task = asyncio.create_task(live.run(stop))
    while answers:
        bell.ring()
        await asyncio.sleep(0.02)
    assert (await asyncio.wait_for(reading.next(), 1)) == ("v2", {"a": "2"})
    stop.set()
    await task


async def test_streams_end_when_the_service_stops():
    board = board_of(Told().tell(*register()))
    stop = asyncio.Event()
    task = asyncio.create_task(board.live.run(stop))
    reading = asyncio.create_task(_to_the_end(board.live.listen(LAMPHUN)))
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(asyncio.gather(task, reading), 2)


async def _to_the_end(listener: Listener) -> None:
    async for _ in listener:
        pass


async def test_the_day_on_the_page_is_bangkoks():
    late = Clock(lambda: datetime(2022, 2, 28, 17, 30, tzinfo=UTC))
    assert late.today() == date(2022, 3, 1)
