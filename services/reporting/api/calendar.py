"""`due.ics`: the deadlines of an area's own office as they stand, moved ones too, for a calendar that subscribes to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from starlette.requests import Request
from starlette.responses import Response

from services.chassis.days import BANGKOK, Day
from services.chassis.http import PUBLIC, AreaFilter, Routes, Seen
from services.reporting.api.boards import Boards
from services.reporting.api.clock import Clock
from services.reporting.api.pages import html
from services.reporting.catalogue.due.basis import Basis
from services.reporting.pages import HEADERS, Place, missing
from services.reporting.plan.calendar_file import Entry, calendar_file, category, uid, words
from services.reporting.plan.names import KINDS, Lang, in_language
from services.reporting.plan.promised import basis, catalogue_of, report
from services.reporting.views import Duty
from services.reporting.views.duty import OWED
from services.reporting.views.said import said_of
from services.reporting.words import Words, language

_HEADERS = {"Content-Disposition": 'inline; filename="due.ics"'}


def add(routes: Routes, boards: Boards, clock: Clock) -> None:
    """The route."""

    @routes.query("/due.ics", roles=PUBLIC, summary="The deadlines of an area's own office, as a calendar")
    async def due_calendar(
        request: Request, seen: Seen, area: AreaFilter = "", on: Day | None = None, lang: str = ""
    ) -> Response:
        """RFC 5545. A moved deadline has its SEQUENCE and LAST-MODIFIED; a lifted one is cancelled; what was handed in
        stays without its reminder. Thai, unless `lang` or Accept-Language says English."""
        chosen = language(lang, request.headers.get("accept-language", ""))
        shown = await boards.shown(area, on or clock.today())
        if shown is None:
            return html(missing(Place(area, chosen, on), code=area), chosen, 404)
        t = Words(chosen)
        rows = (row for row in shown.owed.rows if row.area == area)
        entries = [found for row in rows if (found := _entry(row, chosen)) is not None]
        title = f"{t('duties')} {t.full_name(shown.board.area)}"
        seen.headers["Vary"] = HEADERS["Vary"]
        seen.digest(
            hashlib.sha256(repr((title, entries)).encode()).hexdigest()[:20]
        )  # all but when it was made
        made = calendar_file(title, entries, clock.now())
        heads = {**_HEADERS, "Content-Language": chosen}
        return Response(made, headers=heads, media_type="text/calendar; charset=utf-8")


def _entry(row: Duty, lang: Lang) -> Entry | None:
    """None for what never had a day."""
    day = row.due_on or row.last_due
    if day is None:
        return None
    known = report(row.report, row.fiscal_year)
    return Entry(
        uid=uid(row.id),
        due=day,
        name=said_of(row, lang).name,
        kind=category(known, lang) if known else in_language(KINDS["report"], lang),
        told=tuple(_told(row, day, lang)),
        sequence=row.moves,
        modified=row.changed_at or datetime.combine(row.scheduled_on, time(), BANGKOK).astimezone(UTC),
        cancelled=row.due_on is None,
        open=row.status in OWED,
    )


def _told(row: Duty, day: date, lang: Lang) -> Iterator[str]:
    t = Words(lang)
    known = report(row.report, row.fiscal_year)
    if known is not None:
        rests = basis(row.report, row.fiscal_year, day) or Basis.SET
        yield from words(known, catalogue_of(row.fiscal_year), day, rests, lang)
    if row.moves and row.first_due and row.first_due != row.due_on:
        yield t("duty-moved", day=t.day(row.first_due))
    yield t(f"duty-{row.status}")
