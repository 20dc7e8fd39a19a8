"""Identifiers that are derived, so that uniqueness needs no look-up and a replay makes the same ones."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import Annotated
from uuid import UUID

from pydantic import Field

NAMESPACE = UUID("6f1c1f5e-3c0e-5b7a-9a55-c0ffee256500")
"""Our one namespace; changing it would rename everything."""
_SPACE = NAMESPACE.bytes


def derived(*parts: str | int) -> UUID:
    """`uuid5` over the parts as a JSON array: ("a", "bc") and ("ab", "c") stay two."""
    return UUID(_named(_array(parts)))


def _array(parts: Iterable[str | int]) -> str:
    """As `json.dumps` writes it without blanks and with every character as it is: that makes an encoder each time."""
    texts = [encode_basestring(part) if isinstance(part, str) else int.__repr__(part) for part in parts]
    return f"[{','.join(texts)}]"


def _named(name: str) -> str:
    """The text of `uuid5(NAMESPACE, name)`, in a third of the time."""
    text = hashlib.sha1(_SPACE + name.encode(), usedforsecurity=False).hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANTS[text[16]]}{text[17:20]}-{text[20:32]}"


UUID_PATTERN = "[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}"


def id_pattern(kind: str) -> str:
    """The regular expression of the stream ids of a kind."""
    return f"^{kind}:{UUID_PATTERN}$"


StreamId = Annotated[str, Field(pattern=id_pattern("[a-z-]+"), description="stream id: kind:uuid")]


def stream_id(kind: str, *natural_key: str | int) -> str:
    """The stream of the thing of this kind with this natural key (codes, never names): `kind:uuid`."""
    return f"{kind}:{_named(_array((kind, *natural_key)))}"


def secret_stream_id(kind: str, secret: bytes, citizen_number: str) -> str:
    """The stream of a person: an HMAC, because a plain hash of thirteen digits is found by trying."""
    digest = hmac.digest(secret, f"{kind}\x00{citizen_number}".encode(), hashlib.sha256)
    number = int.from_bytes(digest[:16], "big")
    number = number & ~(0xF << 76) | 0x8 << 76  # RFC 9562 version 8, which Python 3.11's UUID cannot set
    number = number & ~(0x3 << 62) | 0x2 << 62
    return f"{kind}:{UUID(int=number)}"


def event_id(stream: str, version: int, index: int) -> str:
    """The id of event `index` (from 0) of commit `version` (from 1) of a stream: `derived(stream, version, index)`.

    As its text, made at once: each event's id is made when it is written and when it is sent.
    """
    return _named(f"[{encode_basestring(stream)},{version},{index}]")


_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
