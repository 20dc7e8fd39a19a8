"""How a KPI is computed: a small closed set of expressions over named measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, Tag

from services.reporting.catalogue.types.model import Model, told_by
from services.reporting.catalogue.types.organisation import Reach
from services.reporting.catalogue.types.printed import Number
from services.reporting.catalogue.types.row import Name

Operator = Literal[">=", "=", "<=", ">"]


class Count(Model):
    """{count: otop.producers-developed}: a flow or a stock in the area."""

    count: Name


class Sum(Model):
    """{sum: [market.national, market.regional]}: several counts added. They must not count the same thing twice."""

    sum: Annotated[tuple[Name, ...], Field(min_length=2)]


class Distinct(Model):
    """{distinct: debt.households-solved}: keys, each once. The area's own number, never the sum of smaller areas'."""

    distinct: Name


class Share(Model):
    """{share: village.gvh-increased, of: village.sep-developed}: percent of a whole."""

    share: Name
    of: Name


class Growth(Model):
    """{growth: otop.income, since: otop.income-2563}: percent above a recorded baseline; without one there is no value."""

    growth: Name
    since: Name


class Latest(Model):
    """{latest: department.ita-score}: the newest figure that was given to the area."""

    latest: Name


class Holds(Model):
    """{holds: centre.database-current, each: province}: the number of areas of a level where it is so, of all of them."""

    holds: Name
    each: Reach


class Met(Model):
    """A formula with its own target, as a part of a KPI that asks for several things at once."""

    formula: Formula
    operator: Operator
    target: Number
    each: Reach | None = None
    """It must hold in each area of this level, not only in the whole."""


class AllOf(Model):
    """{all_of: […]}: the value is the number of parts that are met, and the target all of them."""

    all_of: Annotated[tuple[Met, ...], Field(min_length=2)]


Formula = Annotated[
    Annotated[Count, Tag("count")]
    | Annotated[Sum, Tag("sum")]
    | Annotated[Distinct, Tag("distinct")]
    | Annotated[Share, Tag("share")]
    | Annotated[Growth, Tag("growth")]
    | Annotated[Latest, Tag("latest")]
    | Annotated[Holds, Tag("holds")]
    | Annotated[AllOf, Tag("all_of")],
    told_by("count", "sum", "distinct", "share", "growth", "latest", "holds", "all_of"),
]

Met.model_rebuild()
AllOf.model_rebuild()


def measures_of(formula: Formula) -> Iterator[str]:
    """The names that a formula needs, in its order."""
    match formula:
        case Count(count=name) | Distinct(distinct=name) | Latest(latest=name) | Holds(holds=name):
            yield name
        case Sum(sum=names):
            yield from names
        case Share(share=part, of=whole):
            yield from (part, whole)
        case Growth(growth=now, since=before):
            yield from (now, before)
        case AllOf(all_of=parts):
            for met in parts:
                yield from measures_of(met.formula)
