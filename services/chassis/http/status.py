"""What operators and machines ask a service: is it alive, is it ready, its metrics, its documentation."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from html import escape
from typing import Any

from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.chassis.http.answers import answer
from services.chassis.http.headers import headers
from services.chassis.http.reading import NotModified, Seen, keeping
from services.chassis.metrics import REGISTRY
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import NOT_READY

Check = Callable[[], Awaitable[tuple[bool, str]]]
"""Is a part ready, and a few words for operators: `(False, "no primary")`."""
PATIENCE = 2.0
"""Seconds that one check may take."""


def status_routes(
    service: str, checks: Mapping[str, Check], document: Callable[[], dict[str, Any]]
) -> list[Route]:
    """/health, /ready, /metrics, /openapi.json and /docs: open to everybody who reaches the port, and without data."""

    async def health(_: Request) -> Response:
        return JSONResponse({"service": service, "alive": True})

    async def ready(request: Request) -> Response:
        names = list(checks)
        found = dict(zip(names, await asyncio.gather(*(_asked(checks[name]) for name in names)), strict=True))
        told = {name: {"ok": ok, "detail": detail} for name, (ok, detail) in found.items()}
        if all(ok for ok, _ in found.values()):
            return JSONResponse({"service": service, "ready": True, "checks": told})
        missing = [name for name, (ok, _) in found.items() if not ok]
        return answer(Problem(NOT_READY, more={"not_ready": missing, "checks": told}), request.scope)

    async def metrics(request: Request) -> Response:
        encode, kind = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(REGISTRY), headers={"Content-Type": kind})

    made = cache(document)  # the routes do not change, and making it takes a tenth of a second of the loop
    content = cache(lambda: json.dumps(made(), ensure_ascii=False).encode())
    page = cache(lambda: _page(made()).encode())

    async def openapi(request: Request) -> Response:
        return _kept(request, content(), "application/json")

    async def docs(request: Request) -> Response:
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
        return _kept(request, page(), "text/html; charset=utf-8", policy)

    served = {
        "/health": health,
        "/ready": ready,
        "/metrics": metrics,
        "/openapi.json": openapi,
        "/docs": docs,
    }
    return [_Open(path, function, methods=["GET"]) for path, function in served.items()]


class _Open(Route):
    """A plain route that says which it is: FastAPI's router notes only its own."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self
        await super().handle(scope, receive, send)


def _kept(request: Request, content: bytes, kind: str, more: Mapping[str, str] | None = None) -> Response:
    """A document that changes with the release only."""
    seen = Seen(headers(request.scope), keeping(public=True))
    try:
        seen.digest(hashlib.sha256(content).hexdigest()[:20])
    except NotModified:
        return seen.not_modified()
    return Response(content, headers={**seen.headers, **(more or {})}, media_type=kind)


async def _asked(check: Check) -> tuple[bool, str]:
    try:
        return await asyncio.wait_for(check(), PATIENCE)
    except TimeoutError:
        return False, f"no answer within {PATIENCE:g} s"
    except Exception as error:  # noqa: BLE001 - a check that fails in whatever way says "not ready"
        return False, type(error).__name__


def _page(document: Mapping[str, Any]) -> str:
    """The routes as a page that loads nothing: what FastAPI brings takes its script from another site."""
    rows = []
    for path, operations in document["paths"].items():
        for method, told in operations.items():
            who = ", ".join(told.get("x-roles", [])) or "public"
            words = (
                escape(told.get("summary", ""))
                + "<br><small>"
                + escape(told.get("description", ""))
                + "</small>"
            )
            takes = ", ".join(one["name"] for one in told.get("parameters", []))
            cells = (
                f"<b>{method.upper()}</b>",
                f"<code>{escape(path)}</code>",
                words,
                escape(takes),
                who,
                escape(told.get("x-scope", "")),
            )
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    title = escape(document["info"]["title"])
    heads = "".join(f"<th>{head}</th>" for head in ("", "address", "what", "takes", "roles", "scope"))
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b;background:#fff}}table{{border-collapse:collapse}}
td,th{{text-align:left;vertical-align:top;padding:.4rem .8rem;border-bottom:1px solid #ccc}}</style>
<h1>{title}</h1><p>{escape(document["info"].get("description", ""))}</p>
<p>The whole of it as OpenAPI 3.1: <a href="openapi.json">openapi.json</a></p>
<table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></html>"""
