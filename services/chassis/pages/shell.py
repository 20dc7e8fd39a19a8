"""What every page of the desk shares: its frame, its language, its style, script and font, and where a form may be sent from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.chassis.forms.template import hint
from services.chassis.http.headers import headers, wanted_language
from services.chassis.pages.texts import PLACES, TEXTS
from services.chassis.pages.words import Spoken
from services.chassis.problems import Language
from services.chassis.session import CSRF_FIELD, session_of
from services.chassis.session.places import asked_for, login_for

HERE = Path(__file__).parent
LANGUAGE = "chumchon-lang"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language, Cookie",
}
FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".ttf": "font/ttf",
    ".svg": "image/svg+xml",
}
FONTS = ("Sarabun-Regular.ttf", "Sarabun-Bold.ttf")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the pages load; `tag` is a digest of it and part of its link, so it may be kept for ever."""

    body: bytes
    media_type: str
    tag: str


class Shell:
    """Renders the pages of one service, of these templates and of some of its own."""

    def __init__(self, service: str, templates: Path | None = None) -> None:
        self.service = service
        self._environment = _environment(templates)

    def page(
        self,
        request: Request,
        template: str,
        status: int = 200,
        *,
        cookies: tuple[str, ...] = (),
        **known: Any,
    ) -> Response:
        """A page of the site, in the reader's language; `cookies` are further Set-Cookie headers."""
        spoken = language(request)

        def t(text: str) -> str:
            return TEXTS[text][0 if spoken == "th" else 1]

        def said(error: Any) -> str:
            told: Mapping[str, str] = error if isinstance(error, Mapping) else vars_of(error)
            return told.get(spoken) or told.get("th", "")

        def called(pair: Any) -> str:
            """A label, or a pair of names."""
            return str(pair.said(spoken) if hasattr(pair, "said") else pair[0 if spoken == "th" else 1])

        session = session_of(request)
        made = self._environment.get_template(template).render(
            {**known}, t=t, said=said, called=called, lang=spoken, prefix=prefix(request), service=self.service, hint=hint, places=PLACES,
            session=session, csrf=session.csrf_token if session else "", csrf_field=CSRF_FIELD, here=request.url.path,
            query=dict(request.query_params), static=links(), words=Spoken(spoken), read_day=date.fromisoformat,
            read_moment=datetime.fromisoformat,
        )  # fmt: skip
        answer = HTMLResponse(made, status, {**HEADERS, "Content-Language": spoken})
        if request.query_params.get("lang") in ("th", "en"):
            answer.set_cookie(LANGUAGE, spoken, max_age=31_536_000, samesite="lax", httponly=True)
        for cookie in cookies:
            answer.headers.append("Set-Cookie", cookie)
        return answer


async def asset(request: Request) -> Response:
    """A style, the script or a font, which every page of the site loads."""
    found = assets().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    kept = FOR_EVER if request.query_params.get("v") == found.tag else "no-cache"
    return Response(found.body, headers={"Cache-Control": kept}, media_type=found.media_type)


def log_in(request: Request) -> Response:
    """The way to the log-in, which comes back to this page."""
    return RedirectResponse(login_for(address(request)), 303, {"Cache-Control": "no-store", "Vary": "Cookie"})


def address(request: Request) -> str:
    """The page's address as the browser knows it."""
    return asked_for(request.url.path, request.url.query.encode(), headers(request.scope))


def language(request: Request) -> Language:
    """As it was chosen, now or before; else the browser's, Thai by default."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE)):
        if chosen == "th":
            return "th"
        if chosen == "en":
            return "en"
    return wanted_language(headers(request.scope))


def prefix(request: Request) -> str:
    """The gateway's part of the address, "" without one."""
    told = request.headers.get("x-forwarded-prefix", "")
    return told if told.startswith("/") and told[1:].isalpha() else ""


def vars_of(error: Any) -> Mapping[str, str]:
    """Both sentences of something that has them."""
    return {"th": error.th, "en": error.en}


@cache
def assets() -> Mapping[str, Asset]:
    """By name; read once. The fonts are the wheel's, so that every machine shows the same."""
    found = {file.name: file.read_bytes() for file in (HERE / "static").iterdir()}
    found |= {name: files("fontpkg_sarabun").joinpath("files", name).read_bytes() for name in FONTS}
    for name in FONTS:  # the style sheet names them by their digests, too
        found["site.css"] = found["site.css"].replace(
            f"{name}?v=".encode(), f"{name}?v={_tag(found[name])}".encode()
        )
    return {name: Asset(body, _TYPES[Path(name).suffix], _tag(body)) for name, body in found.items()}


@cache
def links() -> Mapping[str, str]:
    """`site.css` → `desk/static/site.css?v=…`, from the root of the service."""
    return {name: f"/desk/static/{name}?v={asset.tag}" for name, asset in assets().items()}


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]


@cache
def _environment(own: Path | None = None) -> Environment:
    return Environment(
        loader=FileSystemLoader([HERE / "templates", *([own] if own else [])]), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
