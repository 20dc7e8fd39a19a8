"""Forms: what people fill in for something that is declared, derived from its fields."""

from __future__ import annotations

from services.chassis.forms.blanks import Blank
from services.chassis.forms.form import Form, name_of
from services.chassis.forms.label import Label, choices, label

__all__ = ["Blank", "Form", "Label", "choices", "label", "name_of"]
