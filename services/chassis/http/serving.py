"""One route as Starlette serves it: who may, what was sent, the function, the response. The path of every request.

FastAPI makes the OpenAPI from it; its dependency machinery is not in the way: authorised before a byte of the body is
read, parsed by pydantic from bytes, answered in bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from services.chassis.access import Access, Caller
from services.chassis.http import headers as heads
from services.chassis.http.body import Body, require_kind
from services.chassis.http.openapi import described, stand_in
from services.chassis.http.pages import Paging
from services.chassis.http.reading import NotModified, Seen
from services.chassis.http.routes import Declared
from services.chassis.http.run import Handler, Run
from services.chassis.http.signature import inputs, parsed, refuse
from services.chassis.problems import FieldError, Problem
from services.chassis.problems.catalogue import ROLE_MISSING
from services.chassis.session.pages import to_log_in


class ServedRoute(APIRoute):
    """A declared route, served."""

    def __init__(
        self,
        service: str,
        declared: Declared,
        access: Access | None,
        handler: Handler | None,
        parts: Mapping[type, Any],
    ) -> None:
        self.declared = declared
        self._template = f"{declared.method} {declared.path}"
        self._answer = None if declared.answers is None else TypeAdapter(declared.answers)
        needs_handler = Run in declared.takes.given.values()
        if (access is None and not declared.public) or (handler is None and needs_handler):
            raise TypeError(f"{declared} needs access= and handler=")
        if missing := set(declared.takes.parts.values()) - parts.keys():
            raise TypeError(f"{declared} needs {', '.join(sorted(str(part) for part in missing))} in parts=")
        self._parts = {name: parts[kind] for name, kind in declared.takes.parts.items()}
        self._access: Any = access
        self._handler: Any = handler
        super().__init__(
            declared.path,
            stand_in(declared),
            methods=[declared.method],
            name=declared.function.__name__,
            status_code=declared.status,
            **described(declared, service),
        )

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """A HEAD is a GET: the server leaves the body out (RFC 9110 §9.3.2)."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            return super().matches({**scope, "method": "GET"})
        return super().matches(scope)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if ("GET" if scope["method"] == "HEAD" else scope["method"]) != self.declared.method:
            raise HTTPException(405)
        answered = self._command if self.declared.command else self._query
        try:
            response = await answered(scope, receive)
        except Problem as problem:
            given = heads.headers(scope)
            instead = to_log_in(problem, scope["method"], scope["path"], scope["query_string"], given)
            if instead is None:
                raise
            response = instead
        await response(scope, receive, send)

    async def _command(self, scope: Scope, receive: Receive) -> Response:
        declared, takes = self.declared, self.declared.takes
        given = heads.headers(scope)
        sent = Body(scope, given, receive, declared.limit)
        caller = await self._caller(scope, given, sent)
        run = Run(
            caller=caller,
            route=self._template,
            key=heads.idempotency_key(given),
            expected_versions=heads.expected_versions(given),
            correlation_id=scope["chumchon.correlation_id"],
            traceparent=heads.traceparent(given),
            status=declared.status,
            handler=self._handler,
        )
        scope["chumchon.idempotency_key"] = run.key
        errors: list[FieldError] = []
        arguments: dict[str, Any] = {}
        if takes.body:
            require_kind(given, declared.consumes)
            content = await sent.read()
            arguments[takes.body] = content if takes.model is None else parsed(takes.model, content, errors)
        self._fill(arguments, scope, errors, caller)
        for name, kind in takes.given.items():
            arguments[name] = (
                run if kind is Run else caller if kind is Caller else Request(scope, sent.receive)
            )
        return self._answered(await declared.function(**arguments), {"Cache-Control": "no-store"})

    async def _query(self, scope: Scope, receive: Receive) -> Response:
        declared, takes = self.declared, self.declared.takes
        given = heads.headers(scope)
        sent = Body(scope, given, receive, 0)
        caller = None if declared.public else await self._caller(scope, given, sent)
        seen = Seen(given, declared.keep)
        arguments: dict[str, Any] = {}
        self._fill(arguments, scope, [], caller)
        for name, kind in takes.given.items():
            if kind is Paging:
                limit, cursor = arguments.pop("limit"), arguments.pop("cursor")
                arguments[name] = Paging(scope["path"], scope["query_string"], limit, cursor)
            else:
                arguments[name] = (
                    seen if kind is Seen else caller if kind is Caller else Request(scope, receive)
                )
        try:
            result = await declared.function(**arguments)
        except NotModified:
            return seen.not_modified()
        return self._answered(result, seen.headers)

    def _answered(self, result: Any, headers: Mapping[str, str]) -> Response:
        if isinstance(result, Response):
            for name, value in headers.items():
                result.headers.setdefault(name, value)
            return result
        content = b"" if self._answer is None else self._answer.dump_json(result, by_alias=True)
        return Response(content, self.declared.status, headers, "application/json")

    async def _caller(self, scope: Scope, given: heads.Headers, sent: Body) -> Caller:
        caller: Caller = await self._access.enter(scope["method"], given, sent.form_field)
        bind_contextvars(actor=caller.actor)
        roles = self.declared.roles
        if roles.isdisjoint(caller.roles):
            challenge = 'Bearer realm="chumchon", error="insufficient_scope"'
            raise Problem(
                ROLE_MISSING, more={"roles": sorted(roles)}, headers={"WWW-Authenticate": challenge}
            )
        return Caller(caller.actor, caller.roles, caller.scopes, scope["chumchon.correlation_id"])

    def _fill(
        self, arguments: dict[str, Any], scope: Scope, errors: list[FieldError], caller: Caller | None
    ) -> None:
        """Add the path's and the query's values and the service's parts; refuse what is wrong or out of reach."""
        declared, takes = self.declared, self.declared.takes
        found: Mapping[str, Any] = {}
        if takes.inputs is not None or scope["query_string"]:
            strict = declared.answers is not None
            found = inputs(takes, scope["path_params"], scope["query_string"], errors, strict=strict)
        refuse(errors)
        if caller is not None and declared.reach.parameter:
            caller.require_area(found[declared.reach.parameter] or "")
        arguments.update(found)
        arguments.update(self._parts)
