"""Activities of Parts 3 and 4: what is done by whom, for how many, with how much money, when, and under which rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.reporting.catalogue.types.budget import Strategy
from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.organisation import Reach
from services.reporting.catalogue.types.printed import Month, Number, Satang
from services.reporting.catalogue.types.refused import wrong
from services.reporting.catalogue.types.row import Id, Identified, Name, Text
from services.reporting.catalogue.types.source import Reading, Sourced
from services.reporting.catalogue.types.spending import QuarterNumber

Provinces = tuple[Annotated[str, Field(pattern=r"^[0-9]{2}$")], ...]


class Step(Sourced):
    """One step. The order is guidance, not a gate: the handbook lets steps be adapted (003:40)."""

    n: Text
    actor: Name
    en: Text
    th: str = ""


class ActivityTarget(Sourced):
    """How many of what. `made_of` are the factors that the source prints: 9 provinces × 36 people."""

    name: Name
    en: Text
    value: Number
    unit: Text
    scope: Literal["national", "per-province", "per-district", "per-tambon", "per-village", "per-unit"] = (
        "national"
    )
    made_of: tuple[Number, ...] = ()
    """Its product is the value; anything else is a mismatch."""


class BudgetLine(Sourced):
    """A part of an activity's money: units × each, or a printed amount, or both."""

    en: Text
    units: Number | None = None
    unit: str = ""
    each: Satang | None = None
    amount: Satang | None = None

    @model_validator(mode="after")
    def _has_an_amount(self) -> BudgetLine:
        if (self.units is None) != (self.each is None) or (self.each is None and self.amount is None):
            raise wrong(
                "budget-line",
                "ต้องมี units กับ each คู่กัน หรือมี amount",
                "needs units and each together, or an amount, or both",
            )
        return self


class Cap(Sourced):
    """The most that may be spent on one unit."""

    en: Text
    most: Satang
    per: Text


class ActivityBudget(Sourced):
    """What the activity costs; its lines add up to it, or to less where `complete` is false."""

    amount: Satang
    lines: tuple[BudgetLine, ...] = ()
    complete: bool = True
    caps: tuple[Cap, ...] = ()


class Period(Sourced):
    """When it is done: quarters, the first and the last month, and how many days one holding of it takes."""

    quarters: tuple[QuarterNumber, ...] = ()
    first: Month | None = None
    last: Month | None = None
    days: Number | None = None
    words: str = ""
    """What is printed besides, as "1 day per tambon"."""


class Where(Model):
    """The provinces of an activity that is not held everywhere; `chosen` where the source names none of them."""

    provinces: Provinces = ()
    chosen: str = ""


class Activity(Identified):
    """An activity sheet. The id is the project's and its number (AGR-S1, FUND-1.1, DUTY-12); `number` is as printed."""

    number: Text
    part: Literal[3, 4, 0]
    """Of the handbook; 0 in a programme of its own."""
    budget_node: Id | None = None
    strategy: Strategy | None = None
    th: Text
    en: Text
    objectives: tuple[Text, ...] = ()
    level: Reach
    """Who runs it: the provincial office, the district's, …"""
    runs: Name
    owner: Name
    where: Where | None = None
    steps: tuple[Step, ...] = ()
    targets: tuple[ActivityTarget, ...] = ()
    budget: ActivityBudget | None = None
    """None: without money of the year's budget, as all of Part 4."""
    period: Period
    expects: tuple[Text, ...] = ()
    rules: tuple[Id, ...] = ()
    readings: tuple[Reading, ...] = ()
