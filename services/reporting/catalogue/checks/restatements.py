"""A restatement says where it differs from what it restates, and nowhere else differs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.chassis.thai import arabic_digits
from services.reporting.catalogue.fault import Fault, at
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.kpi import Kpi

_BLANK = re.compile(r"[\s*]+")


def undeclared(catalogue: Catalogue) -> Iterator[Fault]:
    """A fault for a difference that is not listed, and for a listed one that is none."""
    for kpi in catalogue.kpis.values():
        if kpi.restates is None or kpi.restates.kpi not in catalogue.kpis:
            continue
        other = catalogue.kpis[kpi.restates.kpi]
        real = _differences(kpi, other)
        listed = {difference.in_ for difference in kpi.restates.differs}
        for name in sorted(real - listed):
            yield at(
                kpi.place,
                f"{kpi.id}.restates.differs",
                "undeclared-difference",
                f"{name} ต่างจาก {other.id} แต่ไม่ได้ระบุ",
                f"{name} differs from {other.id} and is not listed",
            )
        for name in sorted(listed - real):
            yield at(
                kpi.place,
                f"{kpi.id}.restates.differs",
                "no-difference",
                f"{name} เหมือนกับ {other.id}",
                f"{name} is the same as in {other.id}",
            )


def _differences(kpi: Kpi, other: Kpi) -> set[str]:
    return {
        name
        for name, here, there in (
            ("target", kpi.target and kpi.target.value, other.target and other.target.value),
            ("operator", kpi.operator, other.operator),
            ("unit", kpi.unit, other.unit),
            ("scope", kpi.scope, other.scope),
            ("words", _packed(kpi.th), _packed(other.th)),
        )
        if here != there
    }


def _packed(text: str) -> str:
    return _BLANK.sub("", arabic_digits(text))
