"""What a formula comes to in an area on a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import assert_never

from services.reporting.catalogue.evaluation.value import Missing, Value
from services.reporting.catalogue.evaluation.values import MeasureValues
from services.reporting.catalogue.types.formula import (
    AllOf,
    Count,
    Distinct,
    Formula,
    Growth,
    Holds,
    Latest,
    Met,
    Operator,
    Share,
    Sum,
)

HUNDRED = Decimal(100)


def compute(formula: Formula, area: str, on: date, values: MeasureValues) -> Value:
    """The formula's value. Inputs that are missing are all named; nothing missing is taken for zero."""
    match formula:
        case Count(count=name) | Distinct(distinct=name) | Latest(latest=name):
            return _whole((name,), area, on, values)
        case Sum(sum=names):
            return _whole(names, area, on, values)
        case Share(share=part, of=whole):
            return _share(part, whole, area, on, values)
        case Growth(growth=now, since=before):
            return _growth(now, before, area, on, values)
        case Holds(holds=name, each=each):
            return _holds(name, each, area, on, values)
        case AllOf(all_of=parts):
            return _all_of(parts, area, on, values)
        case _:
            assert_never(formula)


def reaches(value: Decimal, operator: Operator, target: Decimal) -> bool:
    """Whether the target is met. "=" as printed is met by more, too: nobody fails by doing more."""
    match operator:
        case ">=" | "=":
            return value >= target
        case ">":
            return value > target
        case "<=":
            return value <= target


def _whole(names: tuple[str, ...], area: str, on: date, values: MeasureValues) -> Value:
    found = {name: values.value(name, area, on) for name in names}
    if missing := tuple(Missing(name, area) for name, value in found.items() if value is None):
        return Value(missing=missing, reason="missing-input")
    total = sum((value for value in found.values() if value is not None), Decimal(0))
    return Value(total, total)


def _share(part: str, whole: str, area: str, on: date, values: MeasureValues) -> Value:
    above, below = values.value(part, area, on), values.value(whole, area, on)
    if above is None or below is None:
        missing = tuple(Missing(name, area) for name, one in ((part, above), (whole, below)) if one is None)
        return Value(None, above, below, missing, "missing-input")
    if below == 0:
        return Value(None, above, below, reason="empty-denominator")
    return Value(above / below * HUNDRED, above, below)


def _growth(now: str, before: str, area: str, on: date, values: MeasureValues) -> Value:
    current, base = values.value(now, area, on), values.value(before, area, on)
    if base is None or base == 0:  # a growth from nothing is no number; it is never 100 %
        return Value(None, current, base, (Missing(before, area),) if base is None else (), "no-baseline")
    if current is None:
        return Value(None, None, base, (Missing(now, area),), "missing-input")
    return Value((current - base) / base * HUNDRED, current - base, base)


def _holds(name: str, each: str, area: str, on: date, values: MeasureValues) -> Value:
    areas = values.areas(each, area)
    found = {one: values.value(name, one, on) for one in areas}
    if missing := tuple(Missing(name, one) for one, value in found.items() if value is None):
        return Value(None, denominator=Decimal(len(areas)), missing=missing, reason="missing-input")
    if not areas:
        return Value(None, denominator=Decimal(0), reason="empty-denominator")
    held = Decimal(sum(value == 1 for value in found.values()))
    return Value(held, held, Decimal(len(areas)))


def _all_of(parts: tuple[Met, ...], area: str, on: date, values: MeasureValues) -> Value:
    missing: list[Missing] = []
    reason = None
    met = 0
    for part in parts:
        areas = (area,) if part.each is None else tuple(values.areas(part.each, area))
        found = [compute(part.formula, one, on, values) for one in areas]
        missing += (one for value in found for one in value.missing)
        reason = next((value.reason for value in found if value.reason), reason)
        met += all(
            value.value is not None and reaches(value.value, part.operator, part.target) for value in found
        )
    whole = Decimal(len(parts))
    if reason is not None:
        return Value(None, denominator=whole, missing=tuple(dict.fromkeys(missing)), reason=reason)
    return Value(Decimal(met), Decimal(met), whole)
