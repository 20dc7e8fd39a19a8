"""A desk session: who has logged in, until when, and the secret that own forms prove themselves with."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import time
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path

from starlette.requests import Request, cookie_parser

from services.chassis.session.cookies import Jar
from services.chassis.session.keys import SessionKeys

SESSION = "session"
SECRET = 32
LARGEST = 64 * 1024
"""Bytes of a session when it is unpacked."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a browser keeps, sealed. `name` is the officer's own, for the officer's own eyes: it goes into no log, event or answer
    to anybody else. `expires` is seconds since the epoch, the access token's."""

    actor: str
    name: str
    roles: frozenset[str]
    areas: tuple[str, ...]
    expires: int
    token: str = field(repr=False)
    id_token: str = field(repr=False)
    secret: str = field(repr=False)
    """64 hexadecimal digits."""

    @property
    def csrf_token(self) -> str:
        """For the form field `csrf_token` or the header X-CSRF-Token; another text each time (so that a page's size under
        compression tells nothing of the secret), all of them good as long as the session."""
        mask = os.urandom(SECRET)
        return base64.urlsafe_b64encode(mask + _mixed(mask, bytes.fromhex(self.secret))).decode().rstrip("=")

    def agrees(self, token: str) -> bool:
        """Whether this is one of the session's CSRF tokens."""
        try:
            both = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return False
        if len(both) != 2 * SECRET:
            return False
        return hmac.compare_digest(_mixed(both[:SECRET], both[SECRET:]), bytes.fromhex(self.secret))

    def expired(self, now: float | None = None) -> bool:
        """Whether its time is over."""
        return (time.time() if now is None else now) >= self.expires


class Sessions:
    """Opens and seals sessions. Without keys there are none: nothing is read and nothing can be sealed."""

    def __init__(self, public: str, keys: SessionKeys | None = None) -> None:
        self.jar = Jar(public)
        self._keys = keys

    @classmethod
    def load(cls, public: str, path: Path) -> Sessions:
        """With the keys of a file; raises ValueError with what to do about it."""
        return cls(public, SessionKeys.load(path))

    def opened(self, cookie: str) -> Session | None:
        """The session of a Cookie header, also an expired one; None without one. Raises ValueError for one that is not ours."""
        if self._keys is None or not cookie:
            return None
        content = self.open(SESSION, cookie_parser(cookie))
        if content is None:
            return None
        try:
            told = json.loads(zlib.decompressobj().decompress(content, LARGEST))
            return Session(**told | {"roles": frozenset(told["roles"]), "areas": tuple(told["areas"])})
        except (zlib.error, KeyError, TypeError) as error:
            raise ValueError("the session was sealed by another version") from error

    def kept(self, session: Session, cookies: dict[str, str]) -> list[str]:
        """The Set-Cookie headers of a new session; `cookies` are the browser's, whose older pieces go. Raises ValueError where it
        is too large for a browser."""
        told = asdict(session) | {"roles": sorted(session.roles)}
        content = zlib.compress(json.dumps(told, ensure_ascii=False).encode())
        return self.jar.cleared(SESSION, cookies) + self.seal(SESSION, content)

    def ended(self, cookies: dict[str, str]) -> list[str]:
        """The Set-Cookie headers that end the browser's session."""
        return self.jar.cleared(SESSION, cookies)

    def seal(self, what: str, content: bytes, *, seconds: int | None = None) -> list[str]:
        """The Set-Cookie headers of something sealed; RuntimeError without keys."""
        if self._keys is None:
            raise RuntimeError("there are no session keys here")
        return self.jar.written(what, self._keys.seal(what, content), seconds=seconds)

    def open(self, what: str, cookies: dict[str, str]) -> bytes | None:
        """What was sealed; None where there is no such cookie. Raises ValueError for one that is not ours."""
        sealed = self.jar.read(what, cookies)
        if sealed is None or self._keys is None:
            return None
        content = self._keys.unseal(what, sealed)
        if content is None:
            raise ValueError(f"the cookie {what} was not sealed here")
        return content


def session_of(request: Request) -> Session | None:
    """For pages: the session that the request comes with, None without one, with an expired one or with one that is not ours.

    It tells what to show. What a caller may do is decided by the route (`roles=`), from the verified token.
    """
    sessions: Sessions | None = getattr(request.app.state, "sessions", None)
    if sessions is None:
        return None
    try:
        session = sessions.opened(request.headers.get("cookie", ""))
    except ValueError:
        return None
    return None if session is None or session.expired() else session


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
