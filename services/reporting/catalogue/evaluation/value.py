"""What a formula comes to: numerator, denominator, value, and what was missing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Status = Literal[
    "achieved", "not-achieved", "missing-input", "no-baseline", "empty-denominator", "no-target-here"
]
"""`no-target-here`: the target is the nation's number, and this is a part of the nation without a share of it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """An input that nothing was recorded of."""

    measure: str
    area: str


@dataclass(frozen=True, slots=True)
class Value:
    """A number, or why there is none. A share's and a growth's `value` are percent, exact, not rounded."""

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    missing: tuple[Missing, ...] = ()
    reason: Status | None = None
    """Why there is no value; None where there is one."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A KPI in an area as of a day."""

    kpi: str
    area: str
    value: Value
    target: Decimal | None
    operator: str
    status: Status

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Exactly the inputs without which there is no value."""
        return self.value.missing
