"""What is wrong with a value of the catalogue, said in Thai and English."""

from __future__ import annotations

from services.chassis.thai import Unreadable


def wrong(code: str, th: str, en: str) -> Unreadable:
    """The error that a validator raises. Unlike a person's input, a catalogue's value may be repeated in it."""
    return Unreadable(f"catalogue-{code}", th, en)
