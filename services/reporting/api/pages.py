"""The board's page, its event stream, and the three files that it loads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.chassis.days import Day
from services.chassis.http import PUBLIC, AreaFilter, Routes
from services.chassis.problems import Language, Problem, kind
from services.chassis.problems.catalogue import NO_SUCH_ROUTE
from services.chassis.read_models import ReadModels
from services.chassis.thai import Unreadable, arabic_digits, read_date
from services.reporting.api.clock import Clock
from services.reporting.live import Listener, Live, Render, TooManyListeners
from services.reporting.pages import (
    HEADERS,
    Place,
    Rendered,
    Shown,
    assets,
    due_page,
    missing,
    page,
    sections,
)
from services.reporting.views import board, newest_duties
from services.reporting.words import language

TOO_MANY = kind(
    "too-many-listeners", 503, title=("มีผู้ดูพร้อมกันมากเกินไป", "Too many are watching"),
    th="ขณะนี้มีผู้ดูสดเต็มแล้ว หน้าเว็บยังเปิดดูได้ และจะลองเชื่อมต่อใหม่เอง",
    en="No more live streams can be served now. The page itself works, and tries again by itself.",
)  # fmt: skip
Made = Callable[[Shown, Place, datetime], str]
"""A page of a place, now."""

FOR_EVER = "public, max-age=31536000, immutable"


async def shown_at(models: ReadModels, owed: ReadModels, area: str, on: date) -> Shown | None:
    """All that a page shows; None for an area that there is not."""
    found = await board(models, area, on)
    if found is None:
        return None
    async with owed.snapshot() as snapshot:
        return Shown(found, await newest_duties(snapshot, area, on), snapshot.vector)


def renderer(models: ReadModels, owed: ReadModels, clock: Clock) -> Render:
    """What `Live` renders a place with."""

    async def render(place: Place) -> Rendered | None:
        shown = await shown_at(models, owed, place.area, place.on or clock.today())
        return None if shown is None else sections(shown, place, clock.now())

    return render


class EventStream(StreamingResponse):
    """The response of one listener; the listener is left however the connection ends."""

    def __init__(self, listener: Listener) -> None:
        heads = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(listener, headers=heads, media_type="text/event-stream")
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._listener.leave()


Version = Annotated[str, Query(max_length=32)]


def add(routes: Routes, models: ReadModels, owed: ReadModels, live: Live, clock: Clock) -> None:
    """The routes of the board."""

    @routes.query("/", roles=PUBLIC, summary="The board, a page for people")
    async def show(request: Request, area: str = "", on: str = "", lang: str = "") -> Response:
        """Thai unless `lang` or Accept-Language says English. What cannot be read or found has a page, too."""
        return await answered(request, area, on, lang, page)

    @routes.query("/due", roles=PUBLIC, summary="The due list of an area's own office, a page for people")
    async def due(request: Request, area: str = "", on: str = "", lang: str = "") -> Response:
        """All that it owes in the fiscal year of the day, as of the day; the board shows what comes next."""
        return await answered(request, area, on, lang, due_page)

    async def answered(request: Request, area: str, on: str, lang: str, made: Made) -> Response:
        chosen = language(lang, request.headers.get("accept-language", ""))
        code, place = arabic_digits(area.strip()), Place("", chosen)
        day: date | None = None
        if on:
            try:
                day = read_date(on)
            except Unreadable:
                return html(missing(Place("", chosen), wrong_date=True), chosen, 422)
        place = Place(code, chosen, day)
        shown = await shown_at(models, owed, code, day or clock.today()) if _is_code(code) else None
        if shown is None:
            return html(missing(place, code=code[:20]), chosen, 404)
        return html(made(shown, place, clock.now()), chosen)

    @routes.query("/events", roles=PUBLIC, summary="The board's changes, as server-sent events")
    async def events(
        request: Request,
        area: AreaFilter = "",
        on: Day | None = None,
        lang: Language = "th",
        seen: Version = "",
    ) -> EventStream:
        """`event: board` with the sections that changed since version `seen` (or Last-Event-ID); `event: beat` else."""
        last = request.headers.get("last-event-id", "") or seen
        try:
            return EventStream(live.listen(Place(area, lang, on), last))
        except TooManyListeners:
            raise Problem(TOO_MANY, headers={"Retry-After": "10"}) from None

    @routes.query("/static/{name}", roles=PUBLIC, summary="A file of the board's page")
    async def static(name: str, v: Version = "") -> Response:
        """The style, the script and the icon. With its digest as `v` it may be kept for ever."""
        asset = assets().get(name)
        if asset is None:
            raise Problem(NO_SUCH_ROUTE)
        keep = FOR_EVER if v == asset.tag else "no-cache"
        return Response(
            asset.body, headers={"Cache-Control": keep, "ETag": f'"{asset.tag}"'}, media_type=asset.media_type
        )


def html(text: str, language: Language, status: int = 200) -> Response:
    """A page in a language."""
    return Response(text, status, {**HEADERS, "Content-Language": language}, "text/html; charset=utf-8")


def _is_code(text: str) -> bool:
    return len(text) in (0, 2, 4, 6, 8) and (not text or (text.isascii() and text.isdecimal()))
