"""Named steps between which a test may kill the process: what a crash can tear apart is written down here."""

from __future__ import annotations

import os
import signal
import sys

_STOP_AT, _, _COUNT = os.environ.get("CHUMCHON_STOP_AT", "").partition(":")
_left = int(_COUNT or "1")


def step(name: str) -> None:
    """Nothing, unless CHUMCHON_STOP_AT=name[:n] says to die here, the nth time: by SIGKILL, without a word to anyone."""
    global _left  # noqa: PLW0603 - one process has one life
    if name != _STOP_AT:
        return
    _left -= 1
    if _left == 0:
        sys.stderr.write(f"killed at {name}\n")
        sys.stderr.flush()
        os.kill(os.getpid(), signal.SIGKILL)
