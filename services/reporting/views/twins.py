"""Two rows of one report, printed for "district/province": what one office hands in ends the other's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contracts.areas import within
from services.reporting.plan.promised import twin
from services.reporting.views.duty import OWED, Duty, DutyStatus

EVENT = 16
"""Digits of the period of an event's round: each office has its own event, so they are told apart by their day."""


def ended(rows: Iterable[Duty], around: Sequence[Duty]) -> list[Duty]:
    """The rows, those that are owed no more covered by their twin in `around`.

    A province's record ends its districts' rows; a province's row ends once every district that owes the twin has
    handed it in: one district's says nothing for the next.
    """
    return [_ended(row, around) if row.status in OWED else row for row in rows]


def _ended(row: Duty, around: Sequence[Duty]) -> Duty:
    other = twin(row.report, row.fiscal_year)
    twins = [each for each in around if other == each.report and _same(row, each)] if other else []
    if not twins or any(each.status in OWED for each in twins):
        return row
    return replace(row, status=DutyStatus.COVERED, ended_by=twins[0].id, waits_for=None)


def _same(row: Duty, other: Duty) -> bool:
    """Whether it is the same year's and round's, of the one area or in it."""
    nested = within(row.area, other.area) or within(other.area, row.area)
    rounds = row.period == other.period or (
        len(row.period) == len(other.period) == EVENT and row.due_on == other.due_on
    )
    return nested and row.fiscal_year == other.fiscal_year and rounds
