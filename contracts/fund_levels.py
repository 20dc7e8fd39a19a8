"""The scales on which funds are assessed, as data: only what the handbook prints, and which steps its KPIs count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contracts.funds import FundKind, FundLevel


@dataclass(frozen=True, slots=True)
class LevelScale:
    """The levels of one kind of fund, lowest first, and the steps that count as an upgrade. `source` is where it stands."""

    levels: tuple[FundLevel, ...]
    counted: frozenset[tuple[FundLevel, FundLevel]]
    source: str

    def counts(self, was: FundLevel | None, now: FundLevel) -> bool:
        """Whether the KPI counts this step. A first assessment is no step, nor is one that the list leaves out."""
        return was is not None and (was, now) in self.counted


_ONE_TO_THREE = (FundLevel.ONE, FundLevel.TWO, FundLevel.THREE)
_SINGLE_STEPS = frozenset({(FundLevel.ONE, FundLevel.TWO), (FundLevel.TWO, FundLevel.THREE)})
_MOTHER = (FundLevel.C, FundLevel.B, FundLevel.A, FundLevel.LEARNING_CENTRE)
_MOTHER_STEPS = frozenset(
    {
        (FundLevel.C, FundLevel.B),
        (FundLevel.C, FundLevel.A),
        (FundLevel.B, FundLevel.A),
        (FundLevel.A, FundLevel.LEARNING_CENTRE),
    }
)

SCALES: Mapping[FundKind, LevelScale] = MappingProxyType(
    {
        # 1→3 is not named: it is recorded and not counted until it stands here (F_part4b_kpi.md §2.3).
        FundKind.POVERTY: LevelScale(_ONE_TO_THREE, _SINGLE_STEPS, "003 L6025"),
        FundKind.SAVINGS: LevelScale(_ONE_TO_THREE, _SINGLE_STEPS, "003 L6149"),
        FundKind.MOTHER: LevelScale(_MOTHER, _MOTHER_STEPS, "003 L5426"),
    }
)
"""By kind; a kind that is not here has no printed scale and cannot be assessed."""
