"""Rules of steps: a condition under which a step is refused, with its refusal, beside the sentence that it implements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from services.chassis.decider import Actor, Refused

C = TypeVar("C", contravariant=True)
S = TypeVar("S", contravariant=True)


@dataclass(frozen=True, slots=True)
class Rule(Generic[C, S]):
    """`no` where `holds`."""

    no: Refused
    holds: Callable[[C, S], bool]

    def __call__(self, command: C, state: S) -> Refused | None:
        return self.no if self.holds(command, state) else None


def refuses(
    code: str,
    th: str,
    en: str,
    *,
    kind: Literal["conflict", "invalid", "missing", "forbidden"] = "conflict",
    rule: str = "",
    field: str = "",
) -> Callable[[Callable[[C, S], bool]], Rule[C, S]]:
    """Make a rule of a condition: the step is refused where it is true. See `Refused`."""
    no = Refused(code, th, en, kind, rule, field)
    return lambda holds: Rule(no, holds)


class _Signed(Protocol):
    @property
    def by(self) -> Actor: ...


class _Made(Protocol):
    @property
    def makers(self) -> frozenset[str]: ...


@refuses(
    "needs-a-second-person",
    "ผู้บันทึกผลต้องไม่ใช่ผู้บันทึกเรื่องที่พิจารณา",
    "Who recorded what is decided on cannot record the decision.",
    kind="forbidden",
    rule="ARCHITECTURE §9",
)
def same_person(command: _Signed, state: _Made) -> bool:
    """Approvals need a second person."""
    return command.by.id in state.makers
