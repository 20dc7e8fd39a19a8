"""A problem and its kind. A kind is declared once, where it belongs; the catalogue knows them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.decider import Refused


@dataclass(frozen=True, slots=True)
class Kind:
    """What can go wrong: a stable code, its HTTP status, a short title and the sentence that it says by default."""

    code: str
    status: int
    title_th: str
    title_en: str
    th: str
    en: str


CATALOGUE: dict[str, Kind] = {}
"""Code to kind, of all modules imported so far."""


def kind(code: str, status: int, *, title: tuple[str, str], th: str, en: str) -> Kind:
    """Declare a kind; `title` is Thai and English. TypeError if another one has its code."""
    if code in CATALOGUE:
        raise TypeError(f"two kinds of problem have the code {code}")
    CATALOGUE[code] = Kind(code, status, *title, th, en)
    return CATALOGUE[code]


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field, never with its value in it; `row` is an import's, as a spreadsheet numbers it."""

    field: str
    code: str
    th: str
    en: str
    row: int | None = None


@dataclass(eq=False)
class Problem(Exception):
    """Raised anywhere behind an edge, answered there as problem+json. `th` and `en` replace the kind's sentences.

    `more` are further members of the document (JSON values), `headers` go out with it.
    """

    kind: Kind
    th: str = ""
    en: str = ""
    errors: Sequence[FieldError] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind.code}: {self.en or self.kind.en}"


_TITLES = {
    "conflict": (409, "ทำไม่ได้ในสถานะนี้", "This conflicts with what is so"),
    "invalid": (422, "ข้อมูลไม่ถูกต้อง", "The wish is not valid"),
    "missing": (404, "ไม่พบข้อมูล", "Not found"),
    "forbidden": (403, "ไม่มีสิทธิ์", "Not allowed"),
}


def refusal(refused: Refused) -> Problem:
    """A domain's "no" as a problem, with its own code and sentences; `rule` cites the department's rule."""
    status, th, en = _TITLES[refused.kind]
    own = Kind(refused.code, status, th, en, refused.th, refused.en)
    named = [FieldError(refused.field, refused.code, refused.th, refused.en)] if refused.field else []
    return Problem(own, errors=named, more={"rule": refused.rule} if refused.rule else {})
