"""The rows of a file: as an accepted import keeps them, what is wrong with them, and the jobs that they become."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from services.chassis.access import Caller
from services.chassis.desk import Entry, Stamp, Stream
from services.chassis.problems import FieldError
from services.chassis.row_run import Job, Step

NUMBER = "row"
TOGETHER = 500
"""Rows whose look-ups are under way at once."""

Known = Mapping[Any, Any]


def kept(rows: Mapping[int, BaseModel]) -> list[Mapping[str, Any]]:
    """The rows as an accepted import keeps them: JSON, each with its number in the file."""
    return [{NUMBER: number, **row.model_dump(mode="json")} for number, row in rows.items()]


def typed(entry: Entry, rows: Iterable[Mapping[str, Any]]) -> dict[int, BaseModel]:
    """The rows that were `kept`, by number."""
    return {
        row[NUMBER]: entry.form.typed.model_validate(
            {name: value for name, value in row.items() if name != NUMBER}
        )
        for row in rows
    }


def jobs(entry: Entry, rows: Mapping[int, BaseModel], stamp: Stamp, known: Known) -> list[Job]:
    """A job a thing: its rows run one after the other, those of different things side by side."""
    known = {**known, Stamp: stamp}
    if entry.jobs is not None:
        return entry.jobs([(number, entry.made(vars(row), stamp)) for number, row in rows.items()])
    found: dict[str, list[Step]] = {}
    for number, row in rows.items():
        *before, last = steps(entry, row, stamp, known)
        found.setdefault(last.order.stream, []).extend((*before, replace(last, rows=(number,))))
    return list(found.values())


def steps(entry: Entry, row: BaseModel, stamp: Stamp, known: Known) -> Sequence[Step]:
    """The commands of one row."""
    values = vars(row)
    return entry.steps(entry.made(values, stamp), entry.about(values, known), known)


async def wrong(
    entry: Entry, rows: Mapping[int, BaseModel], stamp: Stamp, caller: Caller, known: Known
) -> list[FieldError]:
    """All that is wrong with the rows, beyond their form."""
    known = {**known, Stamp: stamp, Caller: caller}
    errors: list[FieldError] = []
    for number, row in rows.items():
        if entry.area and not caller.reaches(getattr(row, entry.area)):
            errors.append(
                FieldError(
                    entry.area, "outside-your-area", "อยู่นอกเขตที่ท่านรับผิดชอบ", "is outside your area", number
                )
            )
    entered = {number: entry.made(vars(row), stamp) for number, row in rows.items()}
    numbers = list(rows)
    for start in range(0, len(numbers), TOGETHER):
        some = [
            entry.errors(entered[number], {**known, Stream: entry.about(vars(rows[number]), known)}, number)
            for number in numbers[start : start + TOGETHER]
        ]
        errors += [error for found in await asyncio.gather(*some) for error in found]
    if entry.every is not None:
        errors += await entry.every(entered, known)
    return errors + _twice(entry, rows, stamp, known)


def _twice(entry: Entry, rows: Mapping[int, BaseModel], stamp: Stamp, known: Known) -> list[FieldError]:
    """Rows that make what an earlier row makes."""
    if not entry.distinct:
        return []
    first: dict[str, int] = {}
    errors = []
    for number, row in rows.items():
        thing = (
            getattr(row, entry.distinct) if entry.jobs else steps(entry, row, stamp, known)[-1].order.stream
        )
        before = first.setdefault(thing, number)
        if before != number:
            errors.append(
                FieldError(
                    entry.distinct, "twice", f"ซ้ำกับแถวที่ {before}", f"is the same as in row {before}", number
                )
            )
    return errors
