"""The requests of the load, each its own, with a token and a key; made cheaply, byte by byte."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Requests:
    """`POST /v1/funds` for one fund after another: kind, village and number together are new each time.

    With `streams` it is `POST /v1/memberships/{stream}/confirm-current` on one after the other, again and again.
    `number` is that of the next, so that two loads do not meet.
    """

    port: int
    token: str
    villages: Sequence[str] = ()
    streams: Sequence[str] = ()
    number: int = 0

    def next(self) -> bytes:
        """The next request."""
        number = self.number
        self.number += 1
        if self.streams:
            path = f"/v1/memberships/{self.streams[number % len(self.streams)]}/confirm-current"
            body = b'{"on":"2022-08-02"}'
        else:
            path, body = "/v1/funds", fund(number, self.villages)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAuthorization: Bearer {self.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: bench-{number}\r\n\r\n"
        )
        return head.encode() + body


KINDS = ("savings", "mother", "women", "village", "other")
EACH = 99
"""Funds of a kind in a village, at most."""


def fund(number: int, villages: Sequence[str]) -> bytes:
    """The body of the n-th fund; after 200,000 of them (in 405 villages) the first comes again."""
    village, rest = number % len(villages), number // len(villages)
    told = {
        "kind": KINDS[rest // EACH % len(KINDS)],
        "area": villages[village],
        "number": 1 + rest % EACH,
        "name_th": f"กองทุน {number}",
        "on": "2022-08-01",
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
