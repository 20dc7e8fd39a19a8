"""Composed YAML nodes as plain values, and the line on which each of them stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from services.reporting.catalogue.fault import Fault


def value_of(node: Node, file: str, faults: list[Fault]) -> Any:
    """The value: str, int, Decimal, bool, date, None, dict, and tuple for a list. A key that stands twice is a fault."""
    if isinstance(node, ScalarNode):
        return _scalar(node, file, faults)
    if isinstance(node, SequenceNode):
        return tuple(value_of(item, file, faults) for item in node.value)
    assert isinstance(node, MappingNode)
    values: dict[str, Any] = {}
    for key, item in node.value:
        name = key.value if isinstance(key, ScalarNode) else "?"
        if name in values:
            faults.append(_fault(file, key, name, "twice", "มีช่องนี้สองครั้ง", "this field stands here twice"))
        values[name] = value_of(item, file, faults)
    return values


def line_of(node: Node, path: Sequence[int | str]) -> int:
    """The line of what lies at a path below the node, or of the nearest that is there; counted from 1."""
    line = int(node.start_mark.line) + 1
    for part in path:
        found = _below(node, part)
        if found is None:
            continue  # a union's tag, or a field that is missing
        line, node = found
    return line


def _below(node: Node, part: int | str) -> tuple[int, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark.line + 1, item
    if isinstance(node, MappingNode):
        for key, item in node.value:
            if key.value == part:
                return key.start_mark.line + 1, item
    return None


def _scalar(node: ScalarNode, file: str, faults: list[Fault]) -> Any:
    text: str = node.value
    match node.tag:
        case "int":
            return int(text)
        case "decimal":
            return Decimal(text)
        case "bool":
            return text == "true"
        case "null":
            return None
        case "date":
            try:
                return date.fromisoformat(text)
            except ValueError:
                faults.append(_fault(file, node, text, "date", "ไม่มีวันที่นี้", "there is no such day"))
                return None
        case _:
            return text


def _fault(file: str, node: Node, field: str, code: str, th: str, en: str) -> Fault:
    return Fault(file, node.start_mark.line + 1, field, code, th, en)
