"""One thing that can be entered: its form, who may, what is asked before, and the commands that come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from services.chassis.access import Role
from services.chassis.decider import Declared, Key, Refused
from services.chassis.desk.asking import Asking, Stamp, Stream
from services.chassis.forms import Form
from services.chassis.http.routes import Method
from services.chassis.problems import FieldError
from services.chassis.row_run import Job, Step

Steps = Callable[[Any, Stream | None, Mapping[Any, Any]], Sequence[Step]]
"""From what was entered, the stream that its address names, and what is known: the commands, the last one being it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """See the module. `area` is the field that says where it is, `distinct` the field to name where two rows of a file are
    the same thing ("" where they may be). `jobs` makes jobs of all rows of a file, where a job a thing is not enough."""

    name: str
    form: Form[Any]
    roles: frozenset[Role]
    method: Method
    path: str
    thing: str
    """The part of the address that names the thing, "" where none does."""
    checks: Mapping[str, Asking]
    steps: Steps
    area: str
    distinct: str
    whole: bool = False
    """Whether its rows run as the system, having been authorised with their file; else with their officer's areas."""
    every: Asking | None = None
    stream: Asking | None = None
    """From a key to its stream, where the key alone does not tell it."""
    jobs: Callable[[Sequence[tuple[int, Any]]], list[Job]] | None = None
    key: type[Key] | None = None
    """The key of the thing that a row is about, where the command's own stream is not it."""
    fill: Asking | None = None
    """What completes the command, in the moment in which it is decided."""

    def made(self, values: Mapping[str, Any], stamp: Stamp) -> Any:
        """What was entered: a command, or a row."""
        return self.form.of(values, **self._filled(stamp))

    def made_again(self, kept: Mapping[str, Any], stamp: Stamp) -> Any:
        """The same, of the JSON that an accepted file keeps."""
        return self.form.again(kept, **self._filled(stamp))

    def _filled(self, stamp: Stamp) -> dict[str, Any]:
        filled: dict[str, Any] = dict.fromkeys(self.form.actors, stamp.by)
        if self.form.days:
            filled |= dict.fromkeys(self.form.days, stamp.today)
        return filled

    def about(self, values: Mapping[str, Any], known: Mapping[Any, Any]) -> Stream | None:
        """The stream of the thing that a row is about; None where the command makes it, or the address says it."""
        kind = self.key
        if kind is None:
            return None
        key = kind(**{name: values[name] for name in kind.model_fields})
        return Stream(key.stream if self.stream is None else self.stream(key, known))

    async def refusal(self, entered: Any, known: Mapping[Any, Any]) -> tuple[str, Refused] | None:
        """The first look-up that says no, with its field."""
        for field, check in self.checks.items():
            refused = await check(entered, known)
            if refused is not None:
                return field, refused
        return None

    def mistakes(self, entered: BaseModel, row: int | None = None) -> list[FieldError]:
        """All that is wrong with what was entered by itself."""
        found = entered.mistakes() if isinstance(entered, Declared) else ()
        return [error_of(refused, row) for refused in found]

    async def errors(self, entered: BaseModel, known: Mapping[Any, Any], row: int | None) -> list[FieldError]:
        """All that is wrong with what was entered, before anything is tried."""
        found = self.mistakes(entered, row)
        refused = await self.refusal(entered, known)
        return found if refused is None else [*found, error_of(refused[1], row, refused[0])]

    def parts(self) -> set[Any]:
        """The parts of the service that its look-ups need."""
        others = (self.every, self.stream, self.fill)
        asked = [*self.checks.values(), *(one for one in others if one is not None)]
        return {part for check in asked for part in check.parts()}


def error_of(refused: Refused, row: int | None, field: str = "") -> FieldError:
    """A refusal as what is wrong with a field."""
    return FieldError(refused.field or field, refused.code, refused.th, refused.en, row)
