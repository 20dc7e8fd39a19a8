"""Conditional reads: an ETag from a version or from what a view had seen, 304, and who may keep the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from services.chassis.http.headers import Headers
from services.chassis.read_models import Vector


class NotModified(Exception):
    """The reader has it already: 304."""


class Seen:
    """What the reader says that it has seen (If-None-Match), and what it is going to see.

    Call `version` or `vector` before the answer is computed: where nothing has changed they end the request with 304.
    """

    def __init__(self, given: Headers, keep: str) -> None:
        self._theirs = given.get(b"if-none-match", b"").decode("latin-1")
        self.headers = {"Cache-Control": keep}

    def version(self, number: int, *parts: str) -> None:
        """The answer is the thing at this version, and depends on `parts` (the day, who asks); the ETag serves as If-Match
        of a command, which looks at the version alone."""
        more = "-" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:8] if parts else ""
        self._tag(f'"{number}{more}"')

    def vector(self, vector: Vector, *parts: str) -> None:
        """The answer is computed from a view at this vector, and from `parts` (an as-of date, a catalogue's digest)."""
        positions: Mapping[str, Any] = vector.positions
        known = json.dumps([positions, parts], sort_keys=True, default=str)
        self._tag(f'"{hashlib.sha256(known.encode()).hexdigest()[:20]}"')

    def digest(self, text: str) -> None:
        """The answer has this digest."""
        self._tag(f'"{text}"')

    def not_modified(self) -> Response:
        """The 304, with the headers that the 200 would have had."""
        return Response(status_code=304, headers=self.headers)

    def _tag(self, tag: str) -> None:
        self.headers["ETag"] = tag
        theirs = {
            one.strip().removeprefix("W/") for one in self._theirs.split(",")
        }  # RFC 9110 §13.1.2: weakly
        if tag in theirs or "*" in theirs:
            raise NotModified


SHARED_SECONDS = 1
"""How long the gateway may answer with what it has: a thousand readers a second are one."""


def keeping(public: bool, seconds: int = 0) -> str:
    """The Cache-Control of a read: what needs a token is kept by nobody; browsers ask again, and mostly hear 304."""
    if not public:
        return "no-store"
    return f"public, max-age={seconds}" if seconds else f"public, max-age=0, s-maxage={SHARED_SECONDS}"
