"""What names something that is not there: a measure, an activity, an actor, a budget node, a KPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.reporting.catalogue.fault import Fault, at
from services.reporting.catalogue.types.activity import Activity
from services.reporting.catalogue.types.budget import BudgetNode
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.derivation import Derivation
from services.reporting.catalogue.types.due import Unprinted, triggers_of
from services.reporting.catalogue.types.formula import measures_of
from services.reporting.catalogue.types.kpi import Kpi
from services.reporting.catalogue.types.mismatch import Disagreement
from services.reporting.catalogue.types.obligation import Obligation
from services.reporting.catalogue.types.organisation import Actor, Level
from services.reporting.catalogue.types.programme import Programme
from services.reporting.catalogue.types.row import Row
from services.reporting.catalogue.types.rule import Rule

Wanted = Iterator[tuple[str, str, str]]
"""(field, kind of row, key) of everything that a row names."""

KINDS = {
    "level": "levels",
    "actor": "actors",
    "programme": "programmes",
    "budget": "budget",
    "measure": "measures",
    "kpi": "kpis",
    "activity": "activities",
    "trigger": "triggers",
    "obligation": "obligations",
    "rule": "rules",
    "sum": "sums",
}
"""How a row is named from another one, and the section where it is."""


def dangling(catalogue: Catalogue) -> Iterator[Fault]:
    """A fault for every name without its row."""
    for _, row in catalogue.rows():
        for field, kind, key in _wanted(row):
            if key not in _section(catalogue, kind):
                yield at(
                    row.place,
                    f"{row.key}.{field}",
                    "dangling",
                    f"ไม่มี {kind} ชื่อ {key}",
                    f"there is no {kind} {key}",
                )


def _section(catalogue: Catalogue, kind: str) -> Mapping[str, Row]:
    if kind == "who":  # whoever acts: an office, a body, a role, or all units of a level
        return {**catalogue.levels, **catalogue.actors}
    return dict(getattr(catalogue, KINDS[kind]))


def _wanted(row: Row) -> Wanted:
    match row:
        case Level():
            yield from _optional("under", "level", row.under)
        case Actor():
            yield "level", "level", row.level
        case Programme():
            yield "receives", "who", row.receives
        case BudgetNode():
            yield from _optional("parent", "budget", row.parent)
            yield from _optional("share.of", "budget", row.share.of if row.share else None)
        case Kpi():
            yield from _of_kpi(row)
        case Activity():
            yield from _of_activity(row)
        case Obligation():
            yield "who", "who", row.who
            yield from (("to", "who", name) for name in row.to)
            yield from (("chain", "who", name) for name in row.chain)
            yield from _optional("activity", "activity", row.activity)
            yield from (("due", "trigger", name) for name in triggers_of(row.due))
            yield from _optional("twin", "obligation", row.twin)
            if isinstance(row.due, Unprinted):
                yield from _optional("due.before", "obligation", row.due.before)
        case Rule():
            yield from (("activities", "activity", name) for name in row.activities)
            for out in row.excludes:
                yield from (("excludes.activities", "activity", name) for name in out.activities)
        case Derivation():
            yield from _of_term(row.derived)
        case Disagreement():
            yield from (("about", *_split(about)) for about in row.about)


def _of_kpi(kpi: Kpi) -> Wanted:
    yield "owner", "who", kpi.owner
    yield from _optional("budget_node", "budget", kpi.budget_node)
    yield from _optional("activity", "activity", kpi.activity)
    yield from _optional("restates.kpi", "kpi", kpi.restates.kpi if kpi.restates else None)
    if kpi.formula is not None:
        yield from (("formula", "measure", name) for name in measures_of(kpi.formula))


def _of_activity(activity: Activity) -> Wanted:
    yield "runs", "who", activity.runs
    yield "owner", "who", activity.owner
    yield from _optional("budget_node", "budget", activity.budget_node)
    yield from (("rules", "rule", name) for name in activity.rules)
    yield from (("steps.actor", "who", step.actor) for step in activity.steps)


def _of_term(term: Any) -> Wanted:
    if isinstance(term, str):
        kind, key = _split(term)
        yield "derived", {"target": "activity", "line": "activity"}.get(kind, kind), key.split("/")[0]
    else:
        for name in type(term).model_fields:
            value = getattr(term, name)
            for one in value if isinstance(value, tuple) else (value,):
                if name != "source" and (
                    hasattr(type(one), "model_fields") or (isinstance(one, str) and ":" in one)
                ):
                    yield from _of_term(one)


def _split(reference: str) -> tuple[str, str]:
    kind, _, key = reference.partition(":")
    return kind, key


def _optional(field: str, kind: str, key: str | None) -> Wanted:
    if key is not None:
        yield field, kind, key
