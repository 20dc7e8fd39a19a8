"""The header of a table: which column is which, under its name or its label, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from services.chassis.forms import Blank
from services.chassis.forms.template import NOTE
from services.chassis.problems import FieldError, Problem, kind
from services.chassis.tables.decoding import TITLE
from services.chassis.thai import visible

MOST_COLUMNS = 100
REMARK = "\0note"
"""Stands for the column of the system's own notes."""

SEPARATOR = kind(
    "file-separator", 422, title=TITLE,
    th="ช่องของไฟล์ไม่ได้คั่นด้วยจุลภาค (,) ใน Excel ให้บันทึกเป็น “CSV UTF-8 (คั่นด้วยจุลภาค)”",
    en="The cells are not divided by commas. In Excel, save it as “CSV UTF-8 (Comma delimited)”.",
)  # fmt: skip
COLUMNS = kind(
    "file-columns", 422, title=TITLE,
    th="แถวแรกของไฟล์ต้องเป็นชื่อคอลัมน์ตามแบบ", en="The first line of the file must be the columns of the form.",
)  # fmt: skip


def columns(header: Sequence[str], row_type: type[BaseModel], blanks: Sequence[Blank]) -> list[str]:
    """The names of the columns, those at the end without one left out; raises Problem unless they are the form's."""
    fields = row_type.model_fields
    called = names_of(blanks)
    names = [called.get(_plain(name), visible(name).strip()) for name in header[: MOST_COLUMNS + 1]]
    while names and not names[-1]:
        names.pop()
    _require_separated(names, called, fields)
    missing = [name for name, field in fields.items() if field.is_required() and name not in names]
    errors = [FieldError(name, "column-missing", "ไม่มีคอลัมน์นี้", "is a missing column") for name in missing]
    if any(name in fields for name in names):  # else it is no header: a row of people, whom we do not repeat
        errors += [
            FieldError(
                name[:64] or f"({place})",
                "column-unknown",
                "ไม่ใช่คอลัมน์ของแบบนี้",
                "is not a column of this form",
            )
            for place, name in enumerate(names, start=1)
            if name not in fields and name != REMARK
        ]
        counts = Counter(names)
        errors += [
            FieldError(name, "column-twice", "มีคอลัมน์นี้ซ้ำ", "is there twice")
            for name in sorted(fields)
            if counts[name] > 1
        ]
    if errors:
        raise Problem(COLUMNS, errors=tuple(errors[:MOST_COLUMNS]))
    return names


def names_of(blanks: Sequence[Blank]) -> dict[str, str]:
    """From what may stand over a column to the column."""
    notes = {_plain(name): REMARK for name in (NOTE.th, NOTE.en)}
    return notes | {_plain(name): blank.name for blank in blanks for name in blank.names}


def is_note(name: str) -> bool:
    """Whether this stands over the column of the system's own notes."""
    return _plain(name) in (_plain(NOTE.th), _plain(NOTE.en))


def _plain(name: str) -> str:
    return " ".join(visible(name).split()).casefold()


def _require_separated(names: Sequence[str], called: Mapping[str, str], fields: Mapping[str, object]) -> None:
    if any(name in fields for name in names):
        return
    for name in names:
        for mark in ";\t|":
            for part in name.split(mark) if mark in name else ():
                plain = _plain(part.strip(' "'))
                if plain in fields or plain in called:
                    raise Problem(SEPARATOR)
