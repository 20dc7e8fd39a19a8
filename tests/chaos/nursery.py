"""The parent of all victims: `python -m tests.chaos.nursery`. It has every module imported and forks; see DECISIONS.

Each line of its standard input is one JSON order: `{"argv": [...], "env": {...}, "log": path, "ours": bool}`. It answers
with the pid. `ours` means the arguments of `chumchon`, run in the fork itself; others are executed. When its input ends,
for whatever reason, so does it, and the kernel ends its children.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
import traceback
from importlib import import_module
from typing import Any

from contracts.topics import SERVICES

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Import, then fork on demand until nobody asks any more."""
    os.environ["FASTSTREAM_SUPERVISOR_DISABLED"] = "1"
    for module in (
        "uvloop",
        "services.cli.main",
        "services.chassis.running",
        *(f"services.{name}.app" for name in SERVICES),
    ):
        import_module(module)
    gc.collect()
    gc.freeze()  # or the first collection in each child would copy all pages
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who is dead is gone: no zombies to collect
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _live(json.loads(line))
        print(pid, flush=True)


def _live(order: dict[str, Any]) -> None:
    """Be that process; never returns."""
    code = 1
    try:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for stream, number in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
            os.dup2(stream, number)
        os.environ.clear()
        os.environ.update(order["env"])
        if not order["ours"]:
            os.execv(order["argv"][0], order["argv"])
        from services.cli.main import app

        app(order["argv"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
