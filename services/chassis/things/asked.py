"""What is asked of a register: an area, a stage, days, a number or a name; as conditions of the read model. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from services.chassis.thai.text import plain
from services.chassis.things.kind import Kind
from services.chassis.things.searching import folded
from services.chassis.things.view import SEARCHED
from services.chassis.wanted import Begins, Between, Contains, Wanted


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a list. `q` is what was typed into the search."""

    area: str = ""
    stage: str | None = None
    since_from: date | None = None
    since_to: date | None = None
    q: str = ""

    def where(self) -> Mapping[str, Wanted]:
        """What must hold."""
        found: dict[str, Wanted] = {"area": Begins(self.area)} if self.area else {}
        if self.stage is not None:
            found["stage"] = self.stage
        if self.since_from or self.since_to:
            bounds = (day.isoformat() if day else "" for day in (self.since_from, self.since_to))
            found["since"] = Between(*bounds)
        return found

    def either(self, kind: Kind) -> Mapping[str, Wanted]:
        """One of which must hold: a name that has it in it, a number that begins so, or the thing that it is the whole
        key of, its area being asked for; nothing where nothing was typed."""
        typed = folded(self.q)
        if not typed:
            return {}
        found: dict[str, Wanted] = {
            f"{SEARCHED}{name}": Contains(typed) if anywhere else Begins(typed)
            for name, anywhere in kind.searched.items()
        }
        return {**found, "subject": (self.q.strip(), *self._streams(kind))}

    def _streams(self, kind: Kind) -> Iterator[str]:
        """The streams of keys that have an area and what was typed, which is in no event."""
        others = [name for name in kind.key.model_fields if name != "area"]
        if kind.stream is not None or len(others) != 1 or len(kind.key.model_fields) != 2 or not self.area:
            return
        for number in dict.fromkeys((plain(self.q), plain(self.q).upper())):
            try:
                yield kind.key.model_validate({"area": self.area, others[0]: number}).stream
            except ValidationError:
                continue
