"""Log-in and log-out of the desk: what happens to the browser and its cookies on the way to the issuer and back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from secrets import token_hex
from typing import Annotated
from urllib.parse import urlencode

import httpx
import jwt
import structlog
from fastapi import Query
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response

from services.chassis.access import Access, Caller, IssuerKeys
from services.chassis.problems import Problem, language
from services.chassis.problems.catalogue import LOGIN_LOST, LOGIN_REFUSED
from services.chassis.session.flow import FLOWS, SECONDS, Flow, cookie
from services.chassis.session.issuer import LoginIssuer, Tokens
from services.chassis.session.pages import page
from services.chassis.session.places import CALLBACK, DESK, local
from services.chassis.session.sessions import SECRET, Session, Sessions, session_of
from services.chassis.settings import Settings

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
Text = Annotated[str, Query(max_length=4_000)]

MOST_FLOWS = 6
"""Log-ins that one browser may have on their way."""

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
        return with_cookies(RedirectResponse(address, 303, HEADERS), [*self._given_up(request), *kept])

    async def end(self, request: Request, code: str, state: str, refused: str, issuer: str) -> Response:
        """The browser is back from the issuer. Raises `login-lost`, `login-refused`, or what is wrong with the tokens."""
        cookies = cookie_parser(request.headers.get("cookie", ""))
        flow = self._flow(state, cookies)
        if flow is None:
            if session_of(request):  # the way back in the browser's history: it is done already
                return RedirectResponse(DESK, 303, HEADERS)
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
        done = with_cookies(RedirectResponse(flow.return_to, 303, HEADERS), kept)
        return with_cookies(done, self.forgotten(state, cookies))

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
        return with_cookies(page(spoken, title, [], link, head=head), self._sessions.ended(cookies))

    def forgotten(self, state: str, cookies: Mapping[str, str]) -> list[str]:
        """The Set-Cookie headers that forget a log-in on its way."""
        name = cookie(state)
        return self._sessions.jar.cleared(name, cookies) if name else []

    def _given_up(self, request: Request) -> list[str]:
        """Where a browser has many log-ins on their way, they are forgotten: all of them come with every request."""
        cookies, jar = cookie_parser(request.headers.get("cookie", "")), self._sessions.jar
        flows = [name for name in cookies if name.startswith(jar.name(FLOWS))]
        if len(flows) < MOST_FLOWS:
            return []
        return [one for name in flows for one in jar.cleared(name.removeprefix(jar.name("")), cookies)]

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


def with_cookies(response: Response, cookies: Iterable[str]) -> Response:
    """The response, with these Set-Cookie headers."""
    for one in cookies:
        response.headers.append("Set-Cookie", one)
    return response
