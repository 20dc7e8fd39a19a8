"""Log-in and log-out of the desk: the routes of the one service that mounts them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from html import escape
from secrets import token_hex
from typing import Annotated
from urllib.parse import urlencode

import httpx
import jwt
import structlog
from fastapi import Query
from starlette.requests import Request, cookie_parser
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.chassis.access import Access, Caller, IssuerKeys, Role
from services.chassis.http import BY_CALLER, PUBLIC, Routes
from services.chassis.http.answers import answer
from services.chassis.http.headers import headers
from services.chassis.problems import Problem, language
from services.chassis.problems.catalogue import LOGIN_LOST, LOGIN_REFUSED, SESSION_EXPIRED
from services.chassis.session.flow import SECONDS, Flow, cookie
from services.chassis.session.issuer import LoginIssuer, Tokens
from services.chassis.session.pages import page, problem_page, wants_page
from services.chassis.session.places import CALLBACK, DESK, LOGIN, LOGOUT, local
from services.chassis.session.sessions import SECRET, Session, Sessions, session_of
from services.chassis.settings import Settings

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
Text = Annotated[str, Query(max_length=4_000)]

_log = structlog.get_logger(__name__)


class Login:
    """Logs officers in at the issuer of the settings, and out."""

    def __init__(
        self, settings: Settings, sessions: Sessions, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        keys = IssuerKeys(settings.issuer, at=settings.issuer_at, transport=transport)
        self._access = Access(settings.issuer, settings.audience, keys=keys)
        self._issuer = LoginIssuer(
            settings.issuer, settings.client, keys, at=settings.issuer_at, transport=transport
        )
        self._sessions, self._public = sessions, settings.public

    async def begin(self, request: Request, return_to: str) -> Response:
        """Send the browser to the issuer. Raises `issuer-unreachable`."""
        flow = Flow.begun(local(return_to))
        endpoint = await self._issuer.place("authorization_endpoint")
        spoken = language(request.headers.get("accept-language", ""))
        address = flow.address(endpoint, self._issuer.client, self._public + CALLBACK, spoken)
        kept = self._sessions.seal(cookie(flow.state), flow.written(), seconds=SECONDS)
        return _with(RedirectResponse(address, 303, _HEADERS), kept)

    async def end(self, request: Request, code: str, state: str, refused: str, issuer: str) -> Response:
        """The browser is back from the issuer. Raises `login-lost`, `login-refused`, or what is wrong with the tokens."""
        cookies = cookie_parser(request.headers.get("cookie", ""))
        flow = self._flow(state, cookies)
        if flow is None:
            if session_of(request):  # the way back in the browser's history: it is done already
                return RedirectResponse(DESK, 303, _HEADERS)
            raise Problem(LOGIN_LOST)
        if (
            refused or not code or issuer not in ("", self._issuer.issuer)
        ):  # RFC 9207: another issuer's answer
            raise Problem(LOGIN_REFUSED)
        tokens = await self._issuer.redeem(code, flow.verifier, self._public + CALLBACK)
        claims = await self._issuer.identity(tokens, flow.nonce)
        caller = await self._access.caller(f"Bearer {tokens.access}")
        if claims["sub"] != caller.actor:
            raise Problem(LOGIN_REFUSED)
        session = self._session(tokens, claims, caller, request)
        _log.info("logged in", actor=caller.actor)
        try:
            kept = self._sessions.kept(session, cookies)
        except (
            ValueError
        ):  # an issuer that says much; its log-out will ask for a confirmation without the ID token
            kept = self._sessions.kept(replace(session, id_token=""), cookies)
        done = _with(RedirectResponse(flow.return_to, 303, _HEADERS), kept)
        return _with(done, self.forgotten(state, cookies))

    async def leave(self, request: Request) -> Response:
        """End the session here, whatever the issuer says, and then there."""
        session, spoken = session_of(request), language(request.headers.get("accept-language", ""))
        _log.info("logged out", actor=session.actor if session else "")
        to = "/"
        with contextlib.suppress(
            Problem
        ):  # the issuer does not answer: the session here is ended all the same
            if place := await self._issuer.place("end_session_endpoint"):
                told = {"client_id": self._issuer.client, "post_logout_redirect_uri": f"{self._public}/"}
                hint = {"id_token_hint": session.id_token} if session and session.id_token else {}
                to = f"{place}?{urlencode(told | hint)}"
        # No redirect: `form-action 'self'` of the page whose form this was would not let the browser follow it elsewhere.
        title, go = ("Signed out", "Continue") if spoken == "en" else ("ออกจากระบบแล้ว", "ไปต่อ")
        link, head = (
            f'<a href="{escape(to)}">{go}</a>',
            f'<meta http-equiv="refresh" content="0;url={escape(to)}">',
        )
        cookies = cookie_parser(request.headers.get("cookie", ""))
        return _with(page(spoken, title, [], link, head=head), self._sessions.ended(cookies))

    def forgotten(self, state: str, cookies: Mapping[str, str]) -> list[str]:
        """The Set-Cookie headers that forget a log-in on its way."""
        name = cookie(state)
        return self._sessions.jar.cleared(name, cookies) if name else []

    def _flow(self, state: str, cookies: dict[str, str]) -> Flow | None:
        name = cookie(state)
        try:
            content = self._sessions.open(name, cookies) if name else None
        except ValueError:
            return None
        flow = Flow.read(content) if content else None
        return flow if flow and flow.answers(state) else None

    def _session(
        self, tokens: Tokens, claims: Mapping[str, object], caller: Caller, request: Request
    ) -> Session:
        # Already verified; only to learn how long it is good for.
        expires = int(jwt.decode(tokens.access, options={"verify_signature": False})["exp"])
        name = str(claims.get("name") or claims.get("preferred_username") or "")[:200]
        before: Session | None = None
        with contextlib.suppress(ValueError):
            before = self._sessions.opened(request.headers.get("cookie", ""))
        # The same officer's open forms stay good: what was typed before the session ended can be sent after it.
        secret = before.secret if before and before.actor == caller.actor else token_hex(SECRET)
        roles = frozenset(map(str, caller.roles))
        return Session(
            caller.actor, name, roles, caller.scopes, expires, tokens.access, tokens.identity, secret
        )


def mount(routes: Routes, login: Login) -> None:
    """The routes of log-in and log-out."""

    @routes.query(LOGIN, roles=PUBLIC, summary="To the log-in of the issuer")
    async def desk_login(request: Request, return_to: str = "") -> Response:
        """`return_to` is the path of this site that the log-in comes back to; anything else is the desk's first page."""
        try:
            return await login.begin(request, return_to)
        except Problem as problem:
            return _refused(problem, request)

    @routes.query(CALLBACK, roles=PUBLIC, summary="Back from the log-in of the issuer")
    async def desk_callback(
        request: Request, code: Text = "", state: Text = "", error: Text = "", iss: Text = ""
    ) -> Response:
        """The session begins here."""
        try:
            return await login.end(request, code, state, error, iss)
        except Problem as problem:
            cookies = cookie_parser(request.headers.get("cookie", ""))
            return _with(_refused(problem, request), login.forgotten(state, cookies))

    @routes.command("POST", LOGOUT, roles=set(Role), scope=BY_CALLER, summary="Log out")
    async def desk_logout(request: Request, _caller: Caller) -> Response:
        """The session is ended here and at the issuer."""
        return await login.leave(request)

    @routes.query(f"{DESK}/session", roles=PUBLIC, summary="Who is logged in, for the script of a page")
    async def desk_session(request: Request) -> Response:
        """Name, roles, areas, `expires` (seconds since the epoch) and a CSRF token: after a log-in in another tab a page that is
        still open sends its form with this one. 401 without a session."""
        session = session_of(request)
        if session is None:
            raise Problem(SESSION_EXPIRED)
        told = asdict(session)
        shown = {name: told[name] for name in ("name", "areas", "expires")}
        return JSONResponse(
            {**shown, "roles": sorted(session.roles), "csrf_token": session.csrf_token}, headers=_HEADERS
        )


def _refused(problem: Problem, request: Request) -> Response:
    given = headers(request.scope)
    return problem_page(problem, given) if wants_page(given) else answer(problem, request.scope)


def _with(response: Response, cookies: Iterable[str]) -> Response:
    for one in cookies:
        response.headers.append("Set-Cookie", one)
    return response
