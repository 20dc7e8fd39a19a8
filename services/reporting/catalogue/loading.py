"""Files to catalogue: every row validated, everything that is wrong named at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from services.chassis.problems.fields import field_errors
from services.reporting.catalogue.fault import Fault, Faulty
from services.reporting.catalogue.files import YEARS, documents
from services.reporting.catalogue.marked import line_of, value_of
from services.reporting.catalogue.references import dangling
from services.reporting.catalogue.types.catalogue import SECTIONS, Catalogue
from services.reporting.catalogue.types.due import Conventions
from services.reporting.catalogue.types.model import Model
from services.reporting.catalogue.types.place import Place
from services.reporting.catalogue.types.row import Row

M = TypeVar("M", bound=Model)

_FOLDER = re.compile(r"fy([0-9]{4})")


def load(folder: Path | int, *, only: str = "") -> Catalogue:
    """The catalogue of a folder or of a B.E. fiscal year. Raises `Faulty` with everything that is wrong.

    With `only`, faults of files whose name does not contain it are left out: for whoever works at one file while
    others work at theirs. The catalogue is then returned although those files may be wrong.
    """
    folder = YEARS / f"fy{folder}" if isinstance(folder, int) else folder
    faults: list[Fault] = []
    catalogue = _read(folder, faults)
    faults.extend(dangling(catalogue))
    if wrong := [fault for fault in faults if only in fault.file]:
        raise Faulty(wrong)
    return catalogue


def _read(folder: Path, faults: list[Fault]) -> Catalogue:
    rows: dict[str, dict[str, Row]] = {section: {} for section in SECTIONS}
    found = _FOLDER.fullmatch(folder.name)
    year, conventions = int(found[1]) if found else 0, Conventions()
    for file, root in documents(folder):
        if not isinstance(root, MappingNode):
            faults.append(Fault(file, 1, "", "sections", "ต้องเป็นรายการของหมวด", "must be sections with rows"))
            continue
        programme = _programme(root)
        for section, line, node in _sections(root):
            if section == "conventions":
                conventions = (
                    _validated(Conventions, value_of(node, file, faults), node, file, faults) or conventions
                )
            elif section not in SECTIONS or not isinstance(node, SequenceNode):
                names = ", ".join(SECTIONS)
                faults.append(
                    Fault(file, line, section, "section", f"หมวดต้องเป็นรายการและชื่อหนึ่งใน {names}",
                          f"a section is a list and has one of the names {names}")
                )  # fmt: skip
            else:
                _take(rows[section], SECTIONS[section], node, file, programme, faults)
    return Catalogue(fiscal_year=year, conventions=conventions, **rows)  # type: ignore[arg-type]  # by SECTIONS


def _take(
    taken: dict[str, Row], kind: type[Row], node: SequenceNode, file: str, programme: str, faults: list[Fault]
) -> None:
    """Validate the rows of one section into `taken`; a key that is there already is a fault."""
    for item in node.value:
        value = value_of(item, file, faults)
        place = Place(file, item.start_mark.line + 1, programme)
        if isinstance(value, dict):
            if "place" in value:
                faults.append(
                    Fault(file, place.line, "place", "unknown-field", "ไม่มีช่องชื่อนี้", "is not a field of this")
                )
            value["place"] = place
        row = _validated(kind, value, item, file, faults)
        if row is None:
            continue
        if (other := taken.get(row.key)) is not None:
            faults.append(
                Fault(
                    file,
                    place.line,
                    row.key,
                    "duplicate",
                    f"ซ้ำกับ {other.place}",
                    f"stands at {other.place} already",
                )
            )
        else:
            taken[row.key] = row


def _validated(kind: type[M], value: Any, node: Node, file: str, faults: list[Fault]) -> M | None:
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        found = error.errors()
        faults.extend(
            Fault(file, line_of(node, one["loc"]), said.field, said.code, said.th, said.en)
            for one, said in zip(found, field_errors(found), strict=True)
        )
        return None


def _sections(root: MappingNode) -> Iterator[tuple[str, int, Node]]:
    for key, node in root.value:
        yield str(key.value), key.start_mark.line + 1, node


def _programme(root: MappingNode) -> str:
    """The id of the first programme in a file: all rows of the file belong to it."""
    for section, _, node in _sections(root):
        if section == "programmes" and isinstance(node, SequenceNode) and node.value:
            return next((str(item.value) for key, item in node.value[0].value if key.value == "id"), "")
    return ""
