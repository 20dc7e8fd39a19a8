"""Exceptions as problem responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from services.chassis.calls import (
    KeyReused,
    OutcomeUnknown,
    Overloaded,
    StaleVersion,
    Unavailable,
    UnreadableStream,
)
from services.chassis.commits import TooLarge
from services.chassis.http.headers import headers, wanted_language
from services.chassis.problems import MEDIA_TYPE, Problem, catalogue, document

_RETRY = {"Retry-After": "1"}


def by_status(error: HTTPException) -> Problem:
    """What Starlette means by an HTTPException."""
    kinds = {404: catalogue.NO_SUCH_ROUTE, 405: catalogue.METHOD, 413: catalogue.BODY_TOO_LARGE}
    kind = kinds.get(
        error.status_code, catalogue.UNEXPECTED if error.status_code >= 500 else catalogue.BAD_REQUEST
    )
    return Problem(kind, headers=dict(error.headers or {}))


TRANSLATED: Mapping[type[Exception], Callable[[Any], Problem]] = {
    StaleVersion: lambda stale: Problem(
        catalogue.STALE_VERSION, more={"version": stale.version}, headers={"ETag": f'"{stale.version}"'}
    ),
    KeyReused: lambda _: Problem(catalogue.KEY_REUSED),
    Overloaded: lambda _: Problem(catalogue.OVERLOADED, headers=_RETRY),
    Unavailable: lambda _: Problem(catalogue.UNAVAILABLE, headers=_RETRY),
    PyMongoError: lambda _: Problem(catalogue.UNAVAILABLE, headers=_RETRY),
    UnreadableStream: lambda _: Problem(catalogue.UNREADABLE_STREAM, headers={"Retry-After": "60"}),
    OutcomeUnknown: lambda _: Problem(catalogue.OUTCOME_UNKNOWN, headers=_RETRY),
    TooLarge: lambda _: Problem(catalogue.COMMAND_TOO_LARGE),
    HTTPException: by_status,
}
"""What the chassis and Starlette raise, as problems."""


def answer(problem: Problem, scope: Scope) -> Response:
    """The response to a request that ends with this problem."""
    language = wanted_language(headers(scope))
    members = document(problem, language, scope.get("chumchon.correlation_id", ""))
    heads = {
        "Content-Language": language,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        **problem.headers,
    }
    if problem.kind.status == 401:  # RFC 9110 §11.6.1: never without, whoever raised it
        challenge = f'Bearer realm="chumchon", error="invalid_token", error_description="{problem.kind.code}"'
        heads.setdefault("WWW-Authenticate", challenge)
    content = json.dumps(members, ensure_ascii=False).encode("utf-8", "backslashreplace")
    return Response(content, problem.kind.status, heads, MEDIA_TYPE)


async def answer_problem(request: Request, error: Exception) -> Response:
    """Starlette's exception handler for `Problem` and for what `TRANSLATED` names."""
    if not isinstance(error, Problem):
        translate = next(TRANSLATED[kind] for kind in type(error).__mro__ if kind in TRANSLATED)
        error = translate(error)
    return answer(error, request.scope)
