"""A form that was filled in when the session was over: kept by the browser, sealed, until its officer has logged in again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping

from starlette.requests import Request, cookie_parser

from services.chassis.session import Session, Sessions

DRAFT = "draft"
SECONDS = 900
LARGEST = 10_000
"""Bytes, packed: what the pieces of a cookie hold. What is larger stays in the page that was answered, and nowhere else."""


def kept(request: Request, path: str, filled: Mapping[str, str]) -> tuple[str, ...]:
    """The Set-Cookie headers of a draft of this page, for whoever's session has just ended."""
    sessions: Sessions = request.app.state.sessions
    content = zlib.compress(json.dumps([_actor(request), path, dict(filled)], ensure_ascii=False).encode())
    if len(content) > LARGEST:
        return ()
    return tuple(sessions.seal(DRAFT, content, seconds=SECONDS))


def taken(request: Request, session: Session, path: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """What was typed on this page by the same officer, and the Set-Cookie headers that take it out of the browser."""
    sessions: Sessions = request.app.state.sessions
    cookies = cookie_parser(request.headers.get("cookie", ""))
    try:
        content = sessions.open(DRAFT, cookies)
    except ValueError:
        content = None
    if content is None:
        return {}, ()
    actor, where, filled = json.loads(zlib.decompress(content))
    mine = actor in ("", session.actor) and where == path
    return (filled if mine else {}), tuple(sessions.jar.cleared(DRAFT, cookies))


def _actor(request: Request) -> str:
    """Whose session it was, also when it is over."""
    sessions: Sessions = request.app.state.sessions
    try:
        session = sessions.opened(request.headers.get("cookie", ""))
    except ValueError:
        session = None
    return session.actor if session else ""
