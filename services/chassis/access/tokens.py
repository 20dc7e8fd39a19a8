"""Who calls: by a bearer token, or by the session of the desk that has one in it. A token is verified once, then known until it
expires, so that a repeated one costs microseconds."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any, NoReturn

import jwt

from services.chassis.access.caller import Caller, caller
from services.chassis.access.keys import ALGORITHMS, IssuerKeys
from services.chassis.problems import Kind, Problem
from services.chassis.problems.catalogue import (
    SESSION_EXPIRED,
    SESSION_UNREADABLE,
    TOKEN_AUDIENCE,
    TOKEN_EARLY,
    TOKEN_EXPIRED,
    TOKEN_ISSUER,
    TOKEN_KEY,
    TOKEN_MALFORMED,
    TOKEN_MISSING,
    TOKEN_SIGNATURE,
)
from services.chassis.session.forgery import SAFE, FormField, demand_own_page
from services.chassis.session.sessions import Session, Sessions

LEEWAY = 10
"""Seconds that two clocks may differ."""
LONGEST = 16 * 1024
"""Characters of a token that we are ready to look at."""

_KINDS: tuple[tuple[type[jwt.PyJWTError], Kind], ...] = (
    (jwt.ExpiredSignatureError, TOKEN_EXPIRED),
    (jwt.ImmatureSignatureError, TOKEN_EARLY),
    (jwt.InvalidSignatureError, TOKEN_SIGNATURE),
    (jwt.InvalidAudienceError, TOKEN_AUDIENCE),
    (jwt.InvalidIssuerError, TOKEN_ISSUER),
)


class Access:
    """Tells who calls. One per process; `remembered` bounds how many verified tokens it keeps (by their sha256)."""

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        keys: IssuerKeys | None = None,
        sessions: Sessions | None = None,
        remembered: int = 10_000,
    ) -> None:
        self._issuer, self._audience = issuer, audience
        self.sessions = sessions
        self._keys = keys or IssuerKeys(issuer)
        self._remembered = remembered
        self._known: dict[bytes, tuple[float, Caller]] = {}
        self._changes = 0

    async def enter(self, method: str, given: Mapping[bytes, bytes], form_field: FormField) -> Caller:
        """The caller of a request: by its Authorization header, else by its session. This is the only way in for a cookie, and
        whoever comes by one with a method that changes something must come from our own page (`demand_own_page`).

        Raises what `caller` raises; 401 for a session that has ended or is not ours; 403 where it is not our page's.
        """
        authorization = given.get(b"authorization", b"").decode("latin-1")
        session = None if authorization else self._session(given.get(b"cookie", b"").decode("latin-1"))
        if session is None:
            return await self.caller(authorization)
        if session.expired():
            raise _to_be_renewed(SESSION_EXPIRED)
        try:
            found = await self.caller(f"Bearer {session.token}")
        except Problem as problem:
            # a key was taken back: for whoever sits before the page that is the end of the session, and no fault of a token
            raise _to_be_renewed(SESSION_EXPIRED) if problem.kind.status == 401 else problem from None
        if method not in SAFE:
            await demand_own_page(session, given, form_field)
        return found

    def _session(self, cookie: str) -> Session | None:
        if self.sessions is None:
            return None
        try:
            return self.sessions.opened(cookie)
        except ValueError:
            raise _to_be_renewed(SESSION_UNREADABLE) from None

    async def caller(self, authorization: str) -> Caller:
        """The caller that an Authorization header speaks for.

        Raises a 401 problem that says what is wrong with the token, or 503 while the issuer cannot be reached.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem(TOKEN_MISSING, headers={"WWW-Authenticate": 'Bearer realm="chumchon"'})
        if len(token) > LONGEST:
            _refuse(TOKEN_MALFORMED)
        digest = hashlib.sha256(token.encode()).digest()
        self._keys.refresh()
        if self._changes != self._keys.changes:
            self._known.clear()
            self._changes = self._keys.changes
        expires, known = self._known.get(digest, (0.0, None))
        if known is not None and time.time() < expires:
            return known
        claims = await self._verified(token.strip())
        known = caller(claims)
        self._remember(digest, float(claims["exp"]), known)
        return known

    async def _verified(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            algorithm, kid = header.get("alg"), header.get("kid")
            if algorithm not in ALGORITHMS or not isinstance(kid, str | None):
                _refuse(TOKEN_KEY)
            key = await self._keys.key(kid, algorithm)
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, RecursionError) as error:  # a header of ten thousand brackets
            _refuse(next((kind for type_, kind in _KINDS if isinstance(error, type_)), TOKEN_MALFORMED))
        except Problem as problem:
            if problem.kind is TOKEN_KEY:
                _refuse(TOKEN_KEY)
            raise

    def _remember(self, digest: bytes, expires: float, known: Caller) -> None:
        if len(self._known) >= self._remembered:
            now = time.time()
            self._known = {key: entry for key, entry in self._known.items() if entry[0] > now}
            while len(self._known) >= self._remembered:
                del self._known[next(iter(self._known))]  # the one verified longest ago
        self._known[digest] = (expires, known)


def _to_be_renewed(kind: Kind) -> Problem:
    return Problem(kind, headers={"WWW-Authenticate": 'Bearer realm="chumchon"'})


def _refuse(kind: Kind) -> NoReturn:
    """RFC 6750 §3: the header says it too, in ASCII."""
    challenge = f'Bearer realm="chumchon", error="invalid_token", error_description="{kind.code}"'
    raise Problem(kind, headers={"WWW-Authenticate": challenge})
