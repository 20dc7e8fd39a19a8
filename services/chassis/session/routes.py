"""The routes of log-in and log-out, for the one service that mounts them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.requests import Request, cookie_parser
from starlette.responses import JSONResponse, Response

from services.chassis.access import Caller, Role
from services.chassis.http import BY_CALLER, PUBLIC, Routes
from services.chassis.http.answers import answer
from services.chassis.http.headers import headers
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import SESSION_EXPIRED
from services.chassis.session.login import HEADERS, Login, with_cookies
from services.chassis.session.pages import problem_page, wants_page
from services.chassis.session.places import CALLBACK, DESK, LOGIN, LOGOUT
from services.chassis.session.sessions import session_of

Text = Annotated[str, Query(max_length=4_000)]


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
            return with_cookies(_refused(problem, request), login.forgotten(state, cookies))

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
        told = {
            "name": session.name,
            "roles": sorted(session.roles),
            "areas": session.areas,
            "expires": session.expires,
            "csrf_token": session.csrf_token,
        }
        return JSONResponse(told, headers=HEADERS)


def _refused(problem: Problem, request: Request) -> Response:
    given = headers(request.scope)
    return problem_page(problem, given) if wants_page(given) else answer(problem, request.scope)
