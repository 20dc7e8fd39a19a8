"""KPIs: the 69 official ones of Part 5, and those of the projects, the activities and the duties."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.reporting.catalogue.types.budget import Strategy
from services.reporting.catalogue.types.formula import AllOf, Formula, Operator
from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.printed import Number, Verbatim
from services.reporting.catalogue.types.refused import wrong
from services.reporting.catalogue.types.row import Id, Identified, Name, Text
from services.reporting.catalogue.types.source import Reading, Sourced

KpiList = Literal["result", "plan", "mission", "project", "activity", "duty", "programme"]
"""Where it is printed. Part 5: result, plan, mission (the official list). Part 2: project. Part 3: activity. Part 4: duty."""

OFFICIAL: frozenset[KpiList] = frozenset({"result", "plan", "mission"})

Scope = Literal[
    "national", "per-province", "per-district", "per-tambon", "per-village", "per-group", "per-centre", "per-unit"
]  # fmt: skip
"""What the target is asked of: the whole, or each province, district, … of it."""

ValueKind = Literal["count", "percent", "growth", "score", "boolean", "duration"]


class Target(Sourced):
    """The value asked for, in the unit of the KPI."""

    value: Number


class Difference(Model):
    """In what a restatement differs from what it restates; both values as printed."""

    in_: Annotated[Literal["target", "operator", "unit", "scope", "words"], Field(alias="in")]
    here: Text
    there: Text


class Restates(Model):
    """This KPI is another one printed again, with these differences and no others."""

    kpi: Id
    differs: tuple[Difference, ...] = ()


class Kpi(Identified):
    """A promise with a number. `th` is what is printed, `th_repaired` the reading of it where that is damaged."""

    printed_in: KpiList
    th: Verbatim
    th_repaired: str = ""
    en: Text
    type: Literal["quantity", "quality", "time", "untyped"]
    value_kind: ValueKind
    formula: Formula | None = None
    operator: Operator
    """As printed: ">=" where it says ไม่น้อยกว่า or อย่างน้อย, else "=". Both are achieved by more."""
    target: Target | None = None
    """None only for a boolean KPI and for a formula that carries its targets."""
    unit: Text
    scope: Scope = "national"
    strategy: Strategy | None = None
    owner: Name
    budget_node: Id | None = None
    activity: Id | None = None
    restates: Restates | None = None
    readings: tuple[Reading, ...] = ()

    @model_validator(mode="after")
    def _can_be_computed(self) -> Kpi:
        if self.formula is None and self.restates is None:
            raise wrong(
                "formula",
                "ต้องมี formula หรือ restates",
                "a KPI needs a formula, or the KPI that it restates",
            )
        if self.target is None and self.value_kind != "boolean" and not isinstance(self.formula, AllOf):
            raise wrong(
                "target",
                "ต้องมี target เว้นแต่ value_kind: boolean หรือ all_of",
                "a KPI needs a target, except a boolean one and all_of",
            )
        return self
