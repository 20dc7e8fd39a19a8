"""The app of a service, made of its route table and the parts that the table works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.chassis.access import Access
from services.chassis.http.answers import TRANSLATED, answer_problem
from services.chassis.http.edge import Edge
from services.chassis.http.openapi import openapi
from services.chassis.http.routes import Routes
from services.chassis.http.run import Handler
from services.chassis.http.serving import ServedRoute
from services.chassis.http.status import Check, status_routes
from services.chassis.problems import Problem

VERSION = "1"


def create_app(
    service: str,
    routes: Routes | None = None,
    *,
    access: Access | None = None,
    handler: Handler | None = None,
    parts: Mapping[type, Any] | None = None,
    ready: Mapping[str, Check] | None = None,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    title: str = "",
    description: str = "",
    pages: Sequence[BaseRoute] = (),
) -> FastAPI:
    """The app that serves a route table (none: only what operators ask). `ready` are the checks of /ready; `parts`
    go by their type to parameters declared as `Part[…]`; `pages` are further routes, for people.

    TypeError where the table needs access, a handler or a part that is not given.
    """
    app = FastAPI(
        title=title or f"chumchon {service}", version=VERSION, description=description, lifespan=lifespan,
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False,
        exception_handlers={**dict.fromkeys((*TRANSLATED, Problem), answer_problem), HTTPException: _answer_http},
    )  # fmt: skip
    table = routes.declared if routes is not None else ()
    served = [ServedRoute(service, declared, access, handler, parts or {}) for declared in table]
    document = partial(openapi, service, app.title, VERSION, description, served)
    app.state.sessions = access.sessions if access is not None else None  # what `session_of` opens with
    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    app.router.routes += [*served, *status_routes(service, ready or {}, document), *pages]
    app.add_middleware(Edge, service=service)
    return app


async def _answer_http(request: Request, error: Exception) -> Response:
    """A 405 says all the methods that the address takes: Starlette looks at its first route only."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        path = request.scope["path"]
        takes = {
            method
            for route in request.app.routes
            if getattr(route, "path_regex", None) and route.path_regex.match(path)
            for method in route.methods
        }
        takes |= {"HEAD"} if "GET" in takes else set()
        error = HTTPException(405, headers={"Allow": ", ".join(sorted(takes))})
    return await answer_problem(request, error)
