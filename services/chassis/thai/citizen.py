"""Citizen numbers: made plain and checked (python-stdnum), and generated ones that are nobody's."""

from __future__ import annotations

import re

from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength, ValidationError
from stdnum.th import pin

from services.chassis.thai.text import Unreadable, plain

NO_OFFICE = "0000"
"""Digits 2 to 5 of a generated number.

In a real one they are the registration office: province (10 to 96), then district (from 01) or municipality (from 99
down). Neither a province 00 nor an office 00 exists, so no person was ever given such a number. Other numbers that
begin with 0 (migrants, juristic persons) cannot meet ours either: ours begin with 1.
"""

_PREFIX = "1" + NO_OFFICE

_REASONS: dict[type[ValidationError], tuple[str, str, str]] = {
    InvalidLength: (
        "citizen-number-length",
        "เลขประจำตัวประชาชนต้องมี 13 หลัก",
        "A citizen number has 13 digits.",
    ),
    InvalidFormat: (
        "citizen-number-characters",
        "เลขประจำตัวประชาชนมีได้เฉพาะตัวเลข ขีด และช่องว่าง",
        "A citizen number holds only digits, dashes and blanks.",
    ),
    InvalidComponent: (
        "citizen-number-first-digit",
        "หลักแรกของเลขประจำตัวประชาชนต้องเป็น 1 ถึง 8",
        "A citizen number begins with a digit from 1 to 8.",
    ),
    InvalidChecksum: (
        "citizen-number-checksum",
        "เลขประจำตัวประชาชนไม่ถูกต้อง หลักสุดท้ายไม่ตรงกับหลักอื่น กรุณาตรวจทุกหลัก",
        "The citizen number is wrong: its last digit does not fit the others. Check every digit.",
    ),
}


_EXCEL: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"[0-9][0-9.,]*E[+-]?[0-9]+", re.IGNORECASE),
        "Excel ปัดเลขประจำตัวประชาชนเป็นแบบ 1.23E+12 หลักท้ายหายไปแล้ว ให้ตั้งคอลัมน์เป็น “ข้อความ” (Text) แล้วพิมพ์เลขใหม่",
        (
            "Excel has rounded the citizen number to something like 1.23E+12, and its last digits are lost. Make the column "
            "“Text” and type the number anew."
        ),
    ),
    (
        re.compile(r"[0-9]+\.0+"),
        "Excel หรือโปรแกรมอื่นเก็บเลขประจำตัวประชาชนเป็นจำนวน จึงมี “.0” ต่อท้าย ให้ตั้งคอลัมน์เป็น “ข้อความ” (Text) แล้วลบ “.0”",
        (
            "Excel, or another program, kept the citizen number as a quantity, hence its “.0”. Make the column “Text” and "
            "take it away."
        ),
    ),
    (
        re.compile(r"['’‘`].*"),
        "เลขประจำตัวประชาชนมีเครื่องหมาย ' นำหน้า ซึ่ง Excel ใช้บอกว่าเป็นข้อความ ให้ตั้งคอลัมน์เป็น “ข้อความ” (Text) แล้วลบเครื่องหมายนี้",
        "The citizen number begins with ', by which Excel marks a text. Make the column “Text” and take it away.",
    ),
    (
        re.compile(r"=.*"),
        'เลขประจำตัวประชาชนเป็นสูตรของ Excel (="…") ให้ตั้งคอลัมน์เป็น “ข้อความ” (Text) แล้วใส่เฉพาะตัวเลข',
        'The citizen number is a formula of Excel (="…"). Make the column “Text” and write the digits alone.',
    ),
)
"""What Excel makes of a citizen number, and the sentences for it."""


def citizen_number(text: str) -> str:
    """The thirteen digits without dashes or blanks; Thai digits are read. Raises `Unreadable`, without the number."""
    typed = plain(text)
    try:
        return str(pin.validate(typed))
    except ValidationError as reason:
        # `from None`: a traceback in a log would show the number
        for looks, th, en in _EXCEL:
            if looks.fullmatch(typed):
                raise Unreadable("citizen-number-changed-by-excel", th, en) from None
        raise Unreadable(*_REASONS[type(reason)]) from None


def generated_citizen_number(n: int) -> str:
    """The n-th generated number, n from 0 to 9,999,999: it passes every check and is nobody's (see `NO_OFFICE`)."""
    if not 0 <= n < 10_000_000:
        raise ValueError(f"there are generated citizen numbers 0 to 9,999,999, not {n}")
    digits = f"{_PREFIX}{n:07}"
    return digits + str(pin.calc_check_digit(digits))


def is_generated_number(number: str) -> bool:
    """Whether a plain citizen number is a generated one."""
    return number[1:5] == NO_OFFICE
