"""The address of a thing: its id, or its key where the address is the key. How a route reads it, and back."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import StringConstraints

from contracts.ids import id_pattern
from services.chassis.forms.form import Form
from services.chassis.things.kind import Kind

PLACEHOLDER = re.compile(r"{(\w+)}")


class Address:
    """Of one kind of thing."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.parts = PLACEHOLDER.findall(kind.at)
        self.keyed = set(self.parts) == set(kind.key.model_fields)

    def parameters(self) -> list[inspect.Parameter]:
        """What a route takes of it."""
        if self.keyed:
            kinds = {blank.name: blank.sent for blank in Form(self._kind.key).blanks}
        else:
            [thing] = self.parts
            pattern = id_pattern(thing.removesuffix("_id").replace("_", "-"))
            kinds = {thing: Annotated[str, StringConstraints(pattern=pattern)]}
        keyword = inspect.Parameter.KEYWORD_ONLY
        return [inspect.Parameter(name, keyword, annotation=kinds[name]) for name in self.parts]

    def stream(self, given: Mapping[str, Any]) -> str:
        """The thing's stream, from what a route was given."""
        if self.keyed:
            return self._kind.key(**{name: given[name] for name in self.parts}).stream
        return str(given[self.parts[0]])

    def key(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The key, where the address is it: a state need not have it."""
        return dict(given) if self.keyed else {}

    def path(self, stream: str, row: Mapping[str, Any]) -> str:
        """Where it lies. `row` has its key's fields, where the address is the key."""
        known = {name: row[name] for name in self.parts} if self.keyed else {self.parts[0]: stream}
        return self._kind.at.format_map(known)
