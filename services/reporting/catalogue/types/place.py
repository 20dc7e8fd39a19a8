"""Where a row stands in the catalogue's files, so that whatever is wrong with it can be found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A file below the year's folder, a line counted from 1, and the programme of the file ("" is the department's plan)."""

    file: str = ""
    line: int = 0
    programme: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
