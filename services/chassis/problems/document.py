"""A problem as the JSON that goes out, in the language that was asked for; both languages are always in it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.problems.problem import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:chumchon:problem:"

Language = Literal["th", "en"]


class FieldDocument(BaseModel):
    """What is wrong with one field; `row` only for imports, as a spreadsheet numbers it."""

    row: int | None = None
    field: str
    code: str
    th: str
    en: str


class ProblemDocument(BaseModel):
    """A problem (RFC 9457). `code` is stable; `detail` is in the language of Accept-Language, Thai by default."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[f"{TYPE}token-expired"])
    title: str
    status: int
    code: str
    detail: str
    detail_th: str
    detail_en: str
    correlation_id: str = ""
    errors: list[FieldDocument] = []


def document(problem: Problem, language: Language, correlation_id: str = "") -> dict[str, Any]:
    """The members of the problem's JSON object, those without a value left out."""
    kind = problem.kind
    th, en = problem.th or kind.th, problem.en or kind.en
    members: dict[str, Any] = {
        "type": TYPE + kind.code,
        "title": kind.title_en if language == "en" else kind.title_th,
        "status": kind.status,
        "code": kind.code,
        "detail": en if language == "en" else th,
        "detail_th": th,
        "detail_en": en,
    }
    if correlation_id:
        members["correlation_id"] = correlation_id
    members.update(problem.more)
    if problem.errors:
        members["errors"] = [_field(error) for error in problem.errors]
    return members


def language(accept: str) -> Language:
    """The language of an Accept-Language header: the better liked of Thai and English, Thai if neither is named."""
    liked: dict[str, float] = {}
    for part in accept.lower().split(","):
        tag, _, weight = part.partition(";")
        name = tag.strip().partition("-")[0]
        if name in ("th", "en"):
            liked[name] = max(liked.get(name, 0.0), _weight(weight))
    return "en" if liked.get("en", 0.0) > liked.get("th", 0.0) else "th"


def _weight(text: str) -> float:
    name, _, number = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(number)))
    except ValueError:
        return 0.0


def _field(error: FieldError) -> dict[str, Any]:
    members: dict[str, Any] = {} if error.row is None else {"row": error.row}
    return {**members, "field": error.field, "code": error.code, "th": error.th, "en": error.en}
