"""The garbage collector of a process that takes batches: a batch's many objects all live until its end, then all go."""

from __future__ import annotations

import gc

YOUNG = 1_000_000
"""More containers than two full batches of records have (twenty headers each), the one that comes before the other has gone:
none is looked through in vain while it lives.
Only cycles wait longer, and a process that makes few of them loses some megabytes by it."""


def collect_less_often() -> None:
    """Once, after the imports: what is imported stays, and is never looked at again."""
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 100)
