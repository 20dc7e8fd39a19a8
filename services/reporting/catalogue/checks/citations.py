"""Everything in a row that its sources must print: numbers, money, days, words and quotations, with the lines cited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.printed import Printed
from services.reporting.catalogue.types.row import Row
from services.reporting.catalogue.types.source import FOUND_AS_PRINTED, Confidence, Source


@dataclass(frozen=True, slots=True)
class Citation:
    """Something that must stand in one of the sources; `kind` None for a quotation, whatever it is."""

    field: str
    value: Decimal | int | date | str
    kind: str
    sources: tuple[Source, ...]


def citations(row: Row) -> Iterator[Citation]:
    """What is to be found. Parts without a source or confidence of their own have those of what they are part of."""
    yield from _walk(row, row.source, row.confidence, "")


def _walk(model: Model, sources: tuple[Source, ...], sure: Confidence, path: str) -> Iterator[Citation]:
    for source in sources:
        yield from (Citation(f"{path}source", quote, "quote", (source,)) for quote in source.quotes)
    for name, kind in _fields(type(model)):
        value = getattr(model, name)
        items = value if isinstance(value, tuple) else (value,)
        for index, item in enumerate(items):
            here = f"{path}{name}.{index}" if isinstance(value, tuple) else f"{path}{name}"
            if isinstance(item, Model) and not isinstance(item, Source):
                own = getattr(item, "source", ()) or ()
                yield from _walk(item, own or sources, getattr(item, "confidence", None) or sure, here + ".")
            elif kind and item is not None and item != "" and sure in FOUND_AS_PRINTED:
                yield Citation(here, item, kind, sources)


@cache
def _fields(model: type[Model]) -> tuple[tuple[str, str], ...]:
    """The fields of a model, and by what mark their values are printed ("" for what is not looked for)."""
    return tuple(
        (name, _mark(field.annotation, field.metadata))
        for name, field in model.model_fields.items()
        if name not in ("source", "place", "confidence", "note")
    )


def _mark(annotation: Any, metadata: list[Any]) -> str:
    """The mark of `Number`, `Number | None` or `tuple[Number, ...]`."""
    for item in (*metadata, *getattr(annotation, "__metadata__", ())):
        if isinstance(item, Printed):
            return item.kind
    return next((mark for part in getattr(annotation, "__args__", ()) if (mark := _mark(part, []))), "")
