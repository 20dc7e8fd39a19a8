"""Rules: what may not happen twice, who may take part, what money may not buy, and the thresholds that are printed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.printed import Number, Verbatim
from services.reporting.catalogue.types.refused import wrong
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


class Verdict(Sourced):
    """Whether the sentence forbids something, or only describes whom an activity is for."""

    reads: Literal["excluded", "required", "alternative", "described"]
    """`excluded`: kept out by name or by ไม่; `required`: a condition that must be met; `alternative`: one of several
    ways in, so that not meeting it refuses nobody; `described`: a target group, a place, something to consider."""
    sentence: Verbatim
    why: Text


class Rule(Identified):
    """A rule of the department. A `refuse` is a refusal with this number; a `warn` is shown and blocks nothing.

    Who may take part is refused only where the source forbids it: an eligibility that refuses has its `verdict`.
    """

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
    verdict: Verdict | None = None
    excludes: tuple[Excluded, ...] = ()
    thresholds: tuple[Threshold, ...] = ()

    @model_validator(mode="after")
    def _refuses_only_what_is_forbidden(self) -> Rule:
        reads = self.verdict.reads if self.verdict else None
        if self.kind == "eligibility" and self.then == "refuse" and reads not in ("excluded", "required"):
            raise wrong(
                "refusal",
                "คุณสมบัติที่ใช้ปฏิเสธ (refuse) ต้องมี verdict ว่าเอกสารห้ามหรือบังคับ (excluded, required)",
                "an eligibility that refuses needs a verdict that the source excludes or requires",
            )
        return self
