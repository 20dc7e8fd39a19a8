"""A kind of thing as its register shows it: what it is called, its stages, its columns, what a search looks into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from contracts.event import Event
from contracts.stage import Stage
from services.chassis.decider import Aggregate, Key, Refused
from services.chassis.forms.blanks import Blank
from services.chassis.forms.form import Form
from services.chassis.forms.label import Label, label
from services.chassis.http.routes import PUBLIC
from services.chassis.lifecycle import Lifecycle
from services.chassis.things.columns import Column, column
from services.chassis.things.kept import Kept, kept
from services.chassis.things.said import labels_of_events

if TYPE_CHECKING:  # the desk declares things: at run time they do not know it
    from services.chassis.desk.asking import Asking
    from services.chassis.desk.entry import Entry

Shows = Callable[[Any, date], Mapping[str, Any]]
"""`shows(state, today)`: what a thing's own answer has besides its state's fields."""


Answers = Literal["all", "desk", "none"]
"""Which answers of a thing are made of its declaration; the others a service writes by hand."""


@dataclass
class Kind:
    """The things of one kind. `entries` are the commands about them, in the order in which they were declared."""

    aggregate: Aggregate[Any, Any]
    key: type[Key]
    at: str
    readers: Collection[Any]
    shows: Shows | None
    listed: bool
    stream: Asking | None = None
    """From a key to its stream, where the key alone does not tell it."""
    answers: Answers = "all"
    entries: list[Entry] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The aggregate's name."""
        return self.aggregate.name

    @property
    def many(self) -> str:
        """The address of all of them."""
        return self.at.partition("/{")[0]

    @property
    def public(self) -> bool:
        """Whether everybody may read one; who has done what, and what can be done now, is for officers all the same."""
        return self.readers is PUBLIC

    @property
    def own(self) -> str:
        """The address of the answer with what can be done now and what was."""
        return f"{self.at}/desk" if self.public or self.answers == "desk" else self.at

    @cached_property
    def called(self) -> Label:
        """The name of one."""
        if isinstance(self.aggregate, Lifecycle):
            return Label(*self.aggregate.called)
        return label(self.key.__doc__, self.key.__name__)

    @property
    def absent(self) -> Refused:
        """What is answered of one that is not there."""
        th, en = self.called.th, self.called.en
        return self.aggregate.absent or Refused(
            f"{self.name}-not-found", f"ไม่พบ{th}นี้", f"There is no such {en}.", kind="missing"
        )

    @cached_property
    def staged(self) -> type[Stage] | None:
        """The stages through which it goes."""
        found = {type(event.leads_to) for event in self.aggregate.events if event.leads_to is not None}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def stages(self) -> Mapping[str, Label]:
        """Their names, in their order."""
        return {one.value: Label(one.th, one.en) for one in self.staged or ()}

    @cached_property
    def kept(self) -> Mapping[type[Event], Kept]:
        """What its events leave in the register."""
        return kept(self.aggregate, self.key, self.blanks)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields that the register keeps: the key's first, then in the order in which people enter them."""
        found = {name for one in self.kept.values() for name in (*one.names, *one.computed)}
        ordered = [name for name in (*self.key.model_fields, *self.blanks) if name in found]
        return tuple(dict.fromkeys((*ordered, *sorted(found))))

    @cached_property
    def blanks(self) -> Mapping[str, Blank]:
        """What people fill in about it, by name; of a name that several forms have, the first."""
        found: dict[str, Blank] = {}
        for form in (Form(self.key), *(entry.form for entry in self.entries)):
            for blank in form.blanks:
                found.setdefault(blank.name, blank)
        return found

    @cached_property
    def labels(self) -> Mapping[str, Label]:
        """What its fields are called."""
        return {name: blank.label for name, blank in self.blanks.items()}

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the register that have a name in both languages; `area` and the stage are in each of them."""
        return tuple(column(self.blanks[name]) for name in self.names if name in self.blanks)

    @cached_property
    def searched(self) -> Mapping[str, bool]:
        """The fields that a search looks into, and whether anywhere in them (a name) or at their beginning (a number)."""
        texts = [
            name for name in self.names if name in self.blanks and self.blanks[name].kind in ("text", "code")
        ]
        texts += [name for name in self.names if _is_name(name) and name not in texts]
        return {
            name: _is_name(name) for name in texts if name not in self.blanks or not self.blanks[name].many
        }

    @cached_property
    def events(self) -> Mapping[str, Label]:
        """What its events are called, by type."""
        return labels_of_events(self.aggregate, self.entries)


def _is_name(field: str) -> bool:
    return "name" in field.split("_")
