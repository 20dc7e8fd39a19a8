"""Words for choices, as people type them into a cell: in either language, in capitals, without dots, several in one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BeforeValidator

from services.chassis.forms.label import Label
from services.chassis.thai import Unreadable, plain


def word(text: str) -> str:
    """A choice as it is compared: no case, no dots, nothing invisible ("ทสม" is ทสม.)."""
    return plain(text).replace(".", "").casefold()


def choosing(known: Mapping[str, Label]) -> BeforeValidator:
    """Reads a value or its label, in either language."""
    by_name = {word(name): value for value, called in known.items() for name in (called.th, called.en, value)}

    def chosen(typed: Any) -> Any:
        if not isinstance(typed, str):
            return typed
        value = by_name.get(word(typed))
        if value is None:
            th, en = (
                ", ".join(names) for names in zip(*((one.th, one.en) for one in known.values()), strict=True)
            )
            raise Unreadable("choice", f"ต้องเป็นค่าใดค่าหนึ่งใน {th}", f"must be one of: {en}")
        return value

    return BeforeValidator(chosen)


def choices_in(text: str, known: Collection[str]) -> list[str]:
    """The choices of a cell: what stands between commas, where a choice may have blanks and commas itself."""
    pieces, found = [piece for piece in re.split("[,;]", text) if piece.strip()], []
    while pieces:
        longest = next((n for n in range(len(pieces), 0, -1) if word(",".join(pieces[:n])) in known), 1)
        whole = ",".join(pieces[:longest]).strip()
        apart = whole.split()
        found += apart if word(whole) not in known and all(word(one) in known for one in apart) else [whole]
        pieces = pieces[longest:]
    return found
