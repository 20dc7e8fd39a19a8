"""Every line that the catalogue cites exists, and prints what it is cited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from services.reporting.catalogue.checks.citations import Citation, citations
from services.reporting.catalogue.checks.printed import Lines
from services.reporting.catalogue.fault import Fault, at
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.row import Row
from services.reporting.catalogue.types.source import Source

Documents = Mapping[str, Sequence[str]]
"""The lines of each source by its number."""


def not_in_sources(catalogue: Catalogue, documents: Documents) -> Iterator[Fault]:
    """A fault for every cited line that is not there, and for everything that the cited lines do not print."""
    read: dict[Source, Lines | None] = {}
    for _, row in catalogue.rows():
        for source in _sources(row):
            if _lines(source, documents, read) is None:
                yield at(
                    row.place, row.key, "no-line", f"ไม่มีบรรทัด {source}", f"the sources have no line {source}"
                )
        for citation in citations(row):
            found = [_lines(source, documents, read) for source in citation.sources]
            if found and not any(
                lines is not None and lines.print(citation.value, citation.kind) for lines in found
            ):
                yield _missing(row, citation, documents)


def _missing(row: Row, citation: Citation, documents: Documents) -> Fault:
    where = ", ".join(str(source) for source in citation.sources)
    value = (
        f"{citation.value / 100:,}"
        if citation.kind == "baht" and isinstance(citation.value, int)
        else citation.value
    )
    near = _nearby(citation, documents)
    return at(
        row.place,
        f"{row.key}.{citation.field}",
        "not-printed",
        f"ไม่พบ {value} ใน {where}" + (f" แต่พบใน {near}" if near else ""),
        f"{value} is not printed in {where}" + (f", but in {near}" if near else ""),
    )


def _nearby(citation: Citation, documents: Documents) -> str:
    """The single line closest to the cited ones that does print it, if there is one within 20 lines."""
    source = citation.sources[0]
    lines = documents.get(source.document, ())
    for away in range(1, 21):
        for number in (source.first - away, source.last + away):
            if 0 < number <= len(lines) and Lines(lines[number - 1]).print(citation.value, citation.kind):
                return f"{source.document}:{number}"
    return ""


def _lines(source: Source, documents: Documents, read: dict[Source, Lines | None]) -> Lines | None:
    if source not in read:
        all_lines = documents.get(source.document, ())
        there = source.last <= len(all_lines)
        read[source] = Lines("\n".join(all_lines[source.first - 1 : source.last])) if there else None
    return read[source]


def _sources(model: Model) -> Iterator[Source]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Source):
                yield item
            elif isinstance(item, Model):
                yield from _sources(item)
