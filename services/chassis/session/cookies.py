"""Sealed cookies: their names and attributes, cut into pieces where a browser would not keep the whole (4 KiB)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

PIECE = 3_800
"""Characters of a value; a browser keeps 4,096 with name and attributes (RFC 6265 §6.1)."""
MOST = 4
"""Pieces. Together they fit into one header of the gateway (`large_client_header_buffers`)."""


class Jar:
    """Cookies of one site. Where it is https they are Secure and named `__Host-…`: no other host can set them."""

    def __init__(self, public: str) -> None:
        self._secure = public.startswith("https:")

    def name(self, what: str) -> str:
        """The full name of a cookie."""
        return f"__Host-chumchon-{what}" if self._secure else f"chumchon-{what}"

    def written(self, what: str, sealed: bytes, *, seconds: int | None = None) -> list[str]:
        """The Set-Cookie headers that keep this, for `seconds` or until the browser is closed.

        Raises ValueError for more than four pieces.
        """
        text = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
        if len(pieces) > MOST:
            raise ValueError(f"{len(text)} characters are too many for a session")
        pieces[0] = f"{len(pieces)}.{pieces[0]}"
        return [self._set(_piece(what, number), piece, seconds) for number, piece in enumerate(pieces)]

    def read(self, what: str, cookies: Mapping[str, str]) -> bytes | None:
        """What was sealed; None where there is no such cookie, b"" where a piece is missing or it is not ours."""
        first = cookies.get(self.name(what))
        if first is None:
            return None
        count, _, text = first.partition(".")
        if count not in ("1", "2", "3", "4"):
            return b""
        for number in range(1, int(count)):
            text += cookies.get(self.name(_piece(what, number)), "")
        try:
            return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return b""

    def cleared(self, what: str, cookies: Mapping[str, str]) -> list[str]:
        """The Set-Cookie headers that take away every piece which the browser has."""
        pieces = (_piece(what, number) for number in range(MOST))
        return [self._set(piece, "", 0) for piece in pieces if self.name(piece) in cookies]

    def _set(self, what: str, value: str, seconds: int | None) -> str:
        age = "" if seconds is None else f"; Max-Age={seconds}"
        secure = "; Secure" if self._secure else ""
        # Lax: sent when an officer follows a link into the desk or comes back from the issuer, never with another site's form.
        return f"{self.name(what)}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}"


def _piece(what: str, number: int) -> str:
    return f"{what}-{number}" if number else what
