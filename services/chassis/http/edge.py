"""The outermost layer of an app: a correlation id on everything, a metric and a log line for every request.

Nothing of what was sent is logged: no body, no query string, and the route's template instead of the path.
"""

from __future__ import annotations

from time import perf_counter

import structlog
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars, unbind_contextvars

from services.chassis.http.answers import answer
from services.chassis.http.headers import correlation_id, headers
from services.chassis.metrics import REGISTRY
from services.chassis.problems import Problem
from services.chassis.problems.catalogue import UNEXPECTED

SECONDS = Histogram(
    "chumchon_http_request_seconds", "Time of a request, to the end of its answer; its count is the requests'",
    ["service", "method", "route", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60), registry=REGISTRY,
)  # fmt: skip

QUIET = frozenset(("/health", "/ready", "/metrics"))
"""Asked every few seconds by machines: counted, not logged."""
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_GONE = 499
"""The status in metrics and logs of a request whose caller went away (nginx's number)."""

_log = structlog.get_logger("http")


class Edge:
    """Wraps an app; `service` is the label of its metrics."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app, self.service = app, service
        self._observe: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; an exception that nobody knows becomes a 500 that tells the correlation id and no more."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = perf_counter()
        correlation = scope["chumchon.correlation_id"] = correlation_id(headers(scope))
        bound = bind_contextvars(correlation_id=correlation)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                more = [(b"x-correlation-id", correlation.encode()), (b"x-content-type-options", b"nosniff")]
                if key := scope.get("chumchon.idempotency_key"):
                    more.append((b"idempotency-key", key.encode()))
                message["headers"] = [*message.get("headers", ()), *more]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except ClientDisconnect:
            status = status or _GONE
        except Exception:
            _log.exception("unexpected", route=_route(scope))
            if status:
                raise  # half an answer is out: the server ends the connection, so that nobody takes it for a whole one
            await answer(Problem(UNEXPECTED), scope)(scope, receive, sending)
        finally:
            self._record(scope, status or _GONE, perf_counter() - began)
            reset_contextvars(**bound)
            unbind_contextvars("actor")  # which the route bound, once it knew it

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = _route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        observed = self._observe.get((method, route, status))
        if observed is None:
            observed = self._observe[method, route, status] = SECONDS.labels(
                self.service, method, route, str(status)
            )
        observed.observe(seconds)
        if route not in QUIET:
            _log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 2))


def _route(scope: Scope) -> str:
    """The template of the route, "-" where there is none: what was typed as an address may be anything."""
    return getattr(scope.get("route"), "path", "-")
