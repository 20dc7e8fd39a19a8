"""The board's page, its event stream, and the three files that it loads."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from services.chassis.days import Day
from services.chassis.http import PUBLIC, AreaFilter, Routes, Seen
from services.chassis.problems import Language, Problem, kind
from services.chassis.problems.catalogue import NO_SUCH_ROUTE
from services.chassis.thai import Unreadable, arabic_digits, read_date
from services.reporting.api.area import NO_SUCH_AREA
from services.reporting.api.boards import Boards
from services.reporting.api.clock import Clock
from services.reporting.live import Listener, Live, TooManyListeners
from services.reporting.pages import HEADERS, Place, assets, edition, missing, page
from services.reporting.words import language

TOO_MANY = kind(
    "too-many-listeners", 503, title=("มีผู้ดูพร้อมกันมากเกินไป", "Too many are watching"),
    th="ขณะนี้มีผู้ดูสดเต็มแล้ว หน้าเว็บยังเปิดดูได้ และจะลองเชื่อมต่อใหม่เอง",
    en="No more live streams can be served now. The page itself works, and tries again by itself.",
)  # fmt: skip
NOT_LIVE = kind(
    "not-live", 422, title=("วันนี้เท่านั้นที่ดูสดได้", "Only today is live"),
    th="หน้าย้อนหลังไม่มีการปรับข้อมูลสด เปิดหน้าใหม่เพื่อดูข้อมูลล่าสุดของวันนั้น",
    en="The page of another day has no live updates: load it again for what is known of that day now.",
)  # fmt: skip

FOR_EVER = "public, max-age=31536000, immutable"


class EventStream(StreamingResponse):
    """The response of one listener; the listener is left however the connection ends."""

    media_type = "text/event-stream"

    def __init__(self, listener: Listener) -> None:
        heads = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(listener, headers=heads)
        self._listener = listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "HEAD":
                await Response(headers=self.headers)(scope, receive, send)
                return
            await super().__call__(scope, receive, send)
        finally:
            self._listener.leave()


Version = Annotated[str, Query(max_length=32)]


def add(routes: Routes, boards: Boards, live: Live, clock: Clock) -> None:
    """The routes of the board."""

    @routes.query("/", roles=PUBLIC, summary="The board, a page for people")
    async def show(
        request: Request, seen: Seen, area: str = "", on: str = "", lang: str = ""
    ) -> HTMLResponse:
        """Thai unless `lang` or Accept-Language says English. What cannot be read or found has a page, too."""
        place = _place(request, area, on, lang, clock)
        if isinstance(place, HTMLResponse):
            return place
        made = await boards.made(place) if _is_code(place.area) else None
        if made is None:
            return _missing(place)
        seen.headers["Vary"] = HEADERS["Vary"]
        seen.digest(f"{made.rendered.version}.{edition()}")
        return html(page(made.shown, place, clock.now(), made.rendered), place.lang)

    @routes.query("/due", roles=PUBLIC, summary="The due list of an area's own office, a page for people")
    async def due(request: Request, seen: Seen, area: str = "", on: str = "", lang: str = "") -> HTMLResponse:
        """All that it owes in the fiscal year of the day, as of the day; the board shows what comes next."""
        place = _place(request, area, on, lang, clock)
        if isinstance(place, HTMLResponse):
            return place
        text = await boards.due(place) if _is_code(place.area) else None
        if text is None:
            return _missing(place)
        seen.headers["Vary"] = HEADERS["Vary"]
        seen.digest(hashlib.sha256(text.encode()).hexdigest()[:20])
        return html(text, place.lang)

    @routes.query("/events", roles=PUBLIC, summary="The board's changes, as server-sent events")
    async def events(
        request: Request,
        area: AreaFilter = "",
        on: Day | None = None,
        lang: Language = "th",
        seen: Version = "",
    ) -> EventStream:
        """`event: board` with the sections that changed since version `seen` (or Last-Event-ID); `event: beat` else.

        Of areas that there are, and of today: another day is refused (422).
        """
        if on not in (None, clock.today()):
            raise Problem(NOT_LIVE)
        place, last = Place(area, lang), request.headers.get("last-event-id", "") or seen
        if live.full:  # before anything is made for somebody who is turned away
            raise Problem(TOO_MANY, headers={"Retry-After": "10"})
        if not live.watched(place) and await boards.made(place) is None:
            raise Problem(NO_SUCH_AREA)
        try:
            return EventStream(live.listen(place, last))
        except TooManyListeners:
            raise Problem(TOO_MANY, headers={"Retry-After": "10"}) from None

    @routes.query("/static/{name}", roles=PUBLIC, summary="A file of the board's page")
    async def static(name: str, seen: Seen, v: Version = "") -> Response:
        """The style, the script and the icon. With its digest as `v` it may be kept for ever."""
        asset = assets().get(name)
        if asset is None:
            raise Problem(NO_SUCH_ROUTE)
        if v == asset.tag:
            seen.headers["Cache-Control"] = FOR_EVER
        seen.digest(asset.tag)
        return Response(asset.body, media_type=asset.media_type)


def html(text: str, language: Language, status: int = 200) -> HTMLResponse:
    """A page in a language; one that says what is wrong is kept by nobody."""
    heads = {**HEADERS, "Content-Language": language}
    return HTMLResponse(text, status, heads if status == 200 else {**heads, "Cache-Control": "no-store"})


def _place(request: Request, area: str, on: str, lang: str, clock: Clock) -> Place | HTMLResponse:
    """What is asked for, as people type it; or the page that says that the day cannot be read."""
    chosen = language(lang, request.headers.get("accept-language", ""))
    try:
        day = read_date(on) if on else None
    except Unreadable:
        return html(missing(Place("", chosen), wrong_date=True), chosen, 422)
    return Place(arabic_digits(area.strip()), chosen, None if day == clock.today() else day)


def _missing(place: Place) -> HTMLResponse:
    return html(missing(place, code=place.area[:20]), place.lang, 404)


def _is_code(text: str) -> bool:
    return len(text) in (0, 2, 4, 6, 8) and (not text or (text.isascii() and text.isdecimal()))
