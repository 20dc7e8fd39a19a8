"""The rows of a file: as an accepted import keeps them, what is wrong with them, and the jobs that they become."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from services.chassis.access import Caller
from services.chassis.desk import Entry, Stamp, Stream
from services.chassis.desk.entry import error_of
from services.chassis.problems import FieldError
from services.chassis.row_run import Job, Step

NUMBER = "row"
TOGETHER = 500
"""Rows whose look-ups are under way at once."""

OUTSIDE = ("outside-your-area", "อยู่นอกเขตที่ท่านรับผิดชอบ", "is outside your area")

Known = Mapping[Any, Any]


Kept = Mapping[str, Any]
"""A row as an accepted import keeps it: JSON, with its number in the file."""


def kept(rows: Mapping[int, BaseModel]) -> list[Kept]:
    """The rows to keep."""
    return [{NUMBER: number, **row.model_dump(mode="json")} for number, row in rows.items()]


def jobs(entry: Entry, rows: Iterable[Kept], stamp: Stamp, known: Known) -> Iterable[Job]:
    """A job a thing: its rows run one after the other, those of different things side by side. Where no two rows are of one
    thing, each job is made when it is asked for."""
    known = {**known, Stamp: stamp}
    if entry.jobs is not None:
        return entry.jobs([(row[NUMBER], entry.made_again(row, stamp)) for row in rows])
    each = (_job(entry, row, stamp, known) for row in rows)
    return each if entry.distinct else _grouped(each)


def _job(entry: Entry, row: Kept, stamp: Stamp, known: Known) -> Job:
    *before, last = entry.steps(entry.made_again(row, stamp), entry.about(row, known), known)
    return (*before, replace(last, rows=(row[NUMBER],)))


def _grouped(each: Iterable[Job]) -> list[Job]:
    found: dict[str, list[Step]] = {}
    for job in each:
        found.setdefault(job[-1].order.stream, []).extend(job)
    return list(found.values())


async def wrong(
    entry: Entry, rows: Mapping[int, BaseModel], stamp: Stamp, caller: Caller, known: Known
) -> list[FieldError]:
    """All that is wrong with the rows, beyond their form. What needs no look-up is found in a thread."""
    known = {**known, Stamp: stamp, Caller: caller}
    entered, errors = await asyncio.to_thread(_by_themselves, entry, rows, stamp, caller)
    numbers = list(rows) if entry.checks else []
    for start in range(0, len(numbers), TOGETHER):
        some = numbers[start : start + TOGETHER]
        about = [entry.about(vars(rows[number]), known) for number in some]
        asked = [
            entry.refusal(entered[number], {**known, Stream: stream})
            for number, stream in zip(some, about, strict=True)
        ]
        for number, refused in zip(some, await asyncio.gather(*asked), strict=True):
            if refused is not None:
                errors.append(error_of(refused[1], number, refused[0]))
    if entry.every is not None:
        errors += await entry.every(entered, known)
    return errors + await asyncio.to_thread(_twice, entry, rows, entered, known)


def _by_themselves(
    entry: Entry, rows: Mapping[int, BaseModel], stamp: Stamp, caller: Caller
) -> tuple[dict[int, Any], list[FieldError]]:
    """What was entered, by number; and what is wrong with each of it."""
    entered, errors = {}, []
    for number, row in rows.items():
        if entry.area and not caller.reaches(getattr(row, entry.area)):
            errors.append(FieldError(entry.area, *OUTSIDE, number))
        entered[number] = entry.made(vars(row), stamp)
        errors += entry.mistakes(entered[number], number)
    return entered, errors


def _twice(
    entry: Entry, rows: Mapping[int, BaseModel], entered: Mapping[int, Any], known: Known
) -> list[FieldError]:
    """Rows that make what an earlier row makes."""
    if not entry.distinct:
        return []
    first: dict[str, int] = {}
    errors = []
    for number, row in rows.items():
        if entry.jobs:
            thing = getattr(row, entry.distinct)
        else:
            thing = entry.steps(entered[number], entry.about(vars(row), known), known)[-1].order.stream
        before = first.setdefault(thing, number)
        if before != number:
            said = (f"ซ้ำกับแถวที่ {before}", f"is the same as in row {before}")
            errors.append(FieldError(entry.distinct, "twice", *said, number))
    return errors
