"""The page of a register: its things by area, stage, day and word, page by page; and the whole of it as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.chassis.desk import Desk
from services.chassis.pages.asking import ask
from services.chassis.pages.picking import Picking
from services.chassis.pages.shell import Shell, language, log_in
from services.chassis.session import session_of

FILTERS = ("area", "stage", "q", "since_from", "since_to")
ROWS = 50
COLUMNS = 6
"""That a page shows; an export has them all."""


class RegisterPages:
    """The registers of a service."""

    def __init__(self, desk: Desk, shell: Shell, picking: Picking) -> None:
        self._desk, self._shell, self._picking = desk, shell, picking

    async def show(self, request: Request) -> Response:
        """One register."""
        things = self._desk.kinds.get(request.path_params["kind"])
        if things is None or not things.listed:
            return self._shell.page(request, "missing.html", 404, problem=None)
        session = session_of(request)
        if session is None:
            return log_in(request)
        spoken = language(request)
        typed = {name: request.query_params.get(name, "").strip() for name in FILTERS}
        area, unclear = await self._area(typed["area"], session.areas)
        asked = {**typed, "area": area, "limit": str(ROWS), "cursor": request.query_params.get("cursor", "")}
        sent = {name: value for name, value in asked.items() if value}
        answer = await ask(request, "GET", things.many, query=urlencode(sent))
        told: Mapping[str, Any] = answer.told if answer.ok else {"items": [], "next": None}
        filters = {name: value for name, value in sent.items() if name in FILTERS}
        following = dict(parse_qsl((told["next"] or "").removeprefix("?"))).get("cursor", "")
        columns = [column for column in things.columns if column.name not in ("area", "stage", "since")][
            :COLUMNS
        ]
        rows = [
            (
                row,
                await self._picking.called(row["area"], spoken, inner=2),
                [one.shown(row.get(one.name), spoken) for one in columns],
            )
            for row in told["items"]
        ]
        return self._shell.page(
            request, "register.html", answer.status, things=things, columns=columns, rows=rows, typed=typed,
            export=urlencode(filters), moved=told.get("moved", False), unclear=unclear,
            following=urlencode({**filters, "cursor": following}) if following else "",
            problem=None if answer.ok else answer.told, paged=bool(sent.get("cursor")),
            place=await self._picking.called(area, spoken), opens=self._opens(things.name),
        )  # fmt: skip

    async def _area(self, typed: str, mine: tuple[str, ...]) -> tuple[str, str]:
        """The code of what was typed, the reader's own area where nothing was; and a sentence where it is not clear."""
        if not typed:
            return (mine[0] if mine else ""), ""
        if typed.split()[0].isdecimal():
            return typed.split()[0], ""
        found = await self._picking.found(typed, mine)
        return (found[0].code, "") if found else ((mine[0] if mine else ""), typed)

    def _opens(self, kind: str) -> list[Any]:
        """The forms that make a new one."""
        return [one for one in self._desk.kinds[kind].entries if not one.thing]
