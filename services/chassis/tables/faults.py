"""What is wrong with the rows of a file: each sentence is kept once, so that 100,000 wrong rows cost some MiB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from services.chassis.problems import FieldError

A_ROW = 20
"""Faults that are kept of one row."""


class Faults:
    """Faults by row, in the order in which they were found."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str, str, str], int] = {}
        self._rows: dict[int, tuple[int, ...]] = {}

    def add(self, errors: Iterable[FieldError]) -> None:
        """Keep these; a row's beyond the first `A_ROW`, and repeated ones, are not."""
        for error in errors:
            row = error.row or 0
            place = self._said.setdefault((error.field, error.code, error.th, error.en), len(self._said))
            there = self._rows.get(row, ())
            if place not in there and len(there) < A_ROW:
                self._rows[row] = (*there, place)

    def __len__(self) -> int:
        """How many faults."""
        return sum(map(len, self._rows.values()))

    def __contains__(self, row: int) -> bool:
        """Whether something is wrong with this row."""
        return row in self._rows

    def __iter__(self) -> Iterator[FieldError]:
        """All of them, row by row."""
        said = list(self._said)
        for row in sorted(self._rows):
            for place in self._rows[row]:
                yield FieldError(*said[place], row)

    @property
    def rows(self) -> int:
        """How many rows are wrong."""
        return len(self._rows)

    def numbers(self) -> list[int]:
        """The numbers of the wrong rows, in order."""
        return sorted(self._rows)

    def first(self, most: int) -> list[FieldError]:
        """The first of them."""
        return list(islice(self, most))

    def of(self, row: int) -> list[FieldError]:
        """What is wrong with one row."""
        said = list(self._said) if row in self._rows else []
        return [FieldError(*said[place], row) for place in self._rows.get(row, ())]

    def by_row(self) -> Iterator[tuple[int, list[FieldError]]]:
        """Row by row."""
        said = list(self._said)
        for row in sorted(self._rows):
            yield row, [FieldError(*said[place], row) for place in self._rows[row]]

    def kept(self) -> dict[str, Any]:
        """As JSON and BSON keep it."""
        return {
            "said": [list(one) for one in self._said],
            "where": [[row, *places] for row, places in self._rows.items()],
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Faults:
        """What `kept` has written."""
        faults = cls()
        said: Sequence[Sequence[str]] = kept.get("said", ())
        faults._said = {(field, code, th, en): place for place, (field, code, th, en) in enumerate(said)}
        faults._rows = {row: tuple(places) for row, *places in kept.get("where", ())}
        return faults
