"""Measures: the named counters that projections keep and KPIs are computed from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.reporting.catalogue.types.printed import Day, Number
from services.reporting.catalogue.types.refused import wrong
from services.reporting.catalogue.types.row import Named, Text
from services.reporting.catalogue.types.source import Confidence, Sourced

MeasureKind = Literal["flow", "stock", "distinct", "latest", "flag"]
"""How values of one measure come together.

`flow`      counts what happens: adds over areas and over the days of the fiscal year (occasions held, people trained)
`stock`     counts what is there: adds over areas, carried on from year to year (members, open loans)
`distinct`  counts keys, each once however often it occurs: does not add over areas (households solved)
`latest`    a figure given to an area, the newest counts: does not add (a score, a national income)
`flag`      yes or no for an area, the newest counts (the database is complete)
"""


class Figure(Sourced):
    """What a source prints of a measure, in its unit: how many there are, were or are to be, in the nation or in `area`."""

    confidence: Confidence | None = "stated"
    value: Number
    as_of: Day | None = None
    area: Annotated[str, Field(pattern=r"^([0-9]{2})?$")] = ""
    """The province that it is of; "" is the nation."""


class Measure(Named):
    """A word of the vocabulary. Its source is the line of the KPI or the target that needs it."""

    confidence: Confidence = "derived"
    unit: Text
    kind: MeasureKind
    counts: str = ""
    """What a `distinct` one counts: household, person, fund, …"""
    where: str = ""
    """Which of them count, where the name alone does not say it (the cohort, the condition)."""
    events: tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]+$")], ...] = ()
    """The types of the events that change it, as far as they are known; they need not be declared yet."""
    printed: Figure | None = None
    """The figure that the sources print: for load, for baselines and for sums, never a value of ours."""

    @model_validator(mode="after")
    def _counts_keys(self) -> Measure:
        if (self.kind == "distinct") != bool(self.counts):
            raise wrong(
                "distinct-key",
                "kind: distinct ต้องมี counts และชนิดอื่นต้องไม่มี",
                "a distinct measure says what it counts, another kind does not",
            )
        return self
