"""Something wrong in the catalogue's files: where it stands and what it is, in Thai and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.reporting.catalogue.types.place import Place


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong. `field` is the path in the row, as `target.value`; "" is the row itself."""

    file: str
    line: int
    field: str
    code: str
    th: str
    en: str

    def __str__(self) -> str:
        where = f" {self.field}:" if self.field else ""
        return f"{self.file}:{self.line}:{where} {self.th} · {self.en} [{self.code}]"


def at(place: Place, field: str, code: str, th: str, en: str) -> Fault:
    """A fault of the row that was typed there."""
    return Fault(place.file, place.line, field, code, th, en)


class Faulty(Exception):
    """The catalogue cannot be taken as it is; `faults` in the order of files and lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))
