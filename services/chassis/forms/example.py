"""The example row of a template: what a filled row looks like, readable as one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from contracts.ids import stream_id
from services.chassis.forms.blanks import Blank
from services.chassis.forms.form import Form
from services.chassis.thai import generated_citizen_number

CITIZEN = generated_citizen_number(9_999_999)
"""A citizen number that is nobody's."""
_THING = re.compile(r'"pattern": "\^(?:([a-z-]+)|\[a-z-\]\+):\[0-9a-f\]')
"""The pattern of a thing's id, in the field's type."""
_BY_KIND: Mapping[str, str] = {
    "text": "ตัวอย่าง", "code": "a-1", "number": "1", "year": "2565", "day": "1 ต.ค. 2564", "yes-no": "ใช่",
    "area": "51010101", "money": "1,000", "month": "ต.ค. 2564", "citizen": CITIZEN, "percent": "12.50",
}  # fmt: skip


def example(form: Form[Any]) -> dict[str, str]:
    """From a blank to what an officer would type into it. A field's own example (`Field(examples=…)`) comes first."""
    return {blank.name: _of(blank, form) for blank in form.blanks}


def _of(blank: Blank, form: Form[Any]) -> str:
    for owner in (form.model, form.about_type):
        if owner is not None and blank.name in owner.model_fields:
            return _in(owner, blank)
    return _BY_KIND[blank.kind]


def _in(owner: type[BaseModel], blank: Blank) -> str:
    """As a field of this model."""
    field = owner.model_fields[blank.name]
    if field.examples:
        return str(field.examples[0])
    if blank.columns and blank.model is not None:
        return "|".join(_in(blank.model, column) for column in blank.columns)
    if found := _THING.search(json.dumps(TypeAdapter(blank.typed).json_schema())):
        return stream_id(found[1] or "thing", "example")
    if blank.kind == "number":
        return next((str(least) for mark in field.metadata if (least := getattr(mark, "ge", 0))), "1")
    if blank.choices:
        return next(iter(blank.choices.values())).th
    return _BY_KIND.get(blank.kind, _BY_KIND["text"])
