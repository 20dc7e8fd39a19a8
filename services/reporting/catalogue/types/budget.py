"""The budget tree: department, plans, outputs and projects, main activities. Activities hang below their node."""

from __future__ import annotations

from typing import Literal

from services.reporting.catalogue.types.printed import Month, Number, Satang
from services.reporting.catalogue.types.row import Id, Identified, Text
from services.reporting.catalogue.types.source import Reading, Sourced

Strategy = Literal["security", "competitiveness", "opportunity", "administration"]
"""ความมั่นคง, การสร้างความสามารถในการแข่งขัน, การสร้างโอกาสและความเสมอภาค, การปรับสมดุลภาครัฐ."""


class Share(Sourced):
    """The percentage of the whole that the source prints beside an amount."""

    of: Id
    percent: Number


class Span(Sourced):
    """The first and the last month of a project."""

    first: Month
    last: Month


class BudgetNode(Identified):
    """A node with the amount that the source states. What its children do not reach is its remainder, kept at the centre.

    `tree` says by what the money is divided: by plan (the tree proper) or by class of expenditure (a second view of
    the same money, which is not added to the first).
    """

    kind: Literal["department", "plan-type", "plan", "output", "project", "activity", "item", "class"]
    tree: Literal["plan", "class"] = "plan"
    parent: Id | None = None
    th: Text
    en: Text
    amount: Satang
    share: Share | None = None
    strategy: Strategy | None = None
    cost_object: bool = False
    """One of the outputs and projects that the budget is given to."""
    complete: bool = False
    """The children are all of it: a remainder is a mismatch, not money kept at the centre."""
    objectives: tuple[Text, ...] = ()
    beneficiaries: tuple[Text, ...] = ()
    area: str = ""
    period: Span | None = None
    steps: tuple[Text, ...] = ()
    """How the department describes the project's work; who does what and by when stands in its activities."""
    expects: tuple[Text, ...] = ()
    readings: tuple[Reading, ...] = ()
