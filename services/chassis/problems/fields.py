"""What pydantic says of wrong input, in Thai and English. The value itself is never repeated: it may be personal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.problems.catalogue import INVALID
from services.chassis.problems.problem import FieldError, Problem
from services.chassis.thai import Unreadable

MOST = 100
"""Errors named in one problem; the rest is counted."""

_TEXT = ("text", "ต้องเป็นข้อความ", "must be text")
_WHOLE = ("whole-number", "ต้องเป็นจำนวนเต็ม", "must be a whole number")
_NUMBER = ("number", "ต้องเป็นตัวเลข", "must be a number")
_DATE = ("date", "ต้องเป็นวันที่ ค.ศ. แบบ 2021-11-26", "must be a Gregorian date as 2021-11-26")
_TIME = ("time", "ต้องเป็นวันและเวลาแบบ 2021-11-26T09:30:00Z", "must be a date and time as 2021-11-26T09:30:00Z")
_YES_NO = ("yes-no", "ต้องเป็น true หรือ false", "must be true or false")
_OBJECT = ("object", "ต้องเป็นออบเจกต์ JSON", "must be a JSON object")
_LIST = ("list", "ต้องเป็นรายการ", "must be a list")
_CHOICE = ("choice", "ต้องเป็นค่าใดค่าหนึ่งใน {expected}", "must be one of {expected}")
_UUID = ("uuid", "ต้องเป็น UUID", "must be a UUID")
_OTHER = ("value", "ค่าไม่ถูกต้อง", "is not valid")

_SENTENCES: Mapping[str, tuple[str, str, str]] = {
    "missing": ("missing", "ต้องกรอกช่องนี้", "is needed"),
    "extra_forbidden": ("unknown-field", "ไม่มีช่องชื่อนี้", "is not a field of this"),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_too_short": ("too-short", "ต้องยาวอย่างน้อย {min_length} ตัวอักษร", "needs at least {min_length} characters"),
    "string_too_long": ("too-long", "ยาวได้ไม่เกิน {max_length} ตัวอักษร", "may have {max_length} characters at most"),
    "string_pattern_mismatch": ("pattern", "รูปแบบไม่ถูกต้อง", "does not have the right form"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _YES_NO,
    "bool_parsing": _YES_NO,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "dataclass_type": _OBJECT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "too_short": ("too-few", "ต้องมีอย่างน้อย {min_length} รายการ", "needs at least {min_length} items"),
    "too_long": ("too-many", "มีได้ไม่เกิน {max_length} รายการ", "may have {max_length} items at most"),
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "greater_than": ("too-small", "ต้องมากกว่า {gt}", "must be more than {gt}"),
    "greater_than_equal": ("too-small", "ต้องไม่น้อยกว่า {ge}", "must be {ge} or more"),
    "less_than": ("too-big", "ต้องน้อยกว่า {lt}", "must be less than {lt}"),
    "less_than_equal": ("too-big", "ต้องไม่เกิน {le}", "must be {le} or less"),
    "multiple_of": ("multiple", "ต้องหารด้วย {multiple_of} ลงตัว", "must be a multiple of {multiple_of}"),
}  # fmt: skip


def field_errors(errors: Sequence[Mapping[str, Any]], *, row: int | None = None) -> list[FieldError]:
    """What `ValidationError.errors()` lists, translated; an `Unreadable` keeps its own code and sentences.

    A place is named as `members.0.area`; "" is the whole.
    """
    return [_translated(error, row) for error in errors]


def invalid(errors: Sequence[FieldError]) -> Problem:
    """The problem of wrong fields; it names the first hundred and counts the others in `errors_left_out`."""
    left = len(errors) - MOST
    return Problem(INVALID, errors=tuple(errors[:MOST]), more={"errors_left_out": left} if left > 0 else {})


def _translated(error: Mapping[str, Any], row: int | None) -> FieldError:
    place = ".".join(str(part)[:64] for part in error["loc"])  # an unknown field's name is the caller's own
    context = error.get("ctx", {})
    own = context.get("error")
    if isinstance(own, Unreadable):
        return FieldError(place, own.code, own.th, own.en, row)
    code, th, en = _SENTENCES.get(error["type"], _OTHER)
    # what the placeholders take are limits and choices from our own declarations
    return FieldError(place, code, th.format_map(context), en.format_map(context), row)
