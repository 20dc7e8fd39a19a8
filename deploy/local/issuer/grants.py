"""Authorization requests and one-time codes (RFC 6749 §4.1, RFC 7636): who asked, what was granted, once."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from deploy.local.issuer.officers import Officer

CODE_SECONDS = 60.0
"""That a code is good for."""
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True, slots=True)
class Client:
    """The one client that is registered; `back` and `after` are the only addresses that it is sent to."""

    id: str
    back: str
    after: str


class Unknown(Exception):
    """The client or its address is not registered: nobody is sent there."""


class Refused(Exception):
    """The request is refused with an error code of RFC 6749; the client is told."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """An authorization request that may be granted."""

    back: str
    state: str
    nonce: str
    challenge: str

    @classmethod
    def of(cls, sent: Mapping[str, str], client: Client) -> Asked:
        """Raises `Unknown` or `Refused`."""
        if sent.get("client_id") != client.id or sent.get("redirect_uri") != client.back:
            raise Unknown
        if sent.get("response_type") != "code":
            raise Refused("unsupported_response_type")
        if "openid" not in sent.get("scope", "").split():
            raise Refused("invalid_scope")
        challenge = sent.get("code_challenge", "")
        if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(challenge):
            raise Refused("invalid_request")
        return cls(client.back, sent.get("state", ""), sent.get("nonce", ""), challenge)


class Codes:
    """The codes that are out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._out: dict[str, tuple[float, Asked, Officer]] = {}

    def give(self, asked: Asked, officer: Officer) -> str:
        """A code for this officer, good once and for a minute."""
        now = self._clock()
        self._out = {code: entry for code, entry in self._out.items() if entry[0] > now}
        code = secrets.token_urlsafe(32)
        self._out[code] = (now + CODE_SECONDS, asked, officer)
        return code

    def redeem(self, sent: Mapping[str, str], client: Client) -> tuple[Asked, Officer]:
        """What a code was given for; whatever is wrong with the request, the code is gone. Raises `Refused`."""
        if sent.get("grant_type") != "authorization_code":
            raise Refused("unsupported_grant_type")
        until, asked, officer = self._out.pop(sent.get("code", ""), (0.0, None, None))
        if sent.get("client_id") != client.id:
            raise Refused("invalid_client")
        if (
            asked is None
            or officer is None
            or self._clock() >= until
            or sent.get("redirect_uri") != asked.back
        ):
            raise Refused("invalid_grant")
        verifier = sent.get("code_verifier", "")
        if not _VERIFIER.fullmatch(verifier):
            raise Refused("invalid_grant")
        proof: str = create_s256_code_challenge(verifier)  # type: ignore[no-untyped-call]
        if not hmac.compare_digest(proof, asked.challenge):
            raise Refused("invalid_grant")
        return asked, officer
