"""The register of a kind of thing: pages of it, or the whole list as a file."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AfterValidator, BaseModel, Field
from starlette.requests import Request

from services.chassis.days import Day
from services.chassis.forms.sheets import MEDIA_TYPE as XLSX
from services.chassis.http.filters import AreaFilter
from services.chassis.http.pages import Paging
from services.chassis.http.reading import Seen
from services.chassis.http.routes import Routes, within
from services.chassis.http.signature import Part
from services.chassis.parts import Parts
from services.chassis.read_models import Row, Vector
from services.chassis.sent import impersonal
from services.chassis.things.address import Address
from services.chassis.things.asked import Asked
from services.chassis.things.exporting import Format, sent
from services.chassis.things.kind import Kind
from services.chassis.things.view import ITS, ON

ORDER = ("area", "subject")
"""Of things that stay where they are this is for ever: what changes while somebody turns pages is neither lost nor twice."""


class Positions(BaseModel):
    """Up to where the view had read: topic → partition → position, and when the newest of it was recorded."""

    positions: dict[str, dict[int, int]]
    newest: datetime | None


class Listed(BaseModel):
    """A page of a register. `moved` is true where anything was recorded since its first page: begin again to be sure."""

    items: list[dict[str, Any]]
    next: str | None = Field(examples=["?limit=100&cursor=WyI1MSJd"])
    moved: bool
    seen: Positions


def serve_list(routes: Routes, kind: Kind, readers: frozenset[Any]) -> None:
    """Declare the route."""
    address, view = Address(kind), f"{routes.name}.things"

    async def several(
        paging: Paging, seen: Seen, parts: Any, request: Request, area: str, q: str | None,
        since_from: date | None, since_to: date | None, format: Format | None, stage: Any = None,  # noqa: A002 - the address's word
    ) -> Any:  # fmt: skip
        asked = Asked(area, None if stage is None else stage.value, since_from, since_to, q or "")
        wanted = format or _accepted(request.headers.get("accept", ""))
        seen.headers["Vary"] = "Accept"
        question = {"where": asked.where(), "either": asked.either(kind), "order": ORDER}
        async with parts.views[view].snapshot() as snapshot:
            seen.vector(snapshot.vector, wanted)
            if wanted != "json":
                return await sent(kind, snapshot.listed(kind.name, **question), wanted)
            first, *after = paging.after.split(" ") if paging.after else ("",)
            found = snapshot.listed(kind.name, **question, after=tuple(after), limit=paging.limit + 1)
            rows = [row async for row in found]
        now = digest(snapshot.vector)
        page = paging.page(rows, key=lambda row: f"{first or now} {row['area']} {row['subject']}")
        return Listed(
            items=[item(kind, address, row) for row in page.items],
            next=page.next,
            moved=bool(first) and first != now,
            seen=Positions(
                positions={topic: dict(at) for topic, at in snapshot.vector.positions.items()},
                newest=snapshot.vector.newest,
            ),
        )

    several.__signature__ = inspect.Signature(_parameters(kind), return_annotation=Listed)  # type: ignore[attr-defined]
    several.__name__ = f"list_{kind.name.replace('-', '_')}"
    summary = f"ทะเบียน{kind.called.th} · Register: {kind.called.en}; as JSON, CSV or Excel"
    routes.query(kind.many, roles=readers, scope=within("area"), summary=summary)(several)


def item(kind: Kind, address: Address, row: Row) -> dict[str, Any]:
    """A row as it is answered."""
    subject = row["subject"]
    its = {name: row.get(f"{ITS}{name}") for name in kind.names}
    dates = {event.__name__: row.get(f"{ON}{event.__name__}") for event in kind.kept}
    return {
        "id": subject,
        "path": address.path(subject, {**its, "area": row["area"]}),
        "area": row["area"],
        "stage": row.get("stage"),
        "since": row["since"],
        "began_on": row.get("began_on"),
        **its,
        "dates": {name: day for name, day in dates.items() if day is not None},
    }


def digest(vector: Vector) -> str:
    """A short name of the positions."""
    known = json.dumps(vector.positions, sort_keys=True, default=dict)
    return hashlib.sha256(known.encode()).hexdigest()[:12]


def _accepted(accept: str) -> Format:
    """What a reader asks for that names no format."""
    kinds = [one.partition(";")[0].strip() for one in accept.split(",")]
    return "csv" if kinds[0] == "text/csv" else "xlsx" if kinds[0] == XLSX else "json"


def _parameters(kind: Kind) -> list[inspect.Parameter]:
    day = Annotated[Day | None, Query(description="of the last step; both days belong to it")]
    said = "a number by its beginning, or a part of a Thai name"
    taken: Mapping[str, Any] = {
        "paging": Paging, "seen": Seen, "parts": Part[Parts], "request": Request,
        "area": AreaFilter, "q": Annotated[str | None, AfterValidator(_public), Query(max_length=100, description=said)],
        "since_from": day, "since_to": day, "format": Literal["json", "csv", "xlsx"] | None,
    }  # fmt: skip
    if kind.staged is not None:
        taken = {**taken, "stage": kind.staged | None}
    optional: Mapping[str, Any] = dict.fromkeys(("q", "since_from", "since_to", "format", "stage"), None)
    defaults = {"area": "", **optional}
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, keyword, annotation=told, default=defaults.get(name, inspect.Parameter.empty))
        for name, told in taken.items()
    ]


def _public(typed: str | None) -> str | None:
    """An address is logged on its way: no citizen number may stand in it."""
    return None if typed is None else impersonal(typed)
