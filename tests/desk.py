"""A desk in memory for specs of the log-in: the real issuer, the real routes of log-in, and a browser that keeps cookies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from deploy.local.issuer.app import create_issuer
from services.chassis.access import Access, Caller, IssuerKeys, Role
from services.chassis.http import ANYWHERE, BY_CALLER, PUBLIC, Routes, create_app
from services.chassis.http.body import FORMS
from services.chassis.session import Sessions, session_of
from services.chassis.session.keys import SessionKeys
from services.chassis.session.login import Login
from services.chassis.session.routes import mount
from services.chassis.settings import Settings
from tests.local_issuer import RunningIssuer, local_settings

PUBLIC_AT = "http://desk.example"
KEY = b"\x05" * 32
PAGE = {"Accept": "text/html,application/xhtml+xml"}
OWN = {"Sec-Fetch-Site": "same-origin"}
ANY = set(Role)


@dataclass
class Desk:
    """The desk and a browser. `done` is what was written there."""

    settings: Settings
    issuer: RunningIssuer
    browser: httpx.AsyncClient
    sessions: Sessions
    now: list[float]
    done: list[str] = field(default_factory=list)

    async def to_issuer(self, return_to: str = "/desk/things") -> httpx.Response:
        """The issuer's page, after the desk has sent the browser there."""
        begun = await self.browser.get("/desk/login", params={"return_to": return_to})
        assert begun.status_code == 303, begun.text
        return await self.browser.get(begun.headers["location"])

    async def chosen(self, page: httpx.Response, officer: str) -> str:
        """The address to which the issuer sends the browser back."""
        sent = dict(re.findall(r'name="(\w+)" value="([^"]*)">', page.text)) | {"officer": officer}
        sent = {name: value.replace("&amp;", "&") for name, value in sent.items()}
        back = await self.browser.post(f"{self.settings.issuer}/authorize", data=sent)
        assert back.status_code == 303, back.text
        return str(back.headers["location"])

    async def log_in(self, officer: str = "officer-5101", return_to: str = "/desk/things") -> httpx.Response:
        """The whole way; the answer of the callback."""
        back = await self.chosen(await self.to_issuer(return_to), officer)
        return await self.browser.get(back, headers=PAGE)

    async def log_in_as_program(self) -> httpx.Response:
        """The whole way, for a reader of problems."""
        return await self.browser.get(await self.chosen(await self.to_issuer(), "officer-5101"))

    def session_cookie(self) -> str:
        """The value of the browser's session cookie."""
        return self.browser.cookies["chumchon-session"]

    async def csrf(self) -> str:
        """A token from the form of the page."""
        page = await self.browser.get("/desk/things", headers=PAGE)
        return str(re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0])


def asked(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@asynccontextmanager
async def desk_of(*, public: str = PUBLIC_AT, keys: SessionKeys | None = None) -> AsyncIterator[Desk]:
    """A desk and its issuer."""
    now = [0.0]
    settings = replace(local_settings(Path("/nowhere"), 1), public=public)
    key = generate_private_key(65537, 2048)
    running = RunningIssuer(
        settings, key, create_issuer(settings, key, clock=lambda: now[0]), published=[key]
    )
    to_issuer = httpx.ASGITransport(app=running)
    sessions = Sessions(public, keys or SessionKeys(KEY))
    done: list[str] = []
    app = desk_app(settings, sessions, done, to_issuer)
    mounts = {settings.issuer: to_issuer, public: httpx.ASGITransport(app=app, raise_app_exceptions=False)}
    async with httpx.AsyncClient(mounts=mounts, base_url=public) as browser:
        yield Desk(settings, running, browser, sessions, now, done)


def desk_app(
    settings: Settings, sessions: Sessions, done: list[str], to_issuer: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """The app of a service that mounts the log-in and has a few routes to try; whoever writes is added to `done`."""
    table = _table(done)
    mount(table, Login(settings, sessions, transport=to_issuer))
    keys = IssuerKeys(settings.issuer, at=settings.issuer_at, transport=to_issuer)
    return create_app(
        "spec", table, access=Access(settings.issuer, settings.audience, keys=keys, sessions=sessions)
    )


def _table(done: list[str]) -> Routes:
    table = Routes("spec")

    @table.query("/desk/things", roles=ANY, scope=ANYWHERE)
    async def page(request: Request) -> Response:
        session = session_of(request)
        assert session is not None
        field = f'<input type="hidden" name="csrf_token" value="{session.csrf_token}">'
        return HTMLResponse(f"<h1>{session.name}</h1><form>{field}</form>")

    @table.query("/v1/who", roles=ANY, scope=BY_CALLER)
    async def who(caller: Caller) -> dict[str, str]:
        return {"actor": caller.actor, "areas": ",".join(caller.scopes), "roles": ",".join(caller.roles)}

    @table.query("/name", roles=PUBLIC)
    async def name(request: Request) -> dict[str, str]:
        session = session_of(request)
        return {"name": session.name if session else ""}

    @table.command("POST", "/desk/things", roles={Role.OFFICER}, scope=BY_CALLER, consumes=FORMS)
    async def write(caller: Caller, body: bytes) -> dict[str, int]:
        done.append(caller.actor)
        return {"size": len(body)}

    @table.command("POST", "/v1/raw", roles={Role.OFFICER}, scope=BY_CALLER)
    async def raw(caller: Caller, request: Request) -> dict[str, int]:
        done.append(caller.actor)
        return {"size": len(await request.body())}

    for method in ("PUT", "PATCH", "DELETE"):

        @table.command(method, "/v1/thing", roles={Role.OFFICER}, scope=BY_CALLER)
        async def change(caller: Caller) -> dict[str, str]:
            done.append(caller.actor)
            return {}

    return table
