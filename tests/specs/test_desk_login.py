"""Log-in of the desk with the real local issuer: the way there and back, and whatever somebody could bring along on it."""

from __future__ import annotations

import json
import re
import secrets
import time
import zlib
from dataclasses import replace

import httpx
import jwt
import pytest
from starlette.responses import JSONResponse

from deploy.local.issuer import key_id
from deploy.local.issuer.officers import OFFICERS
from services.chassis.session.flow import Flow
from services.chassis.session.keys import SessionKeys
from services.chassis.session.places import local, login_for
from services.chassis.settings import Settings
from tests.desk import KEY, OWN, PAGE, Desk, asked, desk_app, desk_of
from tests.edge import logged

OTHER = b"\x06" * 32


@pytest.fixture
async def desk():
    async with desk_of() as made:
        yield made


def problem(answer, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_an_officer_logs_in_and_comes_back_to_the_page_that_was_asked_for(desk):
    first = await desk.browser.get("/desk/things?area=5101&name=%E0%B8%81", headers=PAGE)
    assert first.status_code == 303
    assert (
        first.headers["location"]
        == "/desk/login?return_to=%2Fdesk%2Fthings%3Farea%3D5101%26name%3D%25E0%25B8%2581"
    )
    back = await desk.chosen(
        await desk.to_issuer(asked(first.headers["location"])["return_to"]), "officer-5101"
    )
    done = await desk.browser.get(back, headers=PAGE)
    assert (done.status_code, done.headers["location"]) == (303, "/desk/things?area=5101&name=%E0%B8%81")
    page = await desk.browser.get(done.headers["location"], headers=PAGE)
    assert "ตัวอย่าง เมืองลำพูน" in page.text
    who = (await desk.browser.get("/v1/who")).json()
    assert who == {"actor": "example:officer-5101", "areas": "5101", "roles": "officer"}


async def test_the_session_is_sealed_and_kept_from_scripts_and_from_other_sites(desk):
    done = await desk.log_in()
    cookies = done.headers.get_list("set-cookie")
    [session] = [one for one in cookies if one.startswith("chumchon-session=")]
    assert session.split("; ")[1:] == ["Path=/", "HttpOnly", "SameSite=Lax"]
    assert [one for one in cookies if one.startswith("chumchon-login-") and "Max-Age=0" in one]
    assert [name for name in desk.browser.cookies if "login" in name] == []
    token = desk.sessions.opened(f"chumchon-session={desk.session_cookie()}").token
    assert token.split(".")[1] not in desk.session_cookie()
    opened = desk.sessions.opened(f"chumchon-session={desk.session_cookie()}")
    for secret in (opened.token, opened.id_token, opened.secret):
        assert secret not in repr(opened)
    async with desk_of(public="https://desk.example") as secure:
        cookies = (await secure.log_in()).headers.get_list("set-cookie")
        [session] = [one for one in cookies if "-session=" in one]
        assert session.startswith("__Host-chumchon-session=")
        assert session.endswith("; Secure")


async def test_the_request_to_the_issuer_has_pkce_a_state_and_a_nonce_new_each_time(desk):
    requests = [asked((await desk.browser.get("/desk/login")).headers["location"]) for _ in range(2)]
    for one in requests:
        assert one["code_challenge_method"] == "S256"
        assert one["redirect_uri"] == "http://desk.example/desk/callback"
        assert (one["response_type"], one["scope"], one["client_id"]) == ("code", "openid", "chumchon-desk")
    for name in ("state", "nonce", "code_challenge"):
        assert requests[0][name] != requests[1][name]


async def test_two_tabs_may_log_in_at_once(desk):
    first, second = await desk.to_issuer("/desk/a"), await desk.to_issuer("/desk/b")
    for page, to in ((first, "/desk/a"), (second, "/desk/b")):
        back = await desk.chosen(page, "auditor")
        assert (await desk.browser.get(back)).headers["location"] == to


async def test_log_ins_that_were_given_up_do_not_pile_up_in_the_browser(desk):
    for _ in range(40):
        await desk.browser.get("/desk/login")
        assert len(list(desk.browser.cookies)) <= 6
    assert (await desk.log_in()).headers["location"] == "/desk/things"


async def test_the_way_back_is_refused_with_a_wrong_state_or_in_another_browser(desk):
    back = await desk.chosen(await desk.to_issuer(), "officer-5101")
    state = asked(back)["state"]
    for wrong in ("0" * 32, state[:-1] + ("0" if state[-1] != "0" else "1"), "", "x", "ก" * 32):
        problem(await desk.browser.get(back.replace(state, wrong)), 400, "login-lost")
    back = await desk.chosen(await desk.to_issuer(), "officer-5101")
    desk.browser.cookies.clear()
    problem(await desk.browser.get(back), 400, "login-lost")
    page = await desk.browser.get(back, headers=PAGE)
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    assert "เริ่มเข้าสู่ระบบใหม่" in page.text
    assert "Sign" not in page.text
    assert "Begin again" in (await desk.browser.get(back, headers=PAGE | {"Accept-Language": "en"})).text


async def test_a_log_in_that_took_too_long_begins_again(desk, monkeypatch):
    back = await desk.chosen(await desk.to_issuer(), "officer-5101")
    now = time.time
    monkeypatch.setattr("services.chassis.session.flow.time.time", lambda: now() + 601)
    problem(await desk.browser.get(back), 400, "login-lost")


async def test_what_the_issuer_refuses_is_told_and_begins_no_session(desk):
    await desk.browser.get("/desk/login")
    [name] = [name for name in desk.browser.cookies if "login" in name]
    page = await desk.to_issuer()
    state = asked(str(page.url))["state"]
    problem(await desk.browser.get(f"/desk/callback?error=access_denied&state={state}"), 403, "login-refused")
    assert list(desk.browser.cookies) == [name]


async def test_the_answer_of_another_issuer_is_not_taken(desk):
    back = await desk.chosen(await desk.to_issuer(), "officer-5101")
    problem(await desk.browser.get(back.replace("iss=http", "iss=https")), 403, "login-refused")


async def test_a_code_is_good_once_for_a_minute_and_with_its_own_verifier(desk):
    back = await desk.chosen(await desk.to_issuer(), "officer-5101")
    kept = dict(desk.browser.cookies)
    assert (await desk.browser.get(back)).status_code == 303
    desk.browser.cookies.clear()
    desk.browser.cookies.update(kept)  # somebody who has seen all of it
    problem(await desk.browser.get(back), 403, "login-refused")

    back = await desk.chosen(await desk.to_issuer(), "officer-5101")
    desk.now[0] += 61
    problem(await desk.browser.get(back), 403, "login-refused")

    mine, other = await desk.to_issuer(), await desk.to_issuer()
    theirs, own = (
        await desk.chosen(other, "operator"),
        await desk.chosen(mine, "officer-5101"),
    )
    swapped = own.replace(asked(own)["code"], asked(theirs)["code"])
    problem(await desk.browser.get(swapped), 403, "login-refused")


async def token_answer(desk: Desk, **changed: str) -> httpx.Response:
    page = await desk.to_issuer()
    back = await desk.chosen(page, "officer-5101")
    [name] = [name for name in desk.browser.cookies if asked(back)["state"][:8] in name]
    flow = desk.sessions.open(name.removeprefix("chumchon-"), dict(desk.browser.cookies))
    assert flow is not None
    form = {
        "grant_type": "authorization_code", "code": asked(back)["code"], "client_id": "chumchon-desk",
        "redirect_uri": "http://desk.example/desk/callback", "code_verifier": Flow.read(flow).verifier,
    }  # fmt: skip
    return await desk.browser.post(f"{desk.settings.issuer}/token", data=form | changed)


async def test_the_issuer_changes_a_code_only_for_the_client_that_it_was_given_to(desk):
    assert (await token_answer(desk)).status_code == 200
    for changed, error in (
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code": "another"}, "invalid_grant"),
        ({"redirect_uri": "http://desk.example/elsewhere"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ):
        answer = await token_answer(desk, **changed)
        assert (answer.status_code, answer.json()) == (400, {"error": error})


async def test_the_issuer_sends_nobody_to_an_address_that_is_not_registered(desk):
    good = asked((await desk.browser.get("/desk/login")).headers["location"])
    at = f"{desk.settings.issuer}/authorize"
    for wrong in ({"redirect_uri": "http://evil.example/desk/callback"}, {"client_id": "evil"}):
        answer = await desk.browser.get(at, params=good | wrong)
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        answer = await desk.browser.post(at, data=good | wrong | {"officer": "operator"})
        assert (answer.status_code, "location" in answer.headers) == (400, False)
    for wrong, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
    ):
        answer = await desk.browser.get(at, params=good | wrong)
        assert asked(answer.headers["location"])["error"] == error
    answer = await desk.browser.get(
        f"{desk.settings.issuer}/logout?post_logout_redirect_uri=http://evil.example&client_id=chumchon-desk"
    )
    assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_the_issuers_page_is_thai_first_loads_nothing_and_says_that_its_officers_are_generated(desk):
    page = await desk.to_issuer()
    assert '<html lang="th">' in page.text
    assert "ชื่อทั้งหมดสร้างขึ้น ไม่ใช่บุคคลจริง" in page.text
    assert "Example" not in page.text
    assert page.text.count('<button name="officer"') == len(OFFICERS) == 7
    assert "src=" not in page.text
    assert "<link" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    begun = await desk.browser.get("/desk/login", headers={"Accept-Language": "en-GB"})
    english = await desk.browser.get(begun.headers["location"])
    assert "Choose an example officer" in english.text
    assert "ตัวอย่าง" not in english.text
    [other] = re.findall(r'href="(authorize[^"]+)"', english.text)
    thai = await desk.browser.get(f"{desk.settings.issuer}/{other.replace('&amp;', '&')}")
    assert await desk.chosen(thai, "officer-5101")


async def test_an_id_token_must_be_this_log_ins_own(desk, monkeypatch):
    real = desk.issuer.app
    changes = (
        {"nonce": "another"}, {"nonce": None}, {"aud": "chumchon"}, {"aud": ["chumchon-desk", "x"]}, {"azp": "x"}, {"iss": "http://x"},
        {"exp": 1}, {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {"sub": "somebody"}, {"iat": None},
    )  # fmt: skip

    def changing(change):
        from deploy.local.issuer import app as module

        def signed(settings, key, said, ttl):
            now = int(time.time())
            whole = {"iss": settings.issuer, "aud": settings.audience, "iat": now, "exp": now + ttl, **said}
            if "nonce" in said:
                whole = {name: value for name, value in (whole | change).items() if value is not None}
            return jwt.encode(whole, key, algorithm="RS256", headers={"kid": key_id(key)})

        monkeypatch.setattr(module, "sign", signed)

    for change in changes:
        changing(change)
        problem(await desk.log_in_as_program(), 403, "login-refused")
        assert "chumchon-session" not in desk.browser.cookies
    changing({})
    assert (await desk.log_in_as_program()).status_code == 303
    assert desk.issuer.app is real


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
        " //evil.example", "javascript:alert(1)", "desk", "", "/a\\b", "/ก", "/a b", "/\x00", "/desk/login?return_to=/x",
        "/desk/callback", "/desk/logout", "/" + "x" * 2_000, "http:/desk", "/\r\nSet-Cookie: a=b",
    ],
)  # fmt: skip
def test_a_log_in_comes_back_to_a_path_of_this_site_or_to_the_desk(path):
    assert local(path) == "/desk"
    assert login_for(path) == "/desk/login"


@pytest.mark.parametrize("path", ["/", "/desk", "/members/desk/persons?q=%E0%B8%81&x=[1]", "/desk/a//b#c"])
def test_a_path_of_this_site_is_kept(path):
    assert local(path) == path


async def test_a_stranger_cannot_make_the_log_in_end_elsewhere(desk):
    done = await desk.log_in(return_to="//evil.example/x")
    assert done.headers["location"] == "/desk"


async def test_the_way_back_in_the_history_of_a_browser_that_is_logged_in_leads_to_the_desk(desk):
    back = await desk.chosen(await desk.to_issuer(), "officer-5101")
    await desk.browser.get(back)
    again = await desk.browser.get(back, headers=PAGE)
    assert (again.status_code, again.headers["location"]) == (303, "/desk")


async def test_an_issuer_that_does_not_answer_is_a_page_and_503(desk):
    async def down(scope, receive, send):
        raise httpx.ConnectError("nobody listens")

    desk.issuer.app = down
    page = await desk.browser.get("/desk/login", headers=PAGE)
    assert page.status_code == 503
    assert "ติดต่อผู้ออกโทเคนไม่ได้" in page.text


async def test_keys_are_rotated_without_anybody_being_logged_out(desk):
    await desk.log_in()
    cookie = {"chumchon-session": desk.session_cookie()}
    for keys, status in (
        (SessionKeys(OTHER, KEY), 200),
        (SessionKeys(OTHER), 401),
    ):
        async with desk_of(keys=keys) as later:
            later.issuer.app, later.issuer.signing = desk.issuer.app, desk.issuer.signing
            later.browser.cookies.update(cookie)
            assert (await later.browser.get("/v1/who")).status_code == status


async def test_a_session_is_cut_into_cookies_that_a_browser_keeps(desk):
    await desk.log_in()
    session = desk.sessions.opened(f"chumchon-session={desk.session_cookie()}")
    large = replace(session, id_token=secrets.token_hex(6_000))
    kept = desk.sessions.kept(large, dict(desk.browser.cookies))
    fresh = [one for one in kept if "Max-Age=0" not in one]
    assert len(fresh) > 1
    assert all(len(one) < 4_096 for one in fresh)
    cookies = dict(one.split(";")[0].split("=", 1) for one in fresh)
    joined = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert desk.sessions.opened(joined) == large
    smaller = desk.sessions.kept(session, cookies)
    assert [one.split("=")[0] for one in smaller if "Max-Age=0" in one] == list(cookies)
    with pytest.raises(ValueError, match="not sealed here"):
        desk.sessions.opened(joined.rpartition(";")[0])
    with pytest.raises(ValueError, match="too many"):
        desk.sessions.kept(replace(session, id_token=secrets.token_hex(20_000)), {})


async def test_a_session_of_another_version_is_asked_to_log_in_again(desk):
    for content in (
        b"no zlib",
        zlib.compress(b"{}"),
        zlib.compress(b"[]"),
        zlib.compress(b'{"roles": [], "areas": [], "x": 1}'),
    ):
        [cookie] = desk.sessions.seal("session", content)
        answer = await desk.browser.get("/v1/who", headers={"Cookie": cookie.partition(";")[0]})
        problem(answer, 401, "session-unreadable")


async def test_a_log_in_is_logged_by_the_opaque_subject_alone(desk):
    with logged() as lines:
        back = await desk.chosen(await desk.to_issuer(), "officer-5101")
        await desk.browser.get(back)
        token = await desk.csrf()
        await desk.browser.post("/desk/logout", headers=OWN | {"X-CSRF-Token": token})
    said = [json.loads(line) for line in lines().splitlines()]
    assert [one["actor"] for one in said if one["event"] in ("logged in", "logged out")] == [
        "example:officer-5101"
    ] * 2
    for secret in ("ตัวอย่าง", asked(back)["code"], asked(back)["state"], token, "eyJ"):
        assert secret not in lines()


async def test_services_may_find_the_issuer_at_another_address_than_browsers_do(desk):
    """As behind a name that only browsers know: the document there names what each of them is to ask."""
    inside = "http://issuer.inside"

    async def behind(scope, receive, send):
        assert dict(scope["headers"])[b"host"] == b"issuer.inside"
        if scope["path"].endswith("openid-configuration"):
            found = (await desk.browser.get(f"{desk.settings.issuer}{scope['path']}")).json()
            found |= {
                name: found[name].replace(desk.settings.issuer, inside)
                for name in ("jwks_uri", "token_endpoint")
            }
            await JSONResponse(found)(scope, receive, send)
        else:
            await desk.issuer(scope, receive, send)

    settings, to_issuer = replace(desk.settings, issuer_at=inside), httpx.ASGITransport(app=behind)
    app = desk_app(settings, desk.sessions, [], to_issuer)
    mounts = {
        settings.issuer: httpx.ASGITransport(app=desk.issuer),
        settings.public: httpx.ASGITransport(app=app),
    }
    async with httpx.AsyncClient(mounts=mounts, base_url=settings.public) as browser:
        there = replace(desk, settings=settings, browser=browser)
        assert (await there.log_in()).headers["location"] == "/desk/things"
        assert (await browser.get("/v1/who")).json()["actor"] == "example:officer-5101"


def test_session_keys_are_one_or_two_lines_and_the_newest_seals(tmp_path):
    path = tmp_path / "session-keys"
    for wrong in (None, "", "ab", f"{KEY.hex()}\n" * 3, f"{KEY.hex()}\nxyz", "ก"):
        if wrong is not None:
            path.write_text(wrong, "utf-8")
        with pytest.raises(ValueError, match="CHUMCHON_SESSION_KEYS"):
            SessionKeys.load(path)
    path.write_text(f"{OTHER.hex()}\n{KEY.hex()}\n", "ascii")
    keys = SessionKeys.load(path)
    assert keys.unseal("a", SessionKeys(KEY).seal("a", b"x")) == b"x"
    sealed = keys.seal("a", b"x")
    assert SessionKeys(OTHER).unseal("a", sealed) == b"x"
    assert SessionKeys(KEY).unseal("a", sealed) is None
    assert keys.unseal("b", sealed) is None
    assert keys.unseal("a", sealed[:8]) is None


@pytest.mark.parametrize(
    "text", ["desk.example", "https://desk.example/", "https://desk.example/x", "ftp://x", "https://a b"]
)
def test_an_address_that_no_browser_could_come_back_to_is_refused_at_the_start(text):
    with pytest.raises(ValueError, match="CHUMCHON_PUBLIC"):
        Settings.from_env({"CHUMCHON_PUBLIC": text})
