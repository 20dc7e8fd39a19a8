"""Which positions there are, over all partitions: none missing, none on two records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_HOLED = re.compile(rb"[^\xff]", re.DOTALL)
LEAP = 10_000_000
"""A position so far beyond all others is no position of ours, and is not given room."""


@dataclass(slots=True)
class Positions:
    """One bit a position, so that 50 million cost 6 MB."""

    bits: bytearray = field(default_factory=bytearray)
    last: int = 0
    newest: int = 0
    """The newest moment of publication, ms."""
    settled: int = 0
    """The last position published before that: what came in that very moment may still be under way in other partitions."""

    def leaps(self, position: int) -> bool:
        """Whether it is too far from all others to be counted."""
        return position > self.last + LEAP

    def add(self, position: int, timestamp: int) -> bool:
        """One that is there, and does not leap; False if it was there already."""
        place, bit = position >> 3, 1 << (position & 7)
        if place >= len(self.bits):
            self.bits.extend(bytes(place + 4096 - len(self.bits)))
        if self.bits[place] & bit:
            return False
        self.bits[place] |= bit
        if timestamp > self.newest:
            self.settled, self.newest = self.last, timestamp
        elif timestamp < self.newest:
            self.settled = max(self.settled, position)
        self.last = max(self.last, position)
        return True

    def missing(self) -> Iterator[tuple[int, int]]:
        """The gaps up to the last one, as (first, last)."""
        begun, end = 0, 0
        for position in self._absent():
            if begun and position == end + 1:
                end = position
                continue
            if begun:
                yield begun, end
            begun = end = position
        if begun:
            yield begun, end

    def _absent(self) -> Iterator[int]:
        for match in _HOLED.finditer(bytes(self.bits)):
            for bit in range(8):
                position = match.start() * 8 + bit
                if 0 < position <= self.last and not self.bits[match.start()] & (1 << bit):
                    yield position


def merged(parts: Iterable[Positions]) -> tuple[Positions, list[int]]:
    """Those of several shares together, and the positions that are in more than one."""
    whole, twice = 0, 0
    parts = list(parts)
    for part in parts:
        bits = int.from_bytes(part.bits, "little")
        twice |= whole & bits
        whole |= bits
    newest = max((part.newest for part in parts), default=0)
    return Positions(
        bytearray(whole.to_bytes((whole.bit_length() + 7) // 8, "little")),
        max((part.last for part in parts), default=0),
        newest,
        max((part.settled if part.newest == newest else part.last for part in parts), default=0),
    ), list(_ones(twice))


def _ones(number: int) -> Iterator[int]:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "little")
    for match in re.finditer(rb"[^\x00]", raw, re.DOTALL):
        yield from (match.start() * 8 + bit for bit in range(8) if raw[match.start()] & (1 << bit))
