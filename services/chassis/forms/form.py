"""The form of something that is declared: its blanks, and the models that read it from a body and from a row."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, create_model

from services.chassis.decider import Actor, Command, Key
from services.chassis.forms.blanks import Blank, as_field, blank
from services.chassis.forms.label import label
from services.chassis.sent import Sent

D = TypeVar("D", bound=BaseModel)


def name_of(model: type[BaseModel]) -> str:
    """What it is called in addresses and files: `certify-producer`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", model.__name__).lower()


class Form(Generic[D]):
    """What people fill in for a command or a row. `about` are the blanks that say which thing it is about.

    `sent` is the body of its route (what the address says is not in it), `typed` a row of a file or a filled page: a text
    a blank, choices by their labels, several codes in one cell; `step` is the same without the blanks that say which thing.
    """

    def __init__(
        self, model: type[D], *, about: type[Key] | None = None, in_path: Collection[str] = ()
    ) -> None:
        if about is not None and issubclass(model, about):
            about = None
        self.model, self.about_type = model, about
        self.name = name_of(model)
        self.label = label(model.__doc__, model.__name__)
        self.help = inspect.cleandoc(model.__doc__ or "").partition("\n")[2].strip()
        filled = model.stamped if issubclass(model, Command) else frozenset[str]()
        self.actors = tuple(name for name in filled if model.model_fields[name].annotation is Actor)
        self.days = tuple(name for name in filled if model.model_fields[name].annotation is date)
        for name in filled.difference(self.actors, self.days):
            if model.model_fields[name].is_required():
                raise TypeError(f"{model.__name__}.{name} is filled in later and has no default until then")
        self._mine = tuple(name for name in model.model_fields if name not in filled)
        own = _blanks(model, filled)
        self._rows = {one.name: one.model for one in own if one.model is not None}
        self.about = _blanks(about, ()) if about else ()
        self.own = own
        self.blanks = (*self.about, *own)
        if len({one.name for one in self.blanks}) < len(self.blanks):
            raise TypeError(f"{model.__name__} and {about} have a field of one name")
        self.sent = self._model([one for one in own if one.name not in in_path], typed=False)
        self.typed = self._model(self.blanks, typed=True)
        self.step = self._model(own, typed=True) if self.about else self.typed

    def of(self, values: Mapping[str, Any], **filled: Any) -> D:
        """What was declared, of values that `sent` or `typed` has read, and of what the edge fills in."""
        mine = {name: values[name] for name in self._mine}
        for name, model in self._rows.items():
            mine[name] = tuple(model(**vars(row)) for row in mine[name])
        return self.model(**mine, **filled)

    def again(self, values: Mapping[str, Any], **filled: Any) -> D:
        """The same, of values that were read once and kept as JSON. No edge: what people make of a date or a name was read
        then, and the declaration's own types are enough."""
        return self.model(**{name: values[name] for name in self._mine}, **filled)

    def _model(self, blanks: Collection[Blank], *, typed: bool) -> type[Sent]:
        fields: dict[str, Any] = {}
        for one in blanks:
            owner = self.about_type if one in self.about and self.about_type else self.model
            fields[one.name] = as_field(owner, one, typed=typed)
        made = create_model(self.model.__name__, __base__=Sent, __module__=self.model.__module__, **fields)
        made.__doc__ = self.model.__doc__
        return made


def _blanks(model: type[BaseModel], filled: Collection[str]) -> tuple[Blank, ...]:
    return tuple(blank(model, name) for name in model.model_fields if name not in filled)
