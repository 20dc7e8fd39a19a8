"""The form of an answer: JSON, or CSV where it is asked for, with a mark for Excel; and what the answer had seen."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, cast

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.http import Seen
from services.chassis.read_models import Vector
from services.chassis.things.writers import harmless

T = TypeVar("T", bound=BaseModel)


class Form(StrEnum):
    """The forms that an answer may have."""

    JSON = "json"
    CSV = "csv"


AskedForm = Annotated[
    Form | None, Query(description="csv or json; else what Accept prefers, JSON by default")
]
Bom = Annotated[bool, Query(description="begin a CSV with a byte order mark: Excel then reads it as UTF-8")]


class SeenVector(BaseModel):
    """Up to where the answer had read: topic → partition → position. An audit asks for the same vector again."""

    positions: Mapping[str, Mapping[int, int]]
    newest: datetime | None = Field(
        description="when the newest fact in it was recorded, UTC; null: nothing yet"
    )


def vector(seen: Vector) -> SeenVector:
    """The vector as it goes out."""
    return SeenVector(positions=seen.positions, newest=seen.newest)


def look(request: Request, seen: Seen, at: Vector, on: date, asked: Form | None) -> Form:
    """The form of this answer. Ends the request with 304 where the reader has it already."""
    form = asked or _accepted(request.headers.get("accept", ""))
    seen.headers["Vary"] = "Accept"
    # the newest moment too: a rebuilt view may stand at the same positions and show more
    seen.vector(at, request.url.query, on.isoformat(), form, str(at.newest))
    return form


def formed(
    answer: T, rows: Iterable[BaseModel], form: Form, seen: Seen, at: Vector, name: str, *, bom: bool
) -> T:
    """The answer itself, or its rows as a CSV response, which the kit sends as it is (OpenAPI describes the JSON)."""
    if form is Form.JSON:
        return answer
    text = io.StringIO()
    writer: Any = None
    for row in rows:
        flat = _flat(row.model_dump(mode="json"))
        writer = writer or csv.writer(text)
        if not text.tell():
            writer.writerow(flat)
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in flat.values()])
    heads = {
        **seen.headers,
        "Content-Disposition": f'inline; filename="{name}.csv"',
        "Chumchon-Seen": json.dumps(at.positions, separators=(",", ":")),
    }
    if following := getattr(answer, "next", None):
        heads["Link"] = f'<{following}>; rel="next"'
    content = (("\ufeff" if bom else "") + text.getvalue()).encode()
    return cast("T", Response(content, headers=heads, media_type="text/csv; charset=utf-8"))


def _accepted(accept: str) -> Form:
    """CSV, where Accept names it and does not like JSON (or anything) as much."""
    liked = {"text/csv": 0.0, "application/json": 0.0}
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        weight = next((_weight(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
        if kind in liked:
            liked[kind] = max(liked[kind], weight)
    return Form.CSV if liked["text/csv"] > liked["application/json"] else Form.JSON


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """One level of columns: {"parts": {"kkj": 1}} is a column parts_kkj."""
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}_")
        else:
            flat[prefix + name] = " ".join(map(str, value)) if isinstance(value, list) else value
    return flat
