"""A step of a lifecycle, a row of its table; and what every state and most commands of one have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, Protocol, TypeVar

from contracts.event import Event
from contracts.stage import Stage
from services.chassis.decider import Actor, Command, Decision, Happened, Key, Refused
from services.chassis.lifecycle.office import Office

NEW: Final = None
"""The stage of what is not there yet."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a thing has come. A state adds fields, named as the events name them: they are filled by themselves."""

    area: str = ""
    stage: Stage | None = NEW
    since: date = date.min
    """The date of the last step; nothing later may be dated before it."""
    makers: frozenset[str] = frozenset()
    """Who recorded what a later decision rests on: none of them may record that."""


class Signed(Command):
    """A step that somebody takes on a day; a command that calls the day by another name says `on` again."""

    on: Happened
    """วันที่ · date"""
    by: Actor


C = TypeVar("C", bound=Command)
S = TypeVar("S", bound=Progress, contravariant=True)
E = TypeVar("E", bound=Event)


class Say(Protocol):
    """Makes an event, its fields by their names, and others as they are given."""

    def __call__(self, event: type[E], **others: Any) -> E: ...


@dataclass(frozen=True, slots=True, repr=False)
class Step(Generic[S]):
    """A row, made by `step`."""

    command: type[Command]
    says: tuple[type[Event], ...]
    when: tuple[Stage | None, ...]
    by: Office
    unless: tuple[Callable[[Any, S], Refused | None], ...]
    tell: Callable[[Any, S, Say], Decision] | None
    again: bool
    otherwise: Refused | None
    source: str

    def __repr__(self) -> str:
        return f"step({self.command.__name__})"

    @property
    def begins(self) -> bool:
        """Whether it can make the thing."""
        return NEW in self.when

    @property
    def key(self) -> type[Key] | None:
        """How people know what it makes; None where its command is no key."""
        command: type[Any] = self.command  # mypy thinks that nothing is a Command and a Key
        if not issubclass(command, Key):
            return None
        return next((one for one in command.__bases__ if issubclass(one, Key) and one is not Key), command)

    @property
    def leads_to(self) -> tuple[Stage, ...]:
        """The stages at which the thing stands after it; none where it stays."""
        found = [event.leads_to for event in self.says if event.leads_to is not None]
        return tuple(found if self.tell else found[-1:])


def step(
    command: type[C],
    says: type[Event] | tuple[type[Event], ...],
    when: Stage | tuple[Stage | None, ...] | None,
    by: Office,
    *,
    unless: tuple[Callable[[C, S], Refused | None], ...] = (),
    tell: Callable[[C, S, Say], Decision] | None = None,
    again: bool = False,
    otherwise: Refused | None = None,
    source: str = "",
) -> Step[S]:
    """`command` is said as the event `says` while the thing stands at one of `when`, unless a rule refuses it.

    The event's fields come by their names: from the command, else from the state. `was` is the stage before, `was_x` the
    state's `x`, `fiscal_year` that of the day where neither has one; of what a `Key` makes, the thing's own id is the key's stream, and
    the key's properties are fields, too. What does not come so, which of several events it is, or
    how many, is said by `tell`. With `again` the step is a no-op where it would change nothing. Out of turn it is refused in
    words made of the stages' names, or with `otherwise`. `source` is the line of the department's document.

    A function, so that the type of the command binds those of its rules.
    """
    return Step(
        command,
        says if isinstance(says, tuple) else (says,),
        when if isinstance(when, tuple) else (when,),
        by,
        unless,
        tell,
        again,
        otherwise,
        source,
    )
