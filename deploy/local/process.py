"""A child that outlives the command that started it: spawned, recorded by pid and start time, found again, stopped.

Used for every process of the local stack alike: Kafka, MongoDB, nginx, the Python services, the token issuer.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.local import kernel

LOG_LIMIT = (
    32 * 1024 * 1024
)  # bytes; a larger log is set aside (one old one is kept) when its process starts again
POLL = 0.05  # seconds between two looks at a process that is about to end


@dataclass(frozen=True, slots=True)
class Record:
    """What a pid file holds. `who` is the kernel's identity of the process, `fingerprint` what it was started with."""

    name: str
    pid: int
    who: str
    fingerprint: str
    since: str


def log_path(home: Path, name: str) -> Path:
    """Where a process of this name writes its standard output and error."""
    return home / "logs" / f"{name}.log"


def recorded(home: Path, name: str) -> Record | None:
    """What we started under this name, running or not; None if nothing, or if the file is not readable as ours."""
    try:
        return Record(**json.loads(_pid_path(home, name).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def running(home: Path, name: str) -> Record | None:
    """The record of this name if that very process (not a later one with its pid) is alive."""
    record = recorded(home, name)
    return record if record and kernel.identity(record.pid) == record.who else None


def spawn(
    home: Path,
    name: str,
    argv: Sequence[str],
    *,
    fingerprint: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Record:
    """Start a process in a session of its own, with its log file and its pid file; `env` is added to ours.

    Raises OSError if it cannot be executed at all.
    """
    log = log_path(home, name)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd or home,
            env={**os.environ, **(env or {})},
            start_new_session=True,  # neither our Ctrl-C nor our end reaches it
        )
    record = Record(
        name=name,
        pid=child.pid,
        who=kernel.identity(child.pid) or "",  # empty: it died at once, and matches nothing
        fingerprint=fingerprint,
        since=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    _write(_pid_path(home, name), json.dumps(asdict(record)))
    return record


async def stop(home: Path, name: str, grace: float) -> bool:
    """End what we started under this name: SIGTERM, SIGKILL after `grace` seconds, then what it left behind.

    True if something was running. A process that is not the recorded one is never touched.
    """
    record = recorded(home, name)
    if record is None:
        return False
    was_running = kernel.identity(record.pid) == record.who
    if was_running:
        _signal(record.pid, signal.SIGTERM)
        if not await _ended(record, grace):
            _signal(record.pid, signal.SIGKILL)
            await _ended(record, 10.0)
    found_some = False
    while left := kernel.orphans(record.pid, record.who):  # until they have let go of their port
        found_some = True
        for pid in left:
            _signal(pid, signal.SIGKILL)
        await asyncio.sleep(POLL)
    _pid_path(home, name).unlink(missing_ok=True)
    return was_running or found_some


def log_tail(home: Path, name: str, lines: int = 12) -> str:
    """The last lines of a process's log, for the message that says why it died."""
    try:
        with log_path(home, name).open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 8192))
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-lines:])
    except OSError:
        return ""


async def _ended(record: Record, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while kernel.identity(record.pid) == record.who:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(POLL)
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):  # it ended between the look and the signal
        os.kill(pid, number)


def _pid_path(home: Path, name: str) -> Path:
    return home / "run" / f"{name}.json"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)  # whole or not at all: half a pid file would lose a process
