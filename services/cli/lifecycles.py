"""`docs/lifecycles.md`: every lifecycle as a diagram, a table and its refusals, made from the code."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import services
from services.chassis.lifecycle import Lifecycle
from services.chassis.lifecycle.diagram import mermaid, rows
from services.chassis.lifecycle.refusals import refusals

PAGE = "docs/lifecycles.md"
_HEAD = ("command", "at", "by", "says", "refused as", "source")


def lifecycles() -> list[Lifecycle[Any]]:
    """Every one that a service's domain has, by name."""
    root = Path(services.__path__[0])
    found: dict[str, Lifecycle[Any]] = {}
    for path in sorted(root.glob("*/domain/**/*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        module = import_module(f"services.{name}")
        found |= {one.name: one for one in vars(module).values() if isinstance(one, Lifecycle)}
    return [found[name] for name in sorted(found)]


def page() -> dict[str, str]:
    """The page, from its path to its text."""
    return {
        PAGE: "\n".join(
            ["# Lifecycles\n\nMade by `chumchon schemas` from the tables in the code.\n", *_parts()]
        )
    }


def _parts() -> Iterator[str]:
    for one in lifecycles():
        yield f"## {one.name} · {one.called[0]}\n\n```mermaid\n{mermaid(one)}```\n"
        yield "".join(map(_row, (_HEAD, ("---",) * len(_HEAD), *rows(one))))
        told = ((f"`{no.code}`", no.th, no.en, no.rule) for no in refusals(one))
        yield "".join(map(_row, (("refusal", "ไทย", "English", "rule"), ("---",) * 4, *told)))


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |\n"
