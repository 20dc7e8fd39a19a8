"""A session of the desk stands for its bearer token: whom it lets in, whom it does not, and that no other page can use it."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest

from services.chassis.access import Role
from services.chassis.session import Session
from tests.desk import OWN, PAGE, desk_of

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def desk():
    async with desk_of() as made:
        await made.log_in()
        yield made


def problem(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert not answer.json()["detail_th"].isascii()
    assert not set("กาอเ") & set(answer.json()["detail_en"])


def later(monkeypatch, seconds: int) -> None:
    now = time.time
    monkeypatch.setattr("services.chassis.session.sessions.time.time", lambda: now() + seconds)


async def test_a_session_reads_what_its_officer_may_read_and_without_one_nobody_does(desk):
    assert (await desk.browser.get("/v1/who")).status_code == 200
    desk.browser.cookies.clear()
    problem(await desk.browser.get("/v1/who"), 401, "token-missing")


@pytest.mark.parametrize(("officer", "areas"), [("officer-5101", ["5101"]), ("auditor", [""])])
async def test_a_session_shows_the_areas_that_its_token_reaches(desk, officer, areas):
    desk.browser.cookies.clear()
    await desk.log_in(officer)
    assert (await desk.browser.get("/desk/session")).json()["areas"] == areas
    assert (await desk.browser.get("/v1/who")).json()["areas"].split(",") == areas


async def test_a_session_has_no_more_rights_than_its_token(desk):
    desk.browser.cookies.clear()
    await desk.log_in("auditor")
    headers = OWN | {"X-CSRF-Token": await desk.csrf()}
    problem(await desk.browser.post("/v1/raw", content=b"{}", headers=headers), 403, "role-missing")


async def test_a_cookie_that_was_changed_cut_or_made_elsewhere_is_refused(desk):
    good = desk.session_cookie()
    middle = len(good) // 2
    changed = good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :]
    for bad in (changed, good[:-8], good[2:], "9." + good[2:], "1.", "", "1.é!", "x"):
        headers = {"Cookie": f"chumchon-session={bad}"}
        desk.browser.cookies.clear()
        problem(
            await desk.browser.get("/v1/who", headers={k: v.encode() for k, v in headers.items()}),
            401,
            "session-unreadable",
        )
        assert (
            await desk.browser.get("/name", headers={k: v.encode() for k, v in headers.items()})
        ).json() == {"name": ""}


async def test_what_was_sealed_for_a_log_in_on_its_way_is_no_session(desk):
    await desk.browser.get("/desk/login")
    [flow] = [value for name, value in desk.browser.cookies.items() if "login" in name]
    desk.browser.cookies.clear()
    problem(
        await desk.browser.get("/v1/who", headers={"Cookie": f"chumchon-session={flow}"}),
        401,
        "session-unreadable",
    )


async def test_a_form_of_our_own_page_is_done_by_header_or_by_field(desk):
    token = await desk.csrf()
    sent = await desk.browser.post("/v1/raw", content=b"{}", headers=OWN | JSON | {"X-CSRF-Token": token})
    assert (sent.status_code, sent.json()) == (200, {"size": 2})
    content = urlencode({"title": "ก" * 20, "csrf_token": token})
    sent = await desk.browser.post("/desk/things", content=content, headers=OWN | FORM)
    assert (sent.status_code, sent.json()) == (200, {"size": len(content)})
    sent = await desk.browser.post("/v1/raw", content=content, headers=OWN | FORM)
    assert sent.json() == {"size": len(content)}
    sent = await desk.browser.post(
        "/desk/things", data={"csrf_token": token}, files={"file": ("แถว.csv", b"a,b\n" * 1000)}, headers=OWN
    )
    assert sent.json()["size"] > 4_000
    assert desk.done == ["example:officer-5101"] * 4
    assert len({await desk.csrf() for _ in range(3)}) == 3  # another text each time, and all are good


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_every_method_that_changes_something_is_guarded(desk, method):
    problem(await desk.browser.request(method, "/v1/thing", headers=OWN), 403, "csrf-token")
    problem(
        await desk.browser.request(method, "/v1/thing", headers={"X-CSRF-Token": await desk.csrf()}),
        403,
        "foreign-page",
    )
    assert desk.done == []
    good = OWN | {"X-CSRF-Token": await desk.csrf()}
    assert (await desk.browser.request(method, "/v1/thing", headers=good)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://desk.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://desk.example.evil"},
        {"Origin": "http://desk.example:8081"},
        {"Origin": "desk.example"},
    ],
)
async def test_another_page_is_refused_even_with_the_token(desk, headers):
    token = {"X-CSRF-Token": await desk.csrf()}
    problem(await desk.browser.post("/v1/raw", content=b"{}", headers=token | headers), 403, "foreign-page")
    assert desk.done == []


async def test_a_browser_that_says_no_sec_fetch_site_is_known_by_its_origin(desk):
    headers = {"X-CSRF-Token": await desk.csrf(), "Origin": "http://desk.example"}
    assert (await desk.browser.post("/v1/raw", content=b"{}", headers=headers)).status_code == 200


async def test_our_own_page_is_refused_without_the_token_of_this_session(desk):
    async with desk_of() as other:
        await other.log_in("officer-5102")
        foreign = await other.csrf()
    for told in ("", "x", "é", "A" * 86, foreign):
        headers = OWN | JSON | {"X-CSRF-Token": told.encode()}
        problem(await desk.browser.post("/v1/raw", content=b"{}", headers=headers), 403, "csrf-token")
        sent = urlencode({"csrf_token": told})
        problem(await desk.browser.post("/desk/things", content=sent, headers=OWN | FORM), 403, "csrf-token")
    in_address = f"/v1/raw?csrf_token={await desk.csrf()}"
    problem(await desk.browser.post(in_address, content=b"{}", headers=OWN), 403, "csrf-token")
    broken = OWN | {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await desk.browser.post("/desk/things", content=b"no parts", headers=broken)).status_code in (
        400,
        403,
    )
    assert desk.done == []


async def test_a_bearer_token_needs_neither_and_goes_before_a_session(desk):
    bearer = desk.issuer.bearer(Role.OFFICER, sub="program")
    for more in ({}, {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}):
        sent = await desk.browser.post("/v1/raw", content=b"{}", headers=bearer | more)
        assert sent.status_code == 200
    assert desk.done == ["program", "program"]
    problem(await desk.browser.get("/v1/who", headers={"Authorization": "Bearer x"}), 401, "token-malformed")


async def test_an_expired_session_sends_a_page_to_the_log_in_and_tells_a_program_and_a_form(
    desk, monkeypatch
):
    token = await desk.csrf()
    later(monkeypatch, 8 * 3600 + 1)
    page = await desk.browser.get("/desk/things?x=1", headers=PAGE)
    assert (page.status_code, page.headers["location"]) == (
        303,
        "/desk/login?return_to=%2Fdesk%2Fthings%3Fx%3D1",
    )
    prefixed = await desk.browser.get("/desk/things", headers=PAGE | {"X-Forwarded-Prefix": "/members"})
    assert prefixed.headers["location"] == "/desk/login?return_to=%2Fmembers%2Fdesk%2Fthings"
    harmless = await desk.browser.get("/desk/things", headers=PAGE | {"X-Forwarded-Prefix": "//evil.example"})
    assert harmless.headers["location"] == "/desk/login?return_to=%2Fdesk%2Fthings"
    problem(await desk.browser.get("/desk/things"), 401, "session-expired")
    problem(await desk.browser.get("/v1/who", headers=PAGE), 401, "session-expired")
    sent = urlencode({"csrf_token": token})
    problem(await desk.browser.post("/desk/things", content=sent, headers=OWN | FORM), 401, "session-expired")
    shown = await desk.browser.post("/desk/things", content=sent, headers=OWN | FORM | PAGE)
    assert shown.status_code == 401
    assert 'href="/desk/login" target="_blank"' in shown.text
    assert "สิ่งที่พิมพ์ไว้จะถูกส่งอีกครั้ง" in shown.text
    problem(await desk.browser.get("/desk/session"), 401, "session-expired")
    assert (await desk.browser.get("/name")).json() == {"name": ""}
    assert desk.done == []


async def test_a_form_that_was_open_when_the_session_ended_is_good_after_the_same_officer_is_back(
    desk, monkeypatch
):
    typed = urlencode({"title": "ก", "csrf_token": await desk.csrf()})
    with monkeypatch.context() as meanwhile:
        later(meanwhile, 8 * 3600 + 1)
        sent = await desk.browser.post("/desk/things", content=typed, headers=OWN | FORM)
        problem(sent, 401, "session-expired")
    await desk.log_in("officer-5101")
    assert (await desk.browser.post("/desk/things", content=typed, headers=OWN | FORM)).status_code == 200
    await desk.log_in("officer-5102")  # somebody else at the same machine does not send it
    sent = await desk.browser.post("/desk/things", content=typed, headers=OWN | FORM)
    problem(sent, 403, "csrf-token")
    fresh = (await desk.browser.get("/desk/session")).json()["csrf_token"]
    sent = await desk.browser.post(
        "/desk/things", content=typed, headers=OWN | FORM | {"X-CSRF-Token": fresh}
    )
    assert sent.status_code == 200
    assert desk.done == ["example:officer-5101", "example:officer-5102"]


async def test_a_page_learns_who_is_logged_in_and_nothing_that_opens_a_door(desk):
    answer = await desk.browser.get("/desk/session")
    told = answer.json()
    assert told.keys() == {"name", "areas", "roles", "expires", "csrf_token"}
    assert (told["name"], told["areas"], told["roles"]) == ("ตัวอย่าง เมืองลำพูน", ["5101"], ["officer"])
    assert told["expires"] > time.time()
    assert answer.headers["cache-control"] == "no-store"


async def test_log_out_ends_the_session_here_and_at_the_issuer(desk):
    problem(await desk.browser.post("/desk/logout", headers=OWN), 403, "csrf-token")
    problem(
        await desk.browser.post("/desk/logout", headers={"X-CSRF-Token": await desk.csrf()}),
        403,
        "foreign-page",
    )
    assert (await desk.browser.get("/desk/logout")).status_code == 405
    assert "chumchon-session" in desk.browser.cookies
    sent = urlencode({"csrf_token": await desk.csrf()})
    out = await desk.browser.post("/desk/logout", content=sent, headers=OWN | FORM | PAGE)
    assert out.status_code == 200
    assert f"url={desk.settings.issuer}/logout?client_id=chumchon-desk&amp;post_logout" in out.text
    assert "id_token_hint=" in out.text
    assert not desk.browser.cookies
    problem(await desk.browser.get("/v1/who"), 401, "token-missing")
    address = out.text.split('content="0;url=')[1].split('"')[0].replace("&amp;", "&")
    there = await desk.browser.get(address)
    assert (there.status_code, there.headers["location"]) == (303, "http://desk.example/")


async def test_log_out_ends_the_session_though_the_issuer_is_down(desk):
    token, app = await desk.csrf(), desk.issuer.app
    desk.issuer.app = None
    out = await desk.browser.post("/desk/logout", headers=OWN | {"X-CSRF-Token": token})
    desk.issuer.app = app
    assert out.status_code == 200
    assert not desk.browser.cookies


async def test_a_session_ends_when_the_issuer_takes_its_key_back(desk):
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    new = generate_private_key(65537, 2048)
    async with desk_of() as restarted:
        restarted.issuer.publish(new)
        restarted.browser.cookies.update(dict(desk.browser.cookies))
        problem(await restarted.browser.get("/v1/who"), 401, "session-expired")


def test_nothing_of_a_session_that_opens_a_door_is_in_its_repr():
    session = Session("a", "b", frozenset(), (), 1, "the-token", "the-id-token", "the-secret")
    assert "the-" not in repr(session)
