"""Where a row comes from, how sure its reading is, and how two readings of one thing stand beside each other."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.refused import wrong

_AT = re.compile(r"(00[0-4]):([0-9]{1,5})(?:-([0-9]{1,5}))?")

Confidence = Literal[
    "stated", "cross-reference", "uncertain", "derived", "ocr-repaired", "infographic", "not-in-source"
]
"""How a row's words and numbers were come by.

`stated`           printed in the cited lines; the check finds every number, date and quotation there
`cross-reference`  the same, printed in another part than the one that the row belongs to
`uncertain`        printed there, but what it means or whether it was read rightly is doubted; `note` says why
`derived`          by arithmetic or logic from what the cited lines say
`ocr-repaired`     the cited lines are damaged; `note` says how they were repaired
`infographic`      in a picture that was read badly; it fits the sums that it must fit
`not-in-source`    ours, or from elsewhere; `note` says from where
"""

FOUND_AS_PRINTED: frozenset[Confidence] = frozenset({"stated", "cross-reference", "uncertain"})
"""What the check looks for in the cited lines."""

EXPLAINED: frozenset[Confidence] = frozenset({"uncertain", "ocr-repaired", "not-in-source"})
"""What needs a note."""


class Source(Model):
    """Lines of one of the five documents, counted from 1, both ends included, and words or numbers quoted from there."""

    document: Annotated[str, Field(pattern=r"^00[0-4]$")]
    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=1)]
    quotes: tuple[Annotated[str, Field(min_length=1)], ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        """ "003:6640", "003:1752-1814", or {at: one of these, quotes: […]}."""
        if isinstance(value, str):
            value = {"at": value}
        if isinstance(value, dict) and "at" in value:
            found = _AT.fullmatch(str(value["at"]))
            if not found or int(found[3] or found[2]) < int(found[2]):
                raise wrong(
                    "source",
                    "ต้องเป็นเลขเอกสารและบรรทัด เช่น 003:6640 หรือ 003:1752-1814",
                    "must be a document and its line or lines, as 003:6640 or 003:1752-1814",
                )
            lines = {"document": found[1], "first": int(found[2]), "last": int(found[3] or found[2])}
            return {key: item for key, item in value.items() if key not in ("at", "place")} | lines
        return value

    def __str__(self) -> str:
        return f"{self.document}:{self.first}" + (f"-{self.last}" if self.last != self.first else "")


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str | dict) else value


Sources = Annotated[tuple[Source, ...], BeforeValidator(_one_or_more)]
"""One source or a list of them."""


class Sourced(Model):
    """A part of a row that may stand in other lines, or be surer or less sure, than the row; else it is as the row is."""

    source: Sources = ()
    confidence: Confidence | None = None
    note: str = ""

    @model_validator(mode="after")
    def _is_explained(self) -> Sourced:
        if self.confidence in EXPLAINED and not self.note:
            raise wrong(
                "note",
                f"{self.confidence} ต้องมี note บอกเหตุผล",
                f"{self.confidence} needs a note that says why",
            )
        return self


class Reading(Sourced):
    """One of the ways in which something can be read: what it says, and whether we go by it."""

    says: Annotated[str, Field(min_length=1)]
    in_force: bool = False
    why: str = ""
    """Why this one is in force; the other readings need no reason."""
