"""The keys of an OIDC issuer: found by discovery, kept, fetched again when it signs with one that we do not know."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.chassis.access.discovery import asking, demand_as_safe, discovered, json_of
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import ISSUER_UNREACHABLE, TOKEN_KEY

ALGORITHMS: Final = ("RS256", "ES256")

_log = structlog.get_logger(__name__)

Key = tuple[str, jwt.PyJWK]
"""The algorithm that it is for, and the key."""


class IssuerKeys:
    """The signing keys of one issuer, asked for `at` another address where services find it there. Seconds: `refresh` is how old they may get, `pause` the least between two
    fetches that an unknown key asks for (so that strangers' tokens cannot make us hammer the issuer)."""

    def __init__(
        self,
        issuer: str,
        *,
        at: str = "",
        refresh: float = 600.0,
        pause: float = 10.0,
        timeout: float = 5.0,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer, self._at = issuer, at
        self.changes = 0
        """How often a key was changed or taken back: what was verified before is to be verified again."""
        self._refresh, self._pause, self._timeout = refresh, pause, timeout
        self._transport, self._clock = transport, clock
        self._keys: dict[str, Key] = {}
        self._tried = self._fetched = float("-inf")
        self._fetching = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None

    async def key(self, kid: str | None, algorithm: str) -> jwt.PyJWK:
        """The key of this id, for this algorithm; without an id the only one that it can be.

        Raises the problems `issuer-unreachable` (nothing is known and it does not answer) and `token-key-unknown`.
        """
        self.refresh()
        found = self._find(kid, algorithm)
        if found is None:
            await self._fetch(unless_since=self._clock() - (self._pause if self._keys else 1.0))
            found = self._find(kid, algorithm)
        if found is None:
            raise self._unreachable() if not self._keys else Problem(TOKEN_KEY)
        return found

    def refresh(self) -> None:
        """See to it that old keys are fetched again, behind the callers' backs: nobody waits for it, and while the
        issuer is down the keys that it had stay good."""
        if self._keys and self._clock() - self._fetched > self._refresh and self._behind is None:
            self._behind = asyncio.create_task(self._fetch(unless_since=self._clock() - self._pause))
            self._behind.add_done_callback(lambda _: setattr(self, "_behind", None))

    def _find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        if kid is not None:
            made_for, key = self._keys.get(kid, ("", None))
            return key if made_for == algorithm else None
        suitable = [key for made_for, key in self._keys.values() if made_for == algorithm]
        return suitable[0] if len(suitable) == 1 else None

    async def _fetch(self, *, unless_since: float) -> None:
        """One fetch at a time; those who waited for it do not fetch again."""
        async with self._fetching:
            if self._tried > unless_since:
                return
            self._tried = self._clock()
            try:
                keys = await self._read()
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                _log.warning("issuer unreachable", issuer=self.issuer, reason=type(error).__name__)
                return
            self._fetched = self._clock()
            if any(_material(keys.get(kid)) != _material(key) for kid, key in self._keys.items()):
                self.changes += 1
            self._keys = keys

    async def _read(self) -> dict[str, Key]:
        async with asking(self._timeout, self._transport) as client:
            found = await discovered(client, self.issuer, self._at)
            place = demand_as_safe(str(found["jwks_uri"]), self._at or self.issuer)
            return _usable((await json_of(client, place))["keys"])

    def _unreachable(self) -> Problem:
        return Problem(ISSUER_UNREACHABLE, headers={"Retry-After": "5"})


def _usable(published: list[Mapping[str, Any]]) -> dict[str, Key]:
    """The keys that can sign our tokens: RSA of 2048 bits or more, or P-256, and not declared for encryption."""
    usable: dict[str, Key] = {}
    for number, entry in enumerate(published):
        if entry.get("use", "sig") != "sig":
            continue
        algorithm = {"RSA": "RS256", "EC": "ES256"}.get(entry.get("kty", ""), "")
        if not algorithm or entry.get("alg", algorithm) != algorithm:
            continue
        try:
            key = jwt.PyJWK(dict(entry), algorithm=algorithm)
        except jwt.PyJWTError:
            continue  # one that we cannot read is no reason to lose the others
        if _strong(key.key):
            usable[str(entry.get("kid", f"#{number}"))] = (algorithm, key)
    if not usable:
        raise ValueError("the issuer publishes no key that we can use")
    return usable


def _strong(key: object) -> bool:
    if isinstance(key, RSAPublicKey):
        return key.key_size >= 2048
    return isinstance(key, EllipticCurvePublicKey) and key.curve.name == "secp256r1"


def _material(key: Key | None) -> object:
    return None if key is None else key[1].key.public_numbers()
