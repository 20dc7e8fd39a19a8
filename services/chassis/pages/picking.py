"""Choosing by name: an area by what it is called, a thing by its number or its name; for a page's script and without it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from contracts.areas import parents
from services.chassis.desk import Desk
from services.chassis.forms import Form
from services.chassis.known_areas import KnownAreas, Named
from services.chassis.pages.asking import ask
from services.chassis.pages.shell import language
from services.chassis.problems import FieldError
from services.chassis.session import session_of
from services.chassis.thai import arabic_digits

OFFERED = 12
"""Choices that a list offers."""


class Picking:
    """What can be picked at a service."""

    def __init__(self, desk: Desk, areas: KnownAreas | None) -> None:
        self._desk, self._areas = desk, areas

    async def area(self, request: Request) -> Response:
        """Areas that the reader reaches whose name or code has what was typed: `[{"value", "label"}]`."""
        session = session_of(request)
        if session is None or self._areas is None:
            return JSONResponse([], 401 if session is None else 200)
        found = await self._areas.find(request.query_params.get("q", ""), session.areas, OFFERED)
        spoken = language(request)
        offered = [{"value": one.code, "label": await self.called(one.code, spoken)} for one in found]
        return JSONResponse(offered, headers={"Cache-Control": "no-store"})

    async def thing(self, request: Request) -> Response:
        """Things of the service of a kind, by number or name: `[{"value", "label"}]`."""
        things = self._desk.kinds.get(request.path_params["kind"])
        if things is None or not things.listed:
            return JSONResponse([], 404)
        query = urlencode({"q": request.query_params.get("q", ""), "limit": OFFERED})
        answer = await ask(request, "GET", things.many, query=query)
        if not answer.ok:
            return JSONResponse([], answer.status)
        spoken = language(request)
        offered = [
            {"value": one["id"], "label": " · ".join(_words(things, one, spoken))}
            for one in answer.told["items"]
        ]
        return JSONResponse(offered, headers={"Cache-Control": "no-store"})

    async def found(self, text: str, scopes: tuple[str, ...]) -> list[Named]:
        """Areas in these scopes that are called so, the best match first."""
        return await self._areas.find(text, scopes, OFFERED) if self._areas is not None else []

    async def called(self, code: str, spoken: str, *, inner: int = 9) -> str:
        """The name of an area, from the outside in: ลำพูน › เมืองลำพูน › ในเมือง, or its `inner` parts alone; its code where it is
        not known."""
        if self._areas is None or not code:
            return code
        names = [await self._areas.named(one) for one in (*parents(code)[1:], code)]
        known = [one.th if spoken == "th" else one.en for one in names if one is not None]
        return " › ".join(known[-inner:]) or code

    async def codes(
        self, request: Request, form: Form[Any], given: Mapping[str, str]
    ) -> tuple[dict[str, str], list[FieldError]]:
        """What was typed, with the code of each area that was typed by name; and names that say none or several."""
        found, errors = dict(given), list[FieldError]()
        session = session_of(request)
        for blank in form.blanks:
            text = given.get(blank.name, "").strip()
            if blank.kind != "area" or blank.many or not text or self._areas is None or session is None:
                continue
            first = text.split()[0]  # `51010101 ลำพูน › …`, as it was offered
            if arabic_digits(first).isdecimal():
                found[blank.name] = first
                continue
            several = await self._areas.find(text, session.areas, OFFERED)
            exact = [one for one in several if text in (one.th, one.en)] or several
            if len(exact) == 1:
                found[blank.name] = exact[0].code
            else:
                errors.append(_unclear(blank.name, exact))
        return found, errors


def _unclear(field: str, found: list[Named]) -> FieldError:
    if not found:
        return FieldError(field, "area-not-found", "ไม่พบพื้นที่ชื่อนี้ในเขตของท่าน", "No area of yours is called so.")
    told = ", ".join(f"{one.th} ({one.code})" for one in found)
    return FieldError(
        field,
        "area-unclear",
        f"มีหลายพื้นที่ชื่อนี้ กรุณาพิมพ์รหัส: {told}",
        f"Several areas are called so; type a code: {told}",
    )


def _words(things: Any, row: Mapping[str, Any], spoken: Any) -> list[str]:
    """What tells one thing from another: its first columns that say something."""
    told = [column.shown(row.get(column.name), spoken) for column in things.columns]
    return [text for text in told if text][:4]
