"""The request headers that matter to us, read and checked: keys, versions, correlation, trace, language."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Mapping
from uuid import uuid4

from starlette.types import Scope

from services.chassis.problems import Language, Problem, language
from services.chassis.problems.catalogue import IF_MATCH_UNREADABLE, KEY_UNREADABLE

_CORRELATION = re.compile(rb"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
"""What this system makes itself, or a UUID: a text of somebody's own would stand in every event, number and name and all."""
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_TAG = r'(?:W/)?"([\x21\x23-\x7e]*)"'
_TAGS = re.compile(rf"{_TAG}(?:[ \t]*,[ \t]*{_TAG})*")
_VERSION = re.compile(r"([0-9]{1,15})(?:-[0-9a-f]{8})?")
ANY_VERSION = range(1, 10**15)
"""`If-Match: *`: whatever is there, if anything is."""
_TRACE = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

Headers = Mapping[bytes, bytes]
"""By lower-case name, as ASGI brings them; of one that came twice the last."""


def headers(scope: Scope) -> Headers:
    """The headers of a request."""
    return dict(scope["headers"])


def correlation_id(given: Headers) -> str:
    """X-Correlation-ID or X-Request-ID where it is a UUID or 32 hexadecimal digits, else a new one."""
    text = given.get(b"x-correlation-id") or given.get(b"x-request-id") or b""
    return text.decode("ascii") if _CORRELATION.fullmatch(text) else _hex(16)


def traceparent(given: Headers) -> str:
    """The W3C traceparent, "" where there is none; one that nobody could follow is replaced (Trace Context §4.3)."""
    text = given.get(b"traceparent")
    if text is None:
        return ""
    return text.decode("ascii") if _TRACE.fullmatch(text) else f"00-{_hex(16)}-{_hex(8)}-00"


def _hex(octets: int) -> str:
    return os.urandom(octets).hex()


def idempotency_key(given: Headers) -> str:
    """The caller's Idempotency-Key (with or without the quotes of the IETF's draft), or a new one."""
    if b"idempotency-key" not in given:
        return str(uuid4())
    key = given[b"idempotency-key"].decode("latin-1").strip()
    if len(key) > 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise Problem(KEY_UNREADABLE)
    return key


def expected_versions(given: Headers) -> Container[int] | None:
    """The versions of If-Match, RFC 9110 §13.1.1: `"7"`, a list, or `*`; None without the header.

    `W/"7"` is what a compressing proxy makes of ours, and `"7-0a1b2c3d"` is version 7 as a thing's answer has it, which
    depends on more (the day, who asks). A tag that is none of ours is no fault: nothing has it.
    """
    if b"if-match" not in given:
        return None
    text = given[b"if-match"].decode("latin-1").strip()
    if text == "*":
        return ANY_VERSION
    if not _TAGS.fullmatch(text):
        raise Problem(IF_MATCH_UNREADABLE)
    found = (_VERSION.fullmatch(tag) for tag in re.findall(_TAG, text))
    return frozenset(int(one[1]) for one in found if one)


def wanted_language(given: Headers) -> Language:
    """The language of Accept-Language, Thai by default."""
    accept = given.get(b"accept-language")
    return language(accept.decode("latin-1")) if accept else "th"
