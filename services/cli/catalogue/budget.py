"""`chumchon catalogue budget`: the tree of the year's money, what stays at the centre, what is to be spent by when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.catalogue.asked import JsonOption, YearOption, console, loaded, refuse, show_json, table

if TYPE_CHECKING:
    from rich.tree import Tree

    from services.reporting.catalogue import Catalogue
    from services.reporting.catalogue.types.budget import BudgetNode

app = typer.Typer()


@app.command()
def budget(
    quarter: Annotated[int | None, typer.Option(help="ไตรมาส 1–4 · what is to be spent by its end")] = None,
    year: YearOption = 2565,
    as_json: JsonOption = False,
) -> None:
    """งบประมาณ · stated amounts in baht with remainders and mismatches; quarterly targets of spending."""
    catalogue = loaded(year)
    if quarter is not None and quarter not in range(1, 5):
        refuse("ไตรมาสต้องเป็น 1 ถึง 4", "A fiscal year has the quarters 1 to 4.")
    nodes = {node.id: told(node, catalogue, quarter) for node in catalogue.budget.values()}
    if as_json:
        show_json(
            {
                "year": year,
                "quarter": quarter,
                "nodes": list(nodes.values()),
                "spending": _spending(catalogue),
            }
        )
        return
    from rich.tree import Tree

    out = console()
    for root in (node for node in nodes.values() if node["parent"] is None):
        tree = Tree(_label(root))
        _grow(tree, root["id"], nodes)
        out.print(tree)
    _show_spending(catalogue)


def told(node: BudgetNode, catalogue: Catalogue, quarter: int | None = None) -> dict[str, Any]:
    """A node as a flat row, money in baht; `remainder` is None where nothing below the node is described.

    `cumulative_target` is what the department is to have spent of its whole appropriation by the end of the quarter: one
    percentage is printed for the department (003:1510-1519), none for a node, let alone for salaries.
    """
    from services.reporting.catalogue.checks.sums import remainder

    below = any(one.parent == node.id and one.tree == node.tree for one in catalogue.budget.values())
    held = any(one.budget_node == node.id and one.budget for one in catalogue.activities.values())
    asked = next((row for row in catalogue.spending.values() if row.number == quarter), None)
    return {
        "id": node.id,
        "parent": node.parent,
        "tree": node.tree,
        "th": node.th,
        "en": node.en,
        "cost_object": node.cost_object,
        "amount": node.amount / 100,
        "remainder": remainder(node, catalogue) / 100 if node.tree == "plan" and (below or held) else None,
        "cumulative_target": (
            round(float(node.amount * asked.department.cumulative) / 10_000, 2)
            if asked and node.parent is None
            else None
        ),
        "mismatches": [row.id for row in catalogue.mismatches.values() if f"budget:{node.id}" in row.about],
        "source": [str(one) for one in node.source],
    }


def _grow(tree: Tree, parent: str, nodes: Mapping[str, dict[str, Any]]) -> None:
    for node in nodes.values():
        if node["parent"] == parent:
            _grow(tree.add(_label(node)), node["id"], nodes)


def _label(node: Mapping[str, Any]) -> str:
    mark = " [dim](จำแนกตามงบรายจ่าย · by class)[/]" if node["tree"] == "class" else ""
    text = f"[bold]{node['id']}[/] {node['th']}{mark}  [green]{node['amount']:,.2f}[/]"
    if node["remainder"]:
        text += f"  [yellow]คงเหลือส่วนกลาง · remainder {node['remainder']:,.2f}[/]"
    if node["cumulative_target"] is not None:
        text += f"  [cyan]เป้าหมายสะสมของกรม · the department's cumulative target {node['cumulative_target']:,.2f}[/]"
    if node["mismatches"]:
        text += f"  [red]ไม่ตรงกัน · mismatch {', '.join(node['mismatches'])}[/]"
    return text


def _spending(catalogue: Catalogue) -> list[dict[str, Any]]:
    return [
        {"quarter": row.number}
        | {
            f"{who}_{name}": getattr(getattr(row, who), name)
            for who in ("government", "department", "plan")
            for name in ("quarter", "cumulative")
        }
        for row in sorted(catalogue.spending.values(), key=lambda row: row.number)
    ]


def _show_spending(catalogue: Catalogue) -> None:
    headings = ("รัฐบาล · government", "กรม · department", "แผน · plan")
    title = "เป้าหมายการใช้จ่าย ร้อยละ (สะสม) · spending targets, percent (cumulative)"
    made = table(title, "quarter", *headings, numbers=headings)
    for row in _spending(catalogue):
        made.add_row(
            str(row["quarter"]),
            *(
                f"{row[f'{who}_quarter']} ({row[f'{who}_cumulative']})"
                for who in ("government", "department", "plan")
            ),
        )
    console().print(made)
