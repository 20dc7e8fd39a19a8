"""Officers who write: each goes on with the same key, now at one API process and now at the other, until it knows."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from contracts.ids import derived

PATIENCE = 2.0
"""Seconds that an officer waits for an answer: less than many stops and every election take."""
HASTY = 0.03
"""So many of the tries are given up in the middle, after some milliseconds."""
ACTORS = ("officer", "approver", "governor")
"""Who signs: a decision needs another person than the application."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was told: the stream, its version after it, the types of its events."""

    stream: str
    version: int
    events: tuple[str, ...]


@dataclass
class Ledger:
    """What all officers were told, and how. `known`: (service, command id) → the answer."""

    known: dict[tuple[str, UUID], Answer] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Answers that nobody should have got."""


@dataclass
class Officer:
    """One writer at one service; what it writes comes from its own dice."""

    service: str
    urls: list[str]
    client: httpx.AsyncClient
    tokens: Mapping[str, str]
    """Actor → token."""
    ledger: Ledger
    dice: random.Random
    number: int
    haste: random.Random = field(default_factory=lambda: random.Random(2565))
    """Dice of its own: how often it is thrown is no matter of the seed."""

    async def say(self, route: str, body: Any, *, by: str = ACTORS[0], **parts: str | int) -> dict[str, Any]:
        """Send a command until its outcome is known; the answer's members. `route` is as in the route table:
        `POST /v1/memberships/{membership_id}/issue-card`, with the braces' values in `parts`; `by` is who signs."""
        method, template = route.split(" ")
        path = template.format(**parts)
        key = str(UUID(int=self.dice.getrandbits(128), version=4))
        at = self.dice.randrange(len(self.urls))
        self.ledger.counts["commands"] += 1
        while True:
            response = await self._once(method, self.urls[at % len(self.urls)] + path, by, body, key)
            if response is not None:
                break
            at += 1
            await asyncio.sleep(0.05)
        if response.is_error:
            self.ledger.wrong.append(
                f"{self.service} {method} {path}: {response.status_code} {response.text[:300]}"
            )
            raise Refused(self.ledger.wrong[-1])
        told = response.json()
        if told["repeated"]:
            self.ledger.counts["answered before"] += 1
        command = derived(by, route, key)
        self.ledger.known[self.service, command] = Answer(told["id"], told["version"], tuple(told["events"]))
        return dict(told)

    async def ask(self, path: str) -> dict[str, Any]:
        """Read until somebody answers."""
        while True:
            for url in self.urls:
                response = await self._once("GET", url + path, ACTORS[0], None, "")
                if response is not None and response.status_code == 200:
                    return dict(response.json())
            await asyncio.sleep(0.2)

    async def _once(self, method: str, url: str, by: str, body: Any, key: str) -> httpx.Response | None:
        """One try; None where nobody answered, or the answer says that it is not known."""
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        kind = {"Content-Type": "text/csv"} if isinstance(body, bytes) else {}
        headers = {"Authorization": f"Bearer {self.tokens[by]}", **kind}
        headers |= {"Idempotency-Key": key} if key else {}
        timeout = self.haste.uniform(0.002, 0.03) if key and self.haste.random() < HASTY else PATIENCE
        try:
            response = await self.client.request(
                method, url, headers=headers, timeout=timeout, **(sent if key else {})
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            self.ledger.counts["nobody there"] += 1
            return None
        # AttributeError: anyio on uvloop, where a connection is cut in the moment in which it is made
        except (httpx.TransportError, AttributeError):
            self.ledger.counts["unknown"] += bool(key)
            return None
        if response.status_code == 503:
            code = response.json().get("code", "503")
            self.ledger.counts["unknown" if code == "outcome-unknown" else "unavailable"] += bool(key)
            return None
        return response


class Refused(Exception):
    """An officer was told something that it should not have been told; it is in the ledger."""
