"""The whole catalogue of one year, as it was read: every kind of row by its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from services.reporting.catalogue.types.activity import Activity
from services.reporting.catalogue.types.budget import BudgetNode
from services.reporting.catalogue.types.derivation import Derivation
from services.reporting.catalogue.types.due import Conventions
from services.reporting.catalogue.types.kpi import Kpi
from services.reporting.catalogue.types.measure import Measure
from services.reporting.catalogue.types.mismatch import Mismatch, OpenReading
from services.reporting.catalogue.types.obligation import Obligation, Trigger
from services.reporting.catalogue.types.organisation import Actor, Level
from services.reporting.catalogue.types.programme import Programme
from services.reporting.catalogue.types.row import Row
from services.reporting.catalogue.types.rule import Rule
from services.reporting.catalogue.types.spending import SpendingQuarter

SECTIONS: Mapping[str, type[Row]] = MappingProxyType(
    {
        "levels": Level,
        "actors": Actor,
        "programmes": Programme,
        "budget": BudgetNode,
        "spending": SpendingQuarter,
        "measures": Measure,
        "kpis": Kpi,
        "activities": Activity,
        "triggers": Trigger,
        "obligations": Obligation,
        "rules": Rule,
        "sums": Derivation,
        "mismatches": Mismatch,
        "open_readings": OpenReading,
    }
)
"""The sections that a file may have. Any file may have any of them."""


@dataclass(frozen=True)
class Catalogue:
    """Every row of a year by its kind and key. Rows keep the order of the files' names and of the lines in them."""

    fiscal_year: int
    conventions: Conventions = field(default_factory=Conventions)
    levels: Mapping[str, Level] = field(default_factory=dict)
    actors: Mapping[str, Actor] = field(default_factory=dict)
    programmes: Mapping[str, Programme] = field(default_factory=dict)
    budget: Mapping[str, BudgetNode] = field(default_factory=dict)
    spending: Mapping[str, SpendingQuarter] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    kpis: Mapping[str, Kpi] = field(default_factory=dict)
    activities: Mapping[str, Activity] = field(default_factory=dict)
    triggers: Mapping[str, Trigger] = field(default_factory=dict)
    obligations: Mapping[str, Obligation] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    sums: Mapping[str, Derivation] = field(default_factory=dict)
    mismatches: Mapping[str, Mismatch] = field(default_factory=dict)
    open_readings: Mapping[str, OpenReading] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[str, Row]]:
        """Every row with the name of its section."""
        for section in SECTIONS:
            for row in getattr(self, section).values():
                yield section, row
