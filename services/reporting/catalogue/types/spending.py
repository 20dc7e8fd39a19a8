"""How much of the year's money is to be spent by the end of each quarter, and when a unit has met its quarter (SP-1)."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.printed import Number
from services.reporting.catalogue.types.row import Identified

QuarterNumber = Literal[1, 2, 3, 4]


class Percentage(Model):
    """Percent of the year's money in the quarter, and from the year's beginning to its end."""

    quarter: Number
    cumulative: Number


class SpendingQuarter(Identified):
    """One row of the table: what the government asks, what the department asks, and what its plan was given."""

    number: QuarterNumber
    government: Percentage
    department: Percentage
    plan: Percentage


def has_met(spent: Decimal, planned: Decimal, target: Decimal) -> bool:
    """SP-1 (003:1519): who spends by its own approved plan has met the target, even below the government's.

    All three in the same unit and over the same time; whether that is the quarter alone or the year so far is the
    caller's setting, for the source does not say which.
    """
    return spent >= min(planned, target)
