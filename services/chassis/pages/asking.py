"""What a page asks of its own service: through the same route, with the same checks, as anybody else's request."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.types import Message, Scope

from services.chassis.pages.shell import language

PASSED_ON = (
    b"cookie",
    b"sec-fetch-site",
    b"origin",
    b"host",
    b"traceparent",
    b"x-correlation-id",
    b"x-request-id",
)
"""What the browser said that the route decides on: who it is, and from where."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A route's answer."""

    status: int
    heads: dict[str, str]
    content: bytes

    @property
    def told(self) -> Any:
        """Its JSON."""
        return json.loads(self.content or b"{}")

    @property
    def ok(self) -> bool:
        """Whether it is what was asked for."""
        return self.status < 400


async def ask(
    request: Request,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    query: str = "",
    csrf: str = "",
    **heads: str,
) -> Answer:
    """The answer of the service's own route to the page's reader; `heads` are headers, as `content_type`."""
    sent = [pair for pair in request.scope["headers"] if pair[0] in PASSED_ON]
    told = {"accept_language": language(request), "accept": "application/json", **heads}
    sent += [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in told.items()]
    sent += [(b"x-csrf-token", csrf.encode("latin-1", "replace"))] if csrf else []
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": request.url.scheme,
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "headers": sent,
        "client": request.scope.get("client"), "server": request.scope.get("server"),
    }  # fmt: skip
    status, pieces, answered = 0, [], {}

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, answered
        if message["type"] == "http.response.start":
            status = message["status"]
            answered = {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            pieces.append(message.get("body", b""))

    await request.app(scope, receive, send)
    return Answer(status, answered, b"".join(pieces))
