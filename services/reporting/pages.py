"""The board as HTML: whole pages, and the sections that the live updates swap. Rendering only; no I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.areas import AreaLevel
from services.chassis.pages.shell import links
from services.chassis.pages.texts import PLACES
from services.chassis.problems import Language
from services.chassis.read_models import Vector
from services.reporting.tiles import STEPS, bar, groups, stack, tiles, units
from services.reporting.views import Board, Duties, to_do
from services.reporting.views.said import said_of, still_waiting
from services.reporting.words import GEOTHAI, Words

HERE = Path(__file__).parent
SECTIONS = ("fresh", "headline", "members", "coverage", "growth", "funds", "producers", "duties")
"""The parts of the page that change while it is open, each one template and one element."""

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Language",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a page shows: an area, in a language, as of a day (None: today, whatever day that is)."""

    area: str
    lang: Language
    on: date | None = None

    def link(self, path: str = "./", **changes: str) -> str:
        """A link to this place, or one changed in `area`, `lang` or `on`; relative, so that a gateway may add a path."""
        parts = {"area": self.area, "on": self.on.isoformat() if self.on else "", "lang": self.lang} | changes
        return f"{path}?{urlencode({name: value for name, value in parts.items() if value})}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The sections of a place at one moment; `version` is a digest of them."""

    sections: Mapping[str, str]
    version: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page is made of: the board of an area, and the reports that are owed there, each from its own snapshot."""

    board: Board
    owed: Duties
    owed_at: Vector

    @property
    def newest(self) -> datetime | None:
        """When the newest shown fact was recorded, UTC; None: nothing yet."""
        known = [moment for moment in (self.board.newest, self.owed_at.newest) if moment]
        return max(known, default=None)


def sections(shown: Shown, place: Place, now: datetime) -> Rendered:
    """Render each section once. `now` is UTC and only words the ages; it is no part of the version.

    Nor is the newest fact of all, on the page of another day: it changes when that day's own numbers do.
    """
    known = _context(shown, place, now)
    made = {name: _section(name, known) for name in SECTIONS}
    told = {**made, "fresh": "" if place.on else str(shown.newest)}
    digest = hashlib.sha256("\x00".join(told.values()).encode()).hexdigest()[:16]
    return Rendered(made, digest)


def page(shown: Shown, place: Place, now: datetime, made: Rendered) -> str:
    """The whole page of a place, around sections that were made before; only the ages are worded now."""
    known = _context(shown, place, now)
    parts = {**made.sections, "fresh": _section("fresh", known)}
    told = {name: Markup(html) for name, html in parts.items()}  # noqa: S704 - ours, escaped inside
    template = _environment().get_template("empty.html" if shown.board.empty else "board.html")
    return template.render(known, sections=told, version=made.version)


def _section(name: str, known: Mapping[str, Any]) -> str:
    return _environment().get_template(f"_{name}.html").render(known)


def due_page(shown: Shown, place: Place, now: datetime) -> str:
    """The whole due list of an area's own office; the board has the beginning of it."""
    known = _context(shown, place, now)
    waiting = still_waiting(shown.board.area.code, shown.board.on, shown.owed.rows, place.lang)
    return _environment().get_template("due.html").render(known | {"here": "due", "waiting": waiting})


def missing(place: Place, *, code: str = "", wrong_date: bool = False) -> str:
    """A page for an area that does not exist, or for a date that cannot be read."""
    known = _words(replace(place, area=""))
    return _environment().get_template("missing.html").render(known, code=code, wrong_date=wrong_date)


def _words(place: Place) -> dict[str, Any]:
    return {
        "t": Words(place.lang), "place": place, "lang": place.lang, "static": asset_links(), "site_places": PLACES,
        "site_css": links()["site.css"].lstrip("/"), "site_icon": links()["favicon.svg"].lstrip("/"),
    }  # fmt: skip


def _context(shown: Shown, place: Place, now: datetime) -> dict[str, Any]:
    board = shown.board
    return _words(place) | {
        "newest": shown.newest,
        "owed": shown.owed,
        "own": (own := [row for row in shown.owed.rows if row.area == board.area.code]),
        "to_do": to_do(own),
        "units": units(board, shown.owed),
        "said_of": lambda row: said_of(row, place.lang),
        "stack": stack,
        "board": board,
        "area": board.area,
        "now": now,
        "level": AreaLevel,
        "groups": groups(board),
        "tiles": tiles,
        "bar": bar,
        "steps": STEPS,
        "geothai": GEOTHAI,
        "most": max((row.count.members for row in board.members.rows), default=0),
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page loads; `tag` is a digest of it and part of its link, so it may be kept for ever."""

    name: str
    body: bytes
    media_type: str
    tag: str


_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def assets() -> Mapping[str, Asset]:
    """The style, the script and the icon, by name; read once."""
    found = {}
    for file in sorted((HERE / "static").iterdir()):
        if media_type := _TYPES.get(file.suffix):
            body = file.read_bytes()
            found[file.name] = Asset(file.name, body, media_type, hashlib.sha256(body).hexdigest()[:12])
    return found


@cache
def edition() -> str:
    """A digest of the frame that all pages have: a new release is another page, also around the same numbers."""
    files = (*(HERE / "templates").iterdir(), *(HERE / "static").iterdir(), HERE / "texts.py")
    own = [file.read_bytes() for file in sorted(files) if file.is_file()]
    shared = repr((sorted(links().items()), PLACES)).encode()
    return hashlib.sha256(b"\x00".join((*own, shared))).hexdigest()[:8]


@cache
def asset_links() -> Mapping[str, str]:
    """`board.css` → `static/board.css?v=…`."""
    return {asset.name: f"static/{asset.name}?v={asset.tag}" for asset in assets().values()}
