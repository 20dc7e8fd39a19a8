"""What the kernel knows of processes: is this pid still the one we started, and which ones did it leave behind.

A pid alone proves nothing, the kernel hands them out again. A pid with its start time (and the boot it belongs to) does.
Linux answers from /proc; elsewhere `ps` does, and orphans and the holders of ports stay unknown.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
LISTENING = "0A"  # the state column of /proc/net/tcp


@dataclass(frozen=True, slots=True)
class Stat:
    """The fields of /proc/PID/stat that matter here; `started` in clock ticks since boot."""

    state: str
    session: int
    threads: int
    started: int

    @property
    def alive(self) -> bool:
        """A killed mongod is a zombie at once, but its ports are held until the last of its threads has ended."""
        return self.state not in "ZX" or self.threads > 1


def identity(pid: int) -> str | None:
    """A text that no other process can have, to be compared and nothing else; None if it is gone or a zombie."""
    if not (PROC / "self" / "stat").exists():
        return _identity_by_ps(pid)
    stat = _stat(pid)
    return f"{_boot()}:{stat.started}" if stat and stat.alive else None


def orphans(pid: int, who: str) -> list[int]:
    """The live processes of the session that `pid` led, now that it is dead: nginx's workers survive their master.

    `who` is the identity that `identity(pid)` had. Empty if somebody else leads a session of that number today.
    """
    boot, _, started = who.rpartition(":")
    if not boot or boot != _boot() or identity(pid) not in (None, who):
        return []
    return [
        other
        for other, stat in _processes()
        if other != pid and stat.session == pid and stat.started >= int(started) and stat.alive
    ]


def listener(port: int) -> str:
    """Who listens on a TCP port of this machine, as "pid (command line)"; empty where the kernel does not tell us."""
    inodes = set(_listening_inodes(port))
    for pid, _ in _processes() if inodes else ():
        if inodes & set(_open_files(pid)):
            return f"{pid} ({command(pid)})"
    return ""


def command(pid: int) -> str:
    """The first 80 characters of a command line; empty if it is gone."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode("utf-8", "replace").strip()[:80]


def _stat(pid: int) -> Stat | None:
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return Stat(state=fields[0], session=int(fields[3]), threads=int(fields[17]), started=int(fields[19]))


def _processes() -> Iterator[tuple[int, Stat]]:
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        if entry.name.isdecimal() and (stat := _stat(int(entry.name))):
            yield int(entry.name), stat


def _open_files(pid: int) -> Iterator[str]:
    try:
        links = list((PROC / str(pid) / "fd").iterdir())
    except OSError:  # it ended meanwhile, or it is another user's
        return
    for link in links:
        with suppress(OSError):  # closed since
            yield str(link.readlink())


def _listening_inodes(port: int) -> Iterator[str]:
    for table in (PROC / "net" / "tcp", PROC / "net" / "tcp6"):
        try:
            rows = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, rows):
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                yield f"socket:[{fields[9]}]"


def _boot() -> str:
    try:
        return (PROC / "sys" / "kernel" / "random" / "boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _identity_by_ps(pid: int) -> str | None:
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return shown[1].strip() if len(shown) == 2 and not shown[0].startswith("Z") else None
