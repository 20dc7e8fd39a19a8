"""Waits for the end of a test run, however it ends, and takes the run's local stack down: `python -m tests.stack_guard HOME`.

Its standard input is a pipe that only the test run holds open: a kill -9 closes it as surely as a tidy end.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path


def main(home: Path) -> int:
    """Wait, stop what was started under `home`, remove it."""
    sys.stdin.buffer.read()
    stopped = subprocess.run([sys.executable, "-m", "services.cli.main", "down"], check=False)
    if stopped.returncode == 0:
        shutil.rmtree(home, ignore_errors=True)
    return stopped.returncode


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
