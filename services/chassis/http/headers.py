"""The request headers that matter to us, read and checked: keys, versions, correlation, trace, language."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from uuid import uuid4

from starlette.types import Scope

from services.chassis.problems import Language, Problem, language
from services.chassis.problems.catalogue import IF_MATCH_UNREADABLE, KEY_UNREADABLE

_CORRELATION = re.compile(rb"[A-Za-z0-9._:@/+=-]{1,128}")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,15})(?:-[0-9a-f]{8})?"')
_TRACE = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

Headers = Mapping[bytes, bytes]
"""By lower-case name, as ASGI brings them; of one that came twice the last."""


def headers(scope: Scope) -> Headers:
    """The headers of a request."""
    return dict(scope["headers"])


def correlation_id(given: Headers) -> str:
    """X-Correlation-ID or X-Request-ID where it is harmless to log and to send on, else a new one."""
    text = given.get(b"x-correlation-id") or given.get(b"x-request-id") or b""
    return text.decode("ascii") if _CORRELATION.fullmatch(text) else os.urandom(16).hex()


def traceparent(given: Headers) -> str:
    """The W3C traceparent, "" where there is none or one that nobody could follow."""
    text = given.get(b"traceparent", b"")
    return text.decode("ascii") if _TRACE.fullmatch(text) else ""


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


def expected_version(given: Headers) -> int | None:
    """The version of If-Match: `"7"`, `"7-0a1b2c3d"` as a thing's answer has it (or `W/"7"`, which a compressing proxy makes
    of it); None without the header."""
    if b"if-match" not in given:
        return None
    found = _VERSION.fullmatch(given[b"if-match"].decode("latin-1").strip())
    if not found:
        raise Problem(IF_MATCH_UNREADABLE)
    return int(found[1])


def wanted_language(given: Headers) -> Language:
    """The language of Accept-Language, Thai by default."""
    accept = given.get(b"accept-language")
    return language(accept.decode("latin-1")) if accept else "th"
