"""What a derivation comes to."""

from __future__ import annotations

from decimal import Decimal
from math import prod

from services.reporting.catalogue.checks.outcome import baht
from services.reporting.catalogue.types.activity import BudgetLine
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.derivation import (
    ChangeOf,
    Minus,
    PercentOf,
    ProductOf,
    SumOf,
    Term,
    Value,
)

HUNDRED = Decimal(100)


def worth(term: Term, catalogue: Catalogue) -> Decimal:
    """The number, money in baht. LookupError for a reference to what has no number; ZeroDivisionError for percent of 0."""
    match term:
        case str():
            return _referenced(term, catalogue)
        case Value(value=value):
            return value
        case SumOf(sum_of=terms):
            return sum((worth(one, catalogue) for one in terms), Decimal(0))
        case ProductOf(product_of=terms):
            return prod((worth(one, catalogue) for one in terms), start=Decimal(1))
        case Minus(minus=terms):
            first, *others = (worth(one, catalogue) for one in terms)
            return first - sum(others, Decimal(0))
        case PercentOf(percent=part, of=whole):
            return worth(part, catalogue) / worth(whole, catalogue) * HUNDRED
        case ChangeOf(change=now, since=before):
            base = worth(before, catalogue)
            return (worth(now, catalogue) - base) / base * HUNDRED


def line_worth(line: BudgetLine) -> int:
    """Satang of a budget line: units × each, or its amount where it has no units."""
    if line.units is not None and line.each is not None:
        return int(line.units * line.each)
    return line.amount or 0


def _referenced(reference: str, catalogue: Catalogue) -> Decimal:
    kind, _, key = reference.partition(":")
    key, _, part = key.partition("/")
    match kind:
        case "budget":
            return baht(catalogue.budget[key].amount)
        case "activity" if (budget := catalogue.activities[key].budget) is not None:
            return baht(budget.amount)
        case "line" if (budget := catalogue.activities[key].budget) is not None:
            return baht(line_worth(budget.lines[int(part)]))
        case "target":
            return {one.name: one.value for one in catalogue.activities[key].targets}[part]
        case "kpi" if (target := catalogue.kpis[key].target) is not None:
            return target.value
        case "level" if (units := catalogue.levels[key].units) is not None:
            return units
        case "measure" if (figure := catalogue.measures[key].printed) is not None:
            return figure.value
        case "sum":
            return catalogue.sums[key].printed
        case _:
            raise LookupError(reference)
