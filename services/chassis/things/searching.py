"""How names and numbers are compared in a search: as people mean them, whatever the keyboard made of them. Pure."""

from __future__ import annotations

import unicodedata

from services.chassis.thai.text import plain

_TWO_KEYS = {"เเ": "แ", "\u0e4d\u0e32": "\u0e33"}
"""What two keys make that one should: sara ae of two sara e, sara am of nikhahit and sara aa."""


def folded(text: str) -> str:
    """NFC, Arabic digits, no blanks, nothing invisible, no difference of case."""
    told = plain(unicodedata.normalize("NFC", text)).replace(" ", "").casefold()
    for typed, meant in _TWO_KEYS.items():
        told = told.replace(typed, meant)
    return told
