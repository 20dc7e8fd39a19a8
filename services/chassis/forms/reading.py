"""How a blank is read at an edge, whatever people make of it: marks for pydantic, a kind of blank."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from pydantic import AfterValidator, BeforeValidator

from services.chassis.decider import Personal
from services.chassis.forms.label import Label
from services.chassis.forms.words import choices_in, choosing, word
from services.chassis.http.filters import read_fiscal_year
from services.chassis.sent import impersonal, meant, read_area
from services.chassis.thai import (
    Unreadable,
    arabic_digits,
    citizen_number,
    read_baht,
    read_month,
    read_percent,
)

_WORDS = {"ใช่": True, "yes": True, "true": True, "1": True} | dict.fromkeys(
    ("ไม่", "ไม่ใช่", "no", "false", "0"), False
)
_BETWEEN_ITEMS = re.compile(r"[\s,;]+")
_BETWEEN_ROWS = re.compile(r"\s*[;\n]\s*")


def reading(kind: str, marks: Sequence[Any], known: Mapping[str, Label], *, typed: bool) -> list[Any]:
    """How one value is read: `typed` into a cell or a page, else as a program sends it."""
    match kind:
        case "area":
            return [BeforeValidator(read_area)]
        case "yes-no":
            return [BeforeValidator(_yes_no)]
        case "year":
            return [BeforeValidator(read_fiscal_year)]
        case "citizen":
            return [BeforeValidator(lambda text: citizen_number(text) if isinstance(text, str) else text)]
        case "month":
            return [BeforeValidator(_month)]
        case "number":
            return [BeforeValidator(_number)]
        case "money":
            return [BeforeValidator(partial(_typed_hundredths, read_baht) if typed else _satang)]
        case "percent":
            return [BeforeValidator(partial(_typed_hundredths, read_percent) if typed else _hundredths)]
        case "choice" if typed:
            return [choosing(known)]
        case "text" | "code":
            named = [AfterValidator(meant)] if kind == "text" else []
            personal = any(isinstance(mark, Personal) for mark in marks)
            return named if personal else [*named, AfterValidator(impersonal)]
        case _:
            return []


def apart(kind: str, columns: Sequence[str], called: Label, known: Mapping[str, Label]) -> list[Any]:
    """How several values in one typed text are told apart."""
    if kind == "rows":
        return [BeforeValidator(lambda text: _rows(text, columns, called) if isinstance(text, str) else text)]
    words = frozenset(word(name) for value, one in known.items() for name in (value, one.th, one.en))

    def told_apart(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return choices_in(text, words) if words else _items(_BETWEEN_ITEMS, text)

    return [BeforeValidator(told_apart)]


def _items(between: re.Pattern[str], text: str) -> list[str]:
    return [item for item in between.split(text.strip()) if item]


def _rows(text: str, columns: Sequence[str], called: Label) -> list[dict[str, str]]:
    rows = []
    for line in _items(_BETWEEN_ROWS, text):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(columns):
            raise Unreadable(
                "row-cells",
                f"แต่ละรายการต้องมี {len(columns)} ช่อง คั่นด้วย |: {called.th}",
                f"Each row needs {len(columns)} cells with | between them: {called.en}.",
            )
        rows.append({name: cell for name, cell in zip(columns, cells, strict=True) if cell})
    return rows


def _yes_no(typed: Any) -> Any:
    return _WORDS.get(word(typed), typed) if isinstance(typed, str) else typed


def _number(typed: Any) -> Any:
    return arabic_digits(typed).replace(",", "") if isinstance(typed, str) else typed


def _month(typed: Any) -> Any:
    return read_month(typed) if isinstance(typed, str | date) else typed


def _typed_hundredths(read: Callable[[str], int], typed: Any) -> Any:
    """What is a number already was read before: an accepted file keeps its rows so."""
    return read(typed) if isinstance(typed, str) else typed


def _hundredths(sent: Any) -> Any:
    if isinstance(sent, int) and not isinstance(sent, bool):
        return sent
    raise Unreadable(
        "hundredths",
        "อัตราที่โปรแกรมส่งต้องเป็นจำนวนเต็มของร้อยละหนึ่งในร้อย เช่น 1250 คือร้อยละ 12.50",
        "A program sends a rate in whole hundredths of a percent: 1250 is 12.50 %.",
    )


def _satang(sent: Any) -> Any:
    if isinstance(sent, int) and not isinstance(sent, bool):
        return sent
    raise Unreadable(
        "satang",
        "จำนวนเงินที่โปรแกรมส่งต้องเป็นจำนวนเต็มของสตางค์ เช่น 123450 คือ 1,234.50 บาท",
        "A program sends a sum as a whole number of satang: 123450 is 1,234.50 baht.",
    )
