"""The desk as web pages: a form for every entry, made of its blanks; what is filled in goes through the entry's own route.

Rendered on the server, no script. The token is kept in a cookie that only these pages read (HttpOnly, SameSite=Strict, for
their addresses): the API takes tokens from a header alone, so that no other site can borrow a login.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from email.parser import BytesParser
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.chassis.access import Access
from services.chassis.decider import Actor
from services.chassis.desk.asked import asked
from services.chassis.desk.asking import Stamp, Stream
from services.chassis.desk.desk import Desk
from services.chassis.desk.entry import Entry
from services.chassis.desk.texts import TEXTS
from services.chassis.forms.sheets import MEDIA_TYPE, is_sheet
from services.chassis.forms.template import hint
from services.chassis.http.headers import headers, wanted_language
from services.chassis.known_areas import KnownAreas
from services.chassis.problems import FieldError, Language, Problem, field_errors

HERE = Path(__file__).parent
COOKIE = "desk"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
MOST = 64 * 1024
MOST_FILE = 4 * 1024 * 1024 + MOST
MOST_AREAS = 700
"""Areas offered to choose from: a province has some 600; who has more types the code."""


class Pages:
    """The pages of one service. `parts` are what its look-ups may ask for."""

    def __init__(self, desk: Desk, access: Access, parts: Mapping[type, Any]) -> None:
        self._desk, self._access, self._parts = desk, access, parts

    def routes(self) -> list[Route]:
        """/desk, a page an entry, its file, and the door."""
        return [
            Route("/desk", self.all, methods=["GET"]),
            Route("/desk/desk.css", self.style, methods=["GET"]),
            Route("/desk/sign-in", self.sign_in, methods=["POST"]),
            Route("/desk/{name}", self.one, methods=["GET", "POST"]),
            Route("/desk/{name}/file", self.file, methods=["POST"]),
        ]

    async def style(self, _: Request) -> Response:
        """The one style sheet."""
        return Response((HERE / "templates" / "desk.css").read_text("utf-8"), media_type="text/css")

    async def all(self, request: Request) -> Response:
        """What can be entered here."""
        return self._page(request, "list.html", entries=list(self._desk.entries.values()))

    async def sign_in(self, request: Request) -> Response:
        """Keep a token for these pages. (In production the issuer's own page comes here with a code.)"""
        if not _from_here(request):
            return self._page(request, "list.html", 403, entries=[])
        filled = dict(parse_qsl((await _body(request, MOST)).decode()))
        answer = RedirectResponse(f"{_prefix(request)}/desk?lang={_language(request)}", 303, HEADERS)
        answer.set_cookie(
            COOKIE,
            filled.get("token", "").strip(),
            path=f"{_prefix(request)}/desk",
            httponly=True,
            samesite="strict",
        )
        return answer

    async def one(self, request: Request) -> Response:
        """The form of an entry; filled in, what became of it."""
        entry = self._desk.entries.get(request.path_params["name"])
        if entry is None or not entry.path:
            return self._page(request, "list.html", 404, entries=list(self._desk.entries.values()))
        if request.method == "GET":
            return await self._form(request, entry, dict(request.query_params), key=str(uuid4()))
        if not _from_here(request):
            return await self._form(request, entry, {}, key=str(uuid4()), status=403)
        filled = dict(parse_qsl((await _body(request, MOST)).decode(), keep_blank_values=True))
        key = filled.pop("key", "") or str(uuid4())
        given = {name: value for name, value in filled.items() if value.strip()}
        try:
            typed = entry.form.typed.model_validate(given)
            stream = entry.about(vars(typed), self._parts)
        except ValidationError as error:
            errors = field_errors(error.errors(include_input=False, include_url=False))
            return await self._form(request, entry, filled, key=key, errors=errors, status=422)
        nobody = Stamp(Actor(id="", scopes=()))  # the route fills in who it is
        if errors := entry.mistakes(entry.made(vars(typed), nobody)):
            return await self._form(request, entry, filled, key=key, errors=errors, status=422)
        status, told = await self._sent(request, entry, typed, stream, key)
        if status >= 400:
            errors = [FieldError(e["field"], e["code"], e["th"], e["en"]) for e in told.get("errors", ())]
            return await self._form(
                request, entry, filled, key=key, errors=errors, problem=told, status=status
            )
        return await self._form(request, entry, {}, key=str(uuid4()), done=told)

    async def file(self, request: Request) -> Response:
        """A file of an entry's rows: tried, or handed in."""
        entry = self._desk.entries.get(request.path_params["name"])
        if entry is None or not _from_here(request):
            return self._page(request, "list.html", 404, entries=list(self._desk.entries.values()))
        fields = _parts_of(request.headers.get("content-type", ""), await _body(request, MOST_FILE))
        raw, dry = fields.get("file", b""), fields.get("what") == b"try"
        kind = MEDIA_TYPE if is_sheet(raw) else "text/csv"
        path = f"/v1/imports/{entry.name}"
        status, told = await asked(
            request.app, "POST", path, raw, query="dry_run=true" if dry else "", **self._heads(request, kind)
        )
        return await self._form(
            request, entry, {}, key=str(uuid4()), file={"dry": dry, "status": status, **told}
        )

    async def _sent(
        self, request: Request, entry: Entry, typed: BaseModel, stream: Stream | None, key: str
    ) -> tuple[int, Any]:
        """The filled form as the request that a program would send."""
        values = typed.model_dump(mode="json", exclude_unset=True)
        path = entry.path.format_map({**values, **({entry.thing: stream} if entry.thing else {})})
        body = {name: value for name, value in values.items() if name in entry.form.sent.model_fields}
        heads = self._heads(request, "application/json") | {"idempotency_key": key}
        return await asked(request.app, entry.method, path, json.dumps(body).encode(), **heads)

    def _heads(self, request: Request, kind: str) -> dict[str, str]:
        token = request.cookies.get(COOKIE, "")
        heads = {"content_type": kind, "accept_language": _language(request)}
        return {**heads, "authorization": f"Bearer {token}"} if token else heads

    async def _form(
        self, request: Request, entry: Entry, filled: Mapping[str, str], *, key: str, status: int = 200,
        errors: Sequence[FieldError] = (), problem: Any = None, done: Any = None, file: Any = None,
    ) -> Response:  # fmt: skip
        named = {one.name for one in entry.form.blanks}
        return self._page(
            request, "form.html", status, entry=entry, filled=filled, key=key, problem=problem, done=done, file=file,
            errors={error.field: error for error in errors if error.field in named},
            others=[error for error in errors if error.field not in named],
            areas=await self._areas(request) if any(one.kind == "area" for one in entry.form.blanks) else [],
        )  # fmt: skip

    async def _areas(self, request: Request) -> list[tuple[str, str, str]]:
        """Areas to choose from: code, and names in both languages; those that the caller reaches."""
        known: KnownAreas | None = self._parts.get(KnownAreas)
        token = request.cookies.get(COOKIE, "")
        if known is None or not token:
            return []
        try:
            caller = await self._access.caller(f"Bearer {token}")
        except Problem:
            return []
        return await known.names(caller.scopes, MOST_AREAS)

    def _page(self, request: Request, template: str, status: int = 200, **known: Any) -> Response:
        language = _language(request)

        def t(text: str) -> str:
            return TEXTS[text][0 if language == "th" else 1]

        made = _environment().get_template(template).render(
            known, t=t, lang=language, prefix=_prefix(request), service=self._desk.routes.name, hint=hint,
            signed_in=bool(request.cookies.get(COOKIE)), here=request.url.path,
        )  # fmt: skip
        return HTMLResponse(made, status, HEADERS)


def _language(request: Request) -> Language:
    chosen = request.query_params.get("lang", "")
    return chosen if chosen in ("th", "en") else wanted_language(headers(request.scope))  # type: ignore[return-value]


def _prefix(request: Request) -> str:
    """The gateway's part of the address, "" without one."""
    return request.headers.get("x-forwarded-prefix", "")


def _from_here(request: Request) -> bool:
    """A browser says where a form was sent from; no other site's is taken."""
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")


async def _body(request: Request, most: int) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            return b""
        pieces.append(piece)
    return b"".join(pieces)


def _parts_of(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a form with a file (multipart/form-data)."""
    message = BytesParser().parsebytes(
        b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + body
    )
    found: dict[str, bytes] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = content
    return found


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
