"""Programmes outside the department's plan. The rows of a programme's file belong to it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.reporting.catalogue.types.activity import ActivityBudget, Period, Provinces
from services.reporting.catalogue.types.row import Identified, Name, Text


class Programme(Identified):
    """A catalogue of its own: another department receives its reports, and its year may be another one."""

    th: Text
    en: Text
    fiscal_year: Annotated[int, Field(ge=2500, le=2600)]
    receives: Name
    """The department or office at which its reports end."""
    provinces: Provinces = ()
    """Where it is held; everywhere, where none is named."""
    objectives: tuple[Text, ...] = ()
    beneficiaries: tuple[Text, ...] = ()
    """Its target groups."""
    period: Period | None = None
    budget: ActivityBudget | None = None
    """What is granted to the programme as a whole; its activities print no amounts of their own."""
    expects: tuple[Text, ...] = ()
