"""A stage of a lifecycle: where a thing stands. Its value is its name in English, beside it stands its name in Thai."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Stage(StrEnum):
    """`class TraderStage(Stage): ON_SALE = "on-sale", "วางจำหน่ายแล้ว"`. An event says which one it leads to."""

    th: str

    def __new__(cls, value: str, th: str) -> Self:
        self = str.__new__(cls, value)
        self._value_ = value
        self.th = th
        return self

    @property
    def en(self) -> str:
        """Its name in English."""
        return self.value.replace("-", " ")
