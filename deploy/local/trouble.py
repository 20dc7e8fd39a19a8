"""What the local stack says when it cannot go on: a stable code and a sentence in Thai and in English."""

from __future__ import annotations


class StackError(Exception):
    """The local stack cannot go on. `code` is stable; `th` and `en` say what happened and what to do about it."""

    def __init__(self, code: str, *, en: str, th: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.en = en
        self.th = th
