"""One log-in on its way: authorization code with PKCE (RFC 6749 §4.1, RFC 7636), from the desk to the issuer and back."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from dataclasses import asdict, dataclass, field

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.chassis.problems import Language

SECONDS = 600
"""That somebody may take to type a password."""
FLOWS = "login-"
"""How the cookies of log-ins on their way begin."""
SCOPE = "openid"
"""Roles, areas and the name come by the client's own mappers; nothing else of the person is asked for."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What the browser keeps, sealed, until the issuer sends it back. `expires` is seconds since the epoch."""

    state: str
    return_to: str
    expires: int
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def begun(cls, return_to: str) -> Flow:
        """A new one."""
        state, nonce, verifier = secrets.token_hex(16), secrets.token_hex(16), secrets.token_urlsafe(48)
        return cls(state, return_to, int(time.time()) + SECONDS, nonce, verifier)

    @classmethod
    def read(cls, content: bytes) -> Flow:
        """One that was written."""
        return cls(**json.loads(content))

    def written(self) -> bytes:
        """As it is sealed."""
        return json.dumps(asdict(self)).encode()

    def answers(self, state: str) -> bool:
        """Whether what came back belongs to this one, and in time."""
        return hmac.compare_digest(self.state, state) and time.time() < self.expires

    def address(self, endpoint: str, client: str, back: str, language: Language) -> str:
        """Where the browser logs in; it comes back to `back`."""
        address: str = prepare_grant_uri(
            endpoint,
            client_id=client,
            response_type="code",
            redirect_uri=back,
            scope=SCOPE,
            state=self.state,
            nonce=self.nonce,
            code_challenge=create_s256_code_challenge(self.verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
            ui_locales=language,
        )
        return address


def cookie(state: str) -> str:
    """The cookie of a log-in: one each, so that two tabs do not meet; "" for what is no state of ours."""
    known = len(state) == 32 and state.isascii() and state.isalnum()
    return f"{FLOWS}{state[:8]}" if known else ""
