"""How a printed number is derived from others: sums, products, differences and percentages, as data."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Tag

from services.reporting.catalogue.types.model import Model, told_by
from services.reporting.catalogue.types.printed import Number
from services.reporting.catalogue.types.row import Identified, Text
from services.reporting.catalogue.types.source import Sourced

Reference = Annotated[
    str,
    Field(
        pattern=r"^(budget|activity|kpi|level|measure):[^\s]+$|^(target|line):[^\s/]+/[^\s]+$|^sum:[^\s]+$"
    ),
]
"""A number that stands elsewhere in the catalogue; money in baht.

budget:AGRI-SAFE   the stated amount of a node           activity:AGR-S1          the amount of an activity
kpi:P23            the target of a KPI                   target:AGR-S1/people     a target of an activity
level:province     how many units a level has            line:DEBT-1/0            the first budget line's amount
sum:A-CLASSES      what another derivation prints       measure:national.otop   the figure printed of a measure
"""


class Value(Sourced):
    """A number that stands nowhere else in the catalogue; it is found in its own source, or in the row's."""

    value: Number
    en: Text


class SumOf(Model):
    """{sum_of: [budget:EXP-PER, budget:EXP-OPS]}"""

    sum_of: Annotated[tuple[Term, ...], Field(min_length=2)]


class ProductOf(Model):
    """{product_of: [level:province, {value: 25, en: products a province}]}"""

    product_of: Annotated[tuple[Term, ...], Field(min_length=2)]


class Minus(Model):
    """{minus: [of this, that and that]}"""

    minus: Annotated[tuple[Term, ...], Field(min_length=2)]


class PercentOf(Model):
    """{percent: part, of: whole}, rounded half up to the places that are printed."""

    percent: Term
    of: Term


class ChangeOf(Model):
    """{change: now, since: before}, in percent, rounded as above."""

    change: Term
    since: Term


Term = Annotated[
    Annotated[Reference, Tag("reference")]
    | Annotated[Value, Tag("value")]
    | Annotated[SumOf, Tag("sum_of")]
    | Annotated[ProductOf, Tag("product_of")]
    | Annotated[Minus, Tag("minus")]
    | Annotated[PercentOf, Tag("percent")]
    | Annotated[ChangeOf, Tag("change")],
    told_by("value", "sum_of", "product_of", "minus", "percent", "change", otherwise="reference"),
]

for _model in (SumOf, ProductOf, Minus, PercentOf, ChangeOf):
    _model.model_rebuild()


class Derivation(Identified):
    """A number that a source prints, and from what it follows. One that does not follow is a mismatch."""

    th: str = ""
    en: Text
    printed: Number
    derived: Term
