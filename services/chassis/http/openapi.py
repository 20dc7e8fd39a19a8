"""A declared route as FastAPI documents it, and the OpenAPI 3.1 document of a service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from services.chassis.http.routes import Declared
from services.chassis.problems import MEDIA_TYPE, ProblemDocument

_SCHEMA = "ProblemDocument"
_PROBLEM = {
    "description": "A problem (RFC 9457), in Thai and English",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{_SCHEMA}"}}},
}
_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "maxLength": 255},
    "description": "The same key is done once, however often it is sent. Without one the reply tells the one it made.",
}  # fmt: skip
_IF_MATCH = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string", "examples": ['"7"']},
    "description": "The ETag of what was read: done only if nothing has changed since (else 412).",
}  # fmt: skip


def stand_in(declared: Declared) -> Callable[..., Any]:
    """A function with the name, the words and the public signature of the route's function, for FastAPI to read."""

    async def stand_in() -> None:
        raise NotImplementedError("a declared route is served by ServedRoute")

    stand_in.__name__ = declared.function.__name__
    stand_in.__doc__ = declared.function.__doc__
    stand_in.__module__ = declared.function.__module__
    stand_in.__signature__ = declared.takes.documented  # type: ignore[attr-defined]  # inspect's own protocol
    return stand_in


def described(declared: Declared, service: str) -> dict[str, Any]:
    """The documentation of a route, as arguments of `APIRoute`."""
    extra: dict[str, Any] = {"x-scope": str(declared.reach), "x-roles": sorted(declared.roles)}
    extra["security"] = [] if declared.public else [{"token": []}]
    if declared.command:
        extra["parameters"] = [_KEY, _IF_MATCH]
        extra["x-body-limit"] = declared.limit
    if declared.takes.body and declared.takes.model is None:
        binary = {"schema": {"type": "string", "format": "binary"}}
        extra["requestBody"] = {"required": True, "content": dict.fromkeys(declared.consumes, binary)}
    return {
        "summary": declared.summary or None,
        "tags": [service],
        "response_model": declared.answers,
        "response_class": declared.takes.returns if declared.answers is None else JSONResponse,
        "responses": {"4XX": _PROBLEM, "5XX": _PROBLEM},
        "openapi_extra": extra,
    }


def openapi(
    service: str, title: str, version: str, description: str, routes: Sequence[BaseRoute]
) -> dict[str, Any]:
    """The document of a service, with the bearer token and the problem in its components."""
    made = get_openapi(
        title=title, version=version, openapi_version="3.1.0", description=description, routes=list(routes),
        tags=[{"name": service}],
    )  # fmt: skip
    components = made.setdefault("components", {})
    problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    components.setdefault("schemas", {}).update({**problem.pop("$defs"), _SCHEMA: problem})
    components["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "OIDC access token",
        }
    }
    return made
