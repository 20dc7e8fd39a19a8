"""The log-in through the real nginx: the local issuer and the routes of log-in are served on real ports behind it."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import httpx

from deploy.local import issuer, stack
from services.chassis.session import Session, Sessions
from services.chassis.session.keys import SessionKeys
from services.chassis.settings import Settings
from tests.desk import OWN, PAGE, desk_app

from .conftest import environment
from .test_gateway import serving


async def test_an_officer_logs_in_writes_and_logs_out_through_the_gateway(tmp_path: Path) -> None:
    settings = Settings.from_env(environment(tmp_path / "home"))
    sessions = Sessions(settings.public, SessionKeys(b"\x07" * 32))
    done: list[str] = []
    app, provider = (
        desk_app(settings, sessions, done),
        issuer.create_issuer(settings, issuer.key(settings.home)),
    )
    async with (
        serving(app, settings.ports["reporting"]),
        serving(provider, settings.ports["issuer"]),
        httpx.AsyncClient(base_url=settings.public, headers=PAGE) as browser,
    ):
        try:
            await stack.up(settings, ["gateway"])
            page = await browser.get("/desk/things?x=1", follow_redirects=True)
            assert "เลือกเจ้าหน้าที่ตัวอย่าง" in page.text
            sent = dict(re.findall(r'name="(\w+)" value="([^"]*)">', page.text)) | {"officer": "officer-5101"}
            home = await browser.post(f"{settings.issuer}/authorize", data=sent, follow_redirects=True)
            assert str(home.url) == f"{settings.public}/desk/things?x=1"
            assert "ตัวอย่าง เมืองลำพูน" in home.text

            form = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', home.text)[0]}
            assert (await browser.post("/desk/things", data=form)).status_code == 403
            assert (await browser.post("/desk/things", data=form, headers=OWN)).status_code == 200
            by_origin = {"Origin": settings.public}  # nginx hands the host on as the browser said it
            assert (await browser.post("/desk/things", data=form, headers=by_origin)).status_code == 200
            assert done == ["example:officer-5101"] * 2

            out = await browser.post("/desk/logout", data=form, headers=OWN)
            assert out.status_code == 200
            assert not browser.cookies
        finally:
            await stack.down(settings)


async def test_the_largest_session_passes_the_gateway(tmp_path: Path) -> None:
    settings = Settings.from_env(environment(tmp_path / "home"))
    sessions = Sessions(settings.public, SessionKeys(b"\x07" * 32))
    session = Session("a", "ก", frozenset(), (), 2**40, secrets.token_urlsafe(9_500), "", "00" * 32)
    kept = sessions.kept(session, {})
    cookies = "; ".join(one.split(";")[0] for one in kept)
    assert len(kept) == 4
    async with serving(desk_app(settings, sessions, []), settings.ports["reporting"]):
        try:
            await stack.up(settings, ["gateway"])
            async with httpx.AsyncClient(base_url=settings.public) as browser:
                answer = await browser.get("/desk/session", headers={"Cookie": cookies})
                assert answer.json()["name"] == "ก"
        finally:
            await stack.down(settings)
