"""Long work in small portions, so that others have the event loop in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

CHUNK = 32
"""Records, less than a millisecond's work."""

T = TypeVar("T")


async def at_leisure(work: Iterable[T]) -> list[T]:
    """`list(work)`, letting others have the event loop in between: the API of the same process goes on answering."""
    items = iter(work)
    done: list[T] = []
    while chunk := list(islice(items, CHUNK)):
        done += chunk
        if len(chunk) == CHUNK:
            await asyncio.sleep(0)
    return done
