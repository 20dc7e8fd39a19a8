"""A KPI in an area as of a day: its value and whether its target is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from contracts.areas import NATION, level, within
from services.reporting.catalogue.evaluation.formulas import compute, reaches
from services.reporting.catalogue.evaluation.value import Evaluation, Status, Value
from services.reporting.catalogue.evaluation.values import MeasureValues
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.formula import AllOf, Formula, Growth, Holds, Latest, Share
from services.reporting.catalogue.types.kpi import Kpi

_AREA_SCOPES = {
    "per-province": "province",
    "per-district": "district",
    "per-tambon": "tambon",
    "per-village": "village",
}
"""Scopes that are areas; what is asked of each group, centre or unit is in the formula's measures."""

_AT_EVERY_LEVEL = {"percent", "growth", "score"}
"""A share asked of the nation is asked of each part of it; a number is not."""


def evaluate(
    kpi: Kpi,
    catalogue: Catalogue,
    area: str,
    on: date,
    values: MeasureValues,
    quotas: Mapping[tuple[str, str], Decimal] | None = None,
) -> Evaluation:
    """The KPI in an area ("" the nation). `quotas` are the shares of a national target by (KPI id, area).

    A KPI asked of each province is, in a wider area, the number of provinces that meet it, and asks for all of them.
    Of the parts of `all_of`, a part of the nation is asked the shares and what each of its own areas is asked.
    """
    formula = formula_of(kpi, catalogue)
    each = _AREA_SCOPES.get(kpi.scope)
    if each is not None and not isinstance(formula, Holds) and level(area) != each:
        return _each(kpi, formula, _held_in(kpi, catalogue, values.areas(each, area)), area, on, values)
    if isinstance(formula, AllOf) and each is None and area != NATION:
        formula = _asked_here(formula, area, values)
    value = compute(formula, area, on, values)
    target = _target(kpi, formula, value, area, quotas or {})
    return Evaluation(kpi.id, area, value, target, kpi.operator, _status(kpi, value, target))


def formula_of(kpi: Kpi, catalogue: Catalogue) -> Formula:
    """Its own formula, or the one of the KPI that it restates. LookupError where there is none along the way."""
    seen: set[str] = set()
    while kpi.formula is None:
        if kpi.restates is None or kpi.id in seen:
            raise LookupError(f"{kpi.id} has no formula and restates none")
        seen.add(kpi.id)
        kpi = catalogue.kpis[kpi.restates.kpi]
    return kpi.formula


def _asked_here(formula: AllOf, area: str, values: MeasureValues) -> AllOf:
    """Without the numbers that are asked of the whole nation; perhaps without any part."""
    parts = tuple(
        part
        for part in formula.all_of
        if (values.areas(part.each, area) if part.each else isinstance(part.formula, Share | Growth | Latest))
    )
    return formula.model_copy(update={"all_of": parts})


def _held_in(kpi: Kpi, catalogue: Catalogue, areas: Sequence[str]) -> Sequence[str]:
    """Those of the areas in which the KPI's activity is held."""
    activity = catalogue.activities.get(kpi.activity or "")
    provinces = activity.where.provinces if activity is not None and activity.where is not None else ()
    return [one for one in areas if not provinces or any(within(one, province) for province in provinces)]


def _each(
    kpi: Kpi, formula: Formula, areas: Sequence[str], area: str, on: date, values: MeasureValues
) -> Evaluation:
    found = [compute(formula, one, on, values) for one in areas]
    missing = tuple(dict.fromkeys(item for value in found for item in value.missing))
    target = Decimal(len(found))
    if reason := next((value.reason for value in found if value.reason), None):
        nothing = Value(None, denominator=target, missing=missing, reason=reason)
        return Evaluation(kpi.id, area, nothing, target, kpi.operator, reason)
    asked = kpi.target.value if kpi.target else None
    met = Decimal(sum(_meets(kpi, formula, value, asked) for value in found))
    value = Value(met, met, target) if found else Value(None, denominator=target, reason="empty-denominator")
    return Evaluation(kpi.id, area, value, target, kpi.operator, _status(kpi, value, target))


def _meets(kpi: Kpi, formula: Formula, value: Value, asked: Decimal | None) -> bool:
    needed = value.denominator if isinstance(formula, AllOf) else asked if asked is not None else Decimal(1)
    return value.value is not None and needed is not None and reaches(value.value, kpi.operator, needed)


def _target(
    kpi: Kpi, formula: Formula, value: Value, area: str, quotas: Mapping[tuple[str, str], Decimal]
) -> Decimal | None:
    """What is asked of this area: its quota, all parts of `all_of`, all areas of a flag, or the printed target."""
    if (kpi.id, area) in quotas:
        return quotas[kpi.id, area]
    if isinstance(formula, AllOf):
        return value.denominator or None
    if isinstance(formula, Holds) and (kpi.target is None or area != NATION):
        return value.denominator
    if kpi.target is None:
        return Decimal(1)
    scoped = _AREA_SCOPES.get(kpi.scope) == level(area)
    return kpi.target.value if area == NATION or scoped or kpi.value_kind in _AT_EVERY_LEVEL else None


def _status(kpi: Kpi, value: Value, target: Decimal | None) -> Status:
    if value.reason is not None:
        return value.reason
    if target is None or value.value is None:
        return "no-target-here"
    return "achieved" if reaches(value.value, kpi.operator, target) else "not-achieved"
