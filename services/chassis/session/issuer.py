"""What the log-in asks of the issuer: where things are, tokens for a code, and whether the ID token is genuine."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
import structlog
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from services.chassis.access.discovery import asking, demand_as_safe, discovered, json_of
from services.chassis.access.keys import ALGORITHMS, IssuerKeys
from services.chassis.access.tokens import LEEWAY
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import ISSUER_UNREACHABLE, LOGIN_REFUSED

_FRESH = 600.0
"""Seconds that a discovery document is used."""
_TROUBLE = (httpx.HTTPError, ValueError, KeyError, TypeError)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was changed for."""

    access: str = field(repr=False)
    identity: str = field(repr=False)


class LoginIssuer:
    """The issuer as the log-in sees it. `client` is our name there; it is public, the code's proof is PKCE."""

    def __init__(
        self, issuer: str, client: str, keys: IssuerKeys, *, at: str = "", timeout: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self.issuer, self.client = issuer, client
        self._keys, self._at, self._timeout, self._transport = keys, at, timeout, transport
        self._found: tuple[float, dict[str, Any]] = (float("-inf"), {})

    async def place(self, name: str) -> str:
        """An address of the discovery document, "" where it has none; raises the problem `issuer-unreachable` (503)."""
        when, found = self._found
        if time.monotonic() - when > _FRESH:
            try:
                async with asking(self._timeout, self._transport) as client:
                    found = await discovered(client, self.issuer, self._at)
            except _TROUBLE as error:
                _log.warning("issuer unreachable", issuer=self.issuer, reason=type(error).__name__)
                raise Problem(ISSUER_UNREACHABLE, headers={"Retry-After": "5"}) from None
            self._found = time.monotonic(), found
        return str(found.get(name) or "")

    async def redeem(self, code: str, verifier: str, back: str) -> Tokens:
        """The tokens for a code; raises `login-refused` (403) where the issuer says no, `issuer-unreachable` (503)."""
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": back, "client_id": self.client,
            "code_verifier": verifier,
        }  # fmt: skip
        place = await self.place("token_endpoint")
        try:
            async with asking(self._timeout, self._transport) as client:
                told = await json_of(client, demand_as_safe(place, self._at or self.issuer), form=form)
            return Tokens(str(told["access_token"]), str(told["id_token"]))
        except httpx.HTTPStatusError as error:
            if error.response.status_code in (400, 401):
                _log.warning("log-in refused", issuer=self.issuer, status=error.response.status_code)
                raise Problem(LOGIN_REFUSED) from None
            raise Problem(ISSUER_UNREACHABLE, headers={"Retry-After": "5"}) from None
        except _TROUBLE as error:
            _log.warning("issuer unreachable", issuer=self.issuer, reason=type(error).__name__)
            raise Problem(ISSUER_UNREACHABLE, headers={"Retry-After": "5"}) from None

    async def identity(self, tokens: Tokens, nonce: str) -> Mapping[str, Any]:
        """The claims of the ID token: signed by the issuer, for us, now, for this very log-in and this access token (OpenID Connect
        Core §3.1.3.7 and §3.1.3.8). Raises `login-refused` (403) otherwise."""
        try:
            header = jwt.get_unverified_header(tokens.identity)
            algorithm = header.get("alg", "")
            if algorithm not in ALGORITHMS:
                raise Problem(LOGIN_REFUSED)
            key = await self._keys.key(header.get("kid"), algorithm)
            claims = jwt.decode(
                tokens.identity, key, algorithms=[algorithm], audience=self.client, issuer=self.issuer, leeway=LEEWAY
            )  # fmt: skip
            params = {"nonce": nonce, "client_id": self.client, "access_token": tokens.access}
            CodeIDToken(claims, header, params=params).validate(leeway=LEEWAY)
        except (jwt.PyJWTError, JoseError) as error:
            _log.warning("ID token refused", issuer=self.issuer, reason=type(error).__name__)
            raise Problem(LOGIN_REFUSED) from None
        return claims
