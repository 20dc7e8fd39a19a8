"""The desk as web pages: registers, things, forms, files and the work of an officer, made of what a service declares.

Rendered on the server; one small script makes them handier and none of them needs it. A page asks its service's own routes, as
the reader, so that rights, keys, refusals and fields are the API's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.desk import Desk
from services.chassis.known_areas import KnownAreas
from services.chassis.pages.files import FilePages
from services.chassis.pages.forms import Forms
from services.chassis.pages.picking import Picking
from services.chassis.pages.registers import RegisterPages
from services.chassis.pages.shell import Shell, asset, log_in
from services.chassis.pages.things import ThingPages
from services.chassis.pages.work import WorkPages
from services.chassis.parts import nothing_put_aside
from services.chassis.service import Built, Parts
from services.chassis.session import session_of

__all__ = ["Pages", "pages_of"]


def pages_of(built: Built | None, known: Mapping[type, Any]) -> list[BaseRoute]:
    """All pages of a service: its own, then those of its desk; `known` are its parts, by type."""
    if built is None:
        return []
    style = Route("/desk/static/{name}", asset, methods=["GET"])
    return [style, *built.pages, *(Pages(built.desk, known).routes() if built.desk else ())]


class Pages:
    """The pages of one service. `known` are its parts, by type."""

    def __init__(self, desk: Desk, known: Mapping[type, Any]) -> None:
        self._desk, self._shell = desk, Shell(desk.routes.name)
        picking = Picking(desk, known.get(KnownAreas))
        self._picking = picking
        self._forms = Forms(desk, self._shell, picking, known)
        self._files = FilePages(desk, self._shell)
        self._registers = RegisterPages(desk, self._shell, picking)
        parts: Parts | None = known.get(Parts)
        self._things = ThingPages(desk, self._shell, picking, parts.put_aside if parts else nothing_put_aside)
        imports = parts.views.get(f"{desk.routes.name}.imports") if parts else None
        self._work = WorkPages(desk, self._shell, picking, imports)

    def routes(self) -> list[Route]:
        """All of them; the form of a command last, at its name."""
        get, post = ["GET"], ["POST"]
        return [
            Route("/desk", self.elsewhere, methods=get),
            Route("/desk/all", self.all, methods=get),
            Route("/desk/work", self._work.show, methods=get),
            Route("/desk/pick/area", self._picking.area, methods=get),
            Route("/desk/pick/{kind}", self._picking.thing, methods=get),
            Route("/desk/register/{kind}", self._registers.show, methods=get),
            Route("/desk/thing/{id}", self._things.show, methods=get),
            Route("/desk/file/{name}", self._files.show, methods=get),
            Route("/desk/file/{name}", self._files.send, methods=post),
            Route("/desk/import/{id}", self._files.progress, methods=get),
            Route("/desk/{name}", self._forms.show, methods=get),
            Route("/desk/{name}", self._forms.enter, methods=post),
        ]

    async def elsewhere(self, _: Request) -> Response:
        """The first page is the site's: the work of the reader at all services."""
        return RedirectResponse("/desk", 303)

    async def all(self, request: Request) -> Response:
        """Everything that the reader can look at and enter at this service."""
        session = session_of(request)
        if session is None:
            return log_in(request)
        mine = [
            one
            for one in self._desk.entries.values()
            if not {str(role) for role in one.roles}.isdisjoint(session.roles)
        ]
        return self._shell.page(
            request, "all.html", kinds=[one for one in self._desk.kinds.values() if one.listed],
            forms=[one for one in mine if one.path and not one.thing], files=mine,
        )  # fmt: skip
