"""The only file of the catalogue that reads files: YAML as composed nodes, and the lines of the sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from yaml._yaml import CParser
from yaml.nodes import Node

from services.reporting.catalogue.fault import Fault, Faulty

YEARS = Path(__file__).parent
"""Where the years' folders are: fy2565, fy2566, …"""

_INT = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"true": "bool", "false": "bool", "null": "null", "~": "null", "": "null"}


class _Composer(CParser):
    """libyaml's parser with our own, smaller idea of what a plain word means: `no` and `012` are words, 1.10 is exact."""

    def resolve(self, kind: type[Node], value: str, implicit: tuple[bool, bool]) -> str:
        """The tag of a node; what stands in quotes is text."""
        if kind is not yaml.ScalarNode:
            return "map" if kind is yaml.MappingNode else "seq"
        if not implicit[0]:
            return "str"
        if value[:1] in "0123456789-":
            if _INT.fullmatch(value):
                return "int"
            if _DECIMAL.fullmatch(value):
                return "decimal"
            return "date" if _DATE.fullmatch(value) else "str"
        return _WORDS.get(value, "str")

    def descend_resolver(self, *_: object) -> None:
        """Nothing depends on the path."""

    def ascend_resolver(self) -> None:
        """Nothing depends on the path."""


def documents(folder: Path) -> Iterator[tuple[str, Node]]:
    """The root node of every YAML file below the folder, by its name there; `Faulty` for what is no YAML."""
    for path in sorted(folder.rglob("*.yaml")):
        name = path.relative_to(folder).as_posix()
        try:
            node = _Composer(path.read_bytes()).get_single_node()
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            what = error.problem or "unreadable"
            raise Faulty(
                [Fault(name, line, "", "yaml", f"อ่าน YAML ไม่ได้ ({what})", f"this is no YAML: {what}")]
            ) from error
        if node is not None:
            yield name, node


def years() -> tuple[int, ...]:
    """The B.E. fiscal years that have a folder, the earliest first."""
    return tuple(sorted(int(path.name[2:]) for path in YEARS.glob("fy[0-9][0-9][0-9][0-9]") if path.is_dir()))


def source_lines(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The lines of each source by its number ("003"), as `sed -n` counts them: files named 003_….txt."""
    return {
        path.name[:3]: tuple(path.read_text("utf-8").split("\n"))
        for path in sorted(folder.glob("[0-9][0-9][0-9]_*.txt"))
    }
