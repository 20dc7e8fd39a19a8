"""A request that the service makes to itself: through the same route, with the same checks, as anybody else's."""

from __future__ import annotations

import json
from typing import Any

from starlette.types import ASGIApp, Message, Scope


async def asked(
    app: ASGIApp, method: str, path: str, body: bytes, *, query: str = "", **heads: str
) -> tuple[int, Any]:
    """The status and the JSON of the answer; `heads` are headers, as `content_type`."""
    status, pieces = 0, []
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in heads.items()],
        "client": None, "server": None,
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    return status, json.loads(b"".join(pieces) or b"{}")
