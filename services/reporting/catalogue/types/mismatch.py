"""What does not agree: numbers that do not add up, two places that print different things, questions that stay open."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.printed import Number
from services.reporting.catalogue.types.refused import wrong
from services.reporting.catalogue.types.row import Identified, Text
from services.reporting.catalogue.types.source import Reading

About = Annotated[
    str, Field(pattern=r"^(budget|activity|kpi|obligation|rule|sum|programme|level|actor|measure):[^\s]+$")
]
"""The row that it is about: kind and id."""


class Disagreement(Identified):
    """Readings of one thing. One at most is in force, and says why."""

    th: str = ""
    en: Text
    about: tuple[About, ...] = ()
    readings: Annotated[tuple[Reading, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _one_is_in_force(self) -> Disagreement:
        chosen = [reading for reading in self.readings if reading.in_force]
        if len(chosen) > 1 or any(not reading.why for reading in chosen):
            raise wrong(
                "in-force",
                "reading ที่ใช้ (in_force) มีได้ไม่เกินหนึ่ง และต้องมี why",
                "one reading at most is in force, and it needs a why",
            )
        return self


class Failing(Model):
    """A check that fails, with both its numbers (money in baht); when it no longer does, this mismatch must go."""

    check: Text
    """As `catalogue check` names it: sum:A-CLASSES, budget:SOC-DATA, target:AGR-S1/people, …"""
    printed: Number
    derived: Number


class Mismatch(Disagreement):
    """Two numbers or two texts in the sources that do not agree. `fails` where a check of ours finds it."""

    fails: tuple[Failing, ...] = ()


class OpenReading(Disagreement):
    """A question to the department: what was meant, or which of the readings holds. Nothing is wrong with the sums."""

    question_th: Text
