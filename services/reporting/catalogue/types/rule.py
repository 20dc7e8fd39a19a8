"""Rules: what may not happen twice, who may take part, what money may not buy, and the thresholds that are printed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.printed import Number
from services.reporting.catalogue.types.row import Id, Identified, Text
from services.reporting.catalogue.types.source import Sourced

Subject = Literal[
    "village", "household", "person", "group", "producer", "product", "fund", "centre", "province", "district",
    "tambon", "community", "network", "lao", "committee", "money", "report", "record",
]  # fmt: skip


class Excluded(Model):
    """Whom an exclusion keeps out: those who were in these activities, or in this, in these fiscal years (B.E.)."""

    en: Text
    activities: tuple[Id, ...] = ()
    years: tuple[Annotated[int, Field(ge=2500, le=2600)], ...] = ()
    ever: bool = False


class Threshold(Sourced):
    """A number that is checked: at least, at most, or exactly so many."""

    en: Text
    operator: Literal[">=", "=", "<="]
    value: Number
    unit: Text


class Rule(Identified):
    """A rule of the department. A `refuse` is a refusal with this number; a `warn` is shown and blocks nothing."""

    kind: Literal[
        "no-repeat", "same-persons", "eligibility", "ban", "priority", "threshold", "order", "spending", "reporting",
        "counting",
    ]  # fmt: skip
    activities: tuple[Id, ...] = ()
    """Empty: for all of them."""
    subject: Subject
    th: Text
    en: Text
    then: Literal["refuse", "warn", "compute"]
    excludes: tuple[Excluded, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
