"""What people send: fields that we do not know are refused, Thai digits are read, and nobody's number stands in public."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from contracts.areas import AreaCode
from services.chassis.thai import Unreadable, arabic_digits, citizen_number

_THIRTEEN = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12}(?![0-9])")


class Sent(BaseModel):
    """A body, or a row of a file: an unknown field is an error (a slip of the pen would otherwise be a value left out),
    and blanks around a text are not kept."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def read_area(typed: Any) -> Any:
    """A typed area code with Arabic digits."""
    return arabic_digits(typed.strip()) if isinstance(typed, str) else typed


def impersonal(text: str) -> str:
    """The text itself; raises Unreadable where a citizen number stands in it."""
    for found in _THIRTEEN.finditer(arabic_digits(text)):
        try:
            citizen_number(found[0])
        except Unreadable:
            continue
        raise Unreadable(
            "citizen-number-here",
            "ห้ามใส่เลขประจำตัวประชาชนในช่องนี้ เพราะช่องนี้เปิดเผยต่อทุกคน",
            "A citizen number must not stand here: everybody can read this field.",
        )
    return text


_NO_WORDS = frozenset(
    {
        "-",
        "--",
        "–",
        "—",
        ".",
        "null",
        "none",
        "n/a",
        "#n/a",
        "#ref!",
        "#value!",
        "#name?",
        "#div/0!",
        "#null!",
        "#num!",
    }
)
"""What people, programs and failed formulas write where there is nothing to say. Not "nan": Nan is a province."""


def meant(text: str) -> str:
    """The text itself; raises Unreadable where it stands for nothing."""
    if text.casefold() in _NO_WORDS:
        raise Unreadable(
            "no-value",
            "ช่องนี้เป็นเครื่องหมายแทนค่าว่าง (เช่น - NULL #N/A) ไม่ใช่ข้อความจริง",
            "is a sign for nothing (as -, NULL or #N/A), and no text.",
        )
    return text


TypedArea = Annotated[AreaCode, BeforeValidator(read_area)]
"""The code of one area, as people type it."""

PublicText = Annotated[str, AfterValidator(impersonal)]
"""A text that goes into an event: refused where a citizen number stands in it."""

PublicCode = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._/-]{0,39}$"), AfterValidator(impersonal)
]
"""A code that goes into an event: an indicator, a reason, a form's version, a letter's number. No sentence fits in."""
