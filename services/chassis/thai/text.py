"""Thai digits both ways, typed text made plain, and the error for what cannot be read."""

from __future__ import annotations

from babel.numbers import format_decimal

_ARABIC, _THAI = "0123456789", "๐๑๒๓๔๕๖๗๘๙"
_TO_ARABIC = str.maketrans(_THAI, _ARABIC)
_TO_THAI = str.maketrans(_ARABIC, _THAI)
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
"""What Word, LINE and web pages leave between Thai words; nobody sees it, so it never makes a value wrong."""


class Unreadable(ValueError):
    """What a person typed cannot be read. A stable code and a sentence in Thai and in English for the person.

    The sentences never repeat what was typed: they reach logs, and it may be personal.
    """

    def __init__(self, code: str, th: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code, self.th, self.en = code, th, en


def plain(text: str) -> str:
    """The text with Arabic digits, single blanks and nothing invisible."""
    typed = text if text.isascii() else text.translate(_INVISIBLE).translate(_TO_ARABIC)
    return " ".join(typed.split())


def visible(text: str) -> str:
    """The text without what nobody sees."""
    return text if text.isascii() else text.translate(_INVISIBLE)


def arabic_digits(text: str) -> str:
    """๒๕๖๕ as 2565; all else stays."""
    return text.translate(_TO_ARABIC)


def thai_digits(text: str) -> str:
    """2565 as ๒๕๖๕; all else stays."""
    return text.translate(_TO_THAI)


def thai_number(number: int) -> str:
    """3348 as ๓,๓๔๘. Babel groups; it keeps Arabic digits for Thai, so the digits are ours."""
    return thai_digits(format_decimal(number, locale="th"))
