"""Every number that can be re-derived: budget nodes, shares, activities' money and targets, quarters, printed sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from services.reporting.catalogue.checks.outcome import Outcome, baht
from services.reporting.catalogue.checks.terms import HUNDRED, line_worth, worth
from services.reporting.catalogue.fault import Fault, at
from services.reporting.catalogue.types.activity import Activity
from services.reporting.catalogue.types.budget import BudgetNode
from services.reporting.catalogue.types.catalogue import Catalogue


def outcomes(catalogue: Catalogue, faults: list[Fault]) -> Iterator[Outcome]:
    """Every re-derivation with its two numbers. What cannot be computed at all becomes a fault."""
    yield from _budget(catalogue)
    for activity in catalogue.activities.values():
        yield from _activity(activity)
    yield from _spending(catalogue)
    for row in catalogue.sums.values():
        try:
            yield Outcome(f"sum:{row.id}", row.printed, worth(row.derived, catalogue), row.place, row.en)
        except (LookupError, ValueError, ArithmeticError) as error:
            faults.append(
                at(
                    row.place,
                    f"{row.id}.derived",
                    "uncomputable",
                    f"คำนวณไม่ได้: {error}",
                    f"cannot be computed: {error}",
                )
            )


def remainder(node: BudgetNode, catalogue: Catalogue) -> int:
    """Satang of a node that neither its children nor its activities take: kept at the centre or not described."""
    return node.amount - sum(_below(catalogue).get(node.id, ()))


def _below(catalogue: Catalogue) -> dict[str, list[int]]:
    """The amounts that hang directly below each node: nodes, and the activities that have money."""
    below: dict[str, list[int]] = defaultdict(list)
    for node in catalogue.budget.values():
        if node.parent is not None:
            below[node.parent + ("/class" if node.tree == "class" else "")].append(node.amount)
    for activity in catalogue.activities.values():
        if activity.budget_node is not None and activity.budget is not None:
            below[activity.budget_node].append(activity.budget.amount)
    return below


def _budget(catalogue: Catalogue) -> Iterator[Outcome]:
    below = _below(catalogue)
    for node in catalogue.budget.values():
        if node.share is not None and node.share.of in catalogue.budget:
            percent = Decimal(node.amount) / catalogue.budget[node.share.of].amount * HUNDRED
            yield Outcome(f"share:{node.id}", node.share.percent, percent, node.place, "share of the whole")
        own = below.get(node.id if node.tree == "plan" else f"{node.id}/class", [])
        if own and (node.complete or sum(own) > node.amount):
            en = (
                "the children make the node"
                if node.complete
                else "the children take no more than the node has"
            )
            yield Outcome(f"budget:{node.id}", baht(node.amount), baht(sum(own)), node.place, en)
        if node.tree == "plan" and (classes := below.get(f"{node.id}/class")):
            yield Outcome(
                f"classes:{node.id}",
                baht(node.amount),
                baht(sum(classes)),
                node.place,
                "classes make the node",
            )


def _activity(activity: Activity) -> Iterator[Outcome]:
    for target in activity.targets:
        if target.made_of:
            product = Decimal(1)
            for factor in target.made_of:
                product *= factor
            yield Outcome(
                f"target:{activity.id}/{target.name}", target.value, product, activity.place, target.en
            )
    if activity.budget is None:
        return
    for index, line in enumerate(activity.budget.lines):
        if line.units is not None and line.amount is not None:
            derived = baht(line_worth(line))
            yield Outcome(f"line:{activity.id}/{index}", baht(line.amount), derived, activity.place, line.en)
    if activity.budget.lines and activity.budget.complete:
        total = baht(sum(line.amount or line_worth(line) for line in activity.budget.lines))
        yield Outcome(
            f"activity:{activity.id}", baht(activity.budget.amount), total, activity.place, "lines make it"
        )


def _spending(catalogue: Catalogue) -> Iterator[Outcome]:
    quarters = sorted(catalogue.spending.values(), key=lambda row: row.number)
    for column in ("government", "department", "plan"):
        total = Decimal(0)
        for row in quarters:
            printed = getattr(row, column)
            total += printed.quarter
            yield Outcome(
                f"spending:{column}/{row.number}", printed.cumulative, total, row.place, "cumulative"
            )
