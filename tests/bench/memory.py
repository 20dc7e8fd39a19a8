"""The resident memory of every process of the stack, at rest and after many events went from `funds` to the board."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from services.chassis.commit_store import MongoCommitStore
from services.chassis.mongo import Client
from tests.bench.figure import Figure
from tests.bench.material import fund, raw_commit
from tests.bench.site import Site
from tests.bench.world import kept, on_the_board
from tests.local_stack import REPOSITORY

MIB = 1024 * 1024
FIRST = 1_000_000
"""The number of the first fund: they are in no village of the other figures."""
GROUP = 1_000
MOST_WAITING = 20_000
"""Commits that may wait for the relay: an import slows down there too."""
PATIENCE = 300.0
REST = 5.0


async def measure(site: Site) -> list[Figure]:
    """All processes together, and two figures each, in MiB."""
    await asyncio.to_thread(_stack, site, "up")
    try:
        async with site.client() as client:
            await on_the_board(site, client)  # what the figures before this one have left
            await asyncio.sleep(REST)
            before = _resident(site)
            took = await _Flood(site, client).run()
        after = _resident(site)
    finally:
        await asyncio.to_thread(_stack, site, "down", "--only", "gateway,members,funds,otop,reporting")
    events = f"after {site.scale.kept:,} events of funds"
    found = [
        Figure(
            "whole_path_events_per_s", (site.scale.kept / took,), "/s", note="inserted, relayed, on the board"
        )
    ]
    for name, rest in before.items():
        found += [
            Figure(f"memory_{name}_rest_mib", (rest / MIB,), "MiB", note="at rest"),
            Figure(f"memory_{name}_after_mib", (after.get(name, 0) / MIB,), "MiB", note=events),
        ]
    whole = sum(after.values()) / MIB
    return [Figure("memory", (whole,), "MiB", note=f"all processes, {events}"), *found]


def _stack(site: Site, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.cli.main", *command],
        cwd=REPOSITORY,
        env=site.stack.env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"chumchon {' '.join(command)}: {done.stdout}{done.stderr}")


def _resident(site: Site) -> Mapping[str, int]:
    """Bytes by part, children included (nginx has workers)."""
    found: dict[str, int] = {}
    for path in sorted((site.stack.home / "run").glob("*.json")):
        found[path.stem] = _of(json.loads(path.read_text())["pid"])
    return found


def _of(pid: int) -> int:
    """Bytes of a process and its children, by the kernel's own account."""
    told = Path(f"/proc/{pid}")
    pages = int((told / "statm").read_text().split()[1])
    children = (told / "task" / str(pid) / "children").read_text().split()
    return pages * os.sysconf("SC_PAGE_SIZE") + sum(_of(int(child)) for child in children)


@dataclass
class _Flood:
    """Commits of funds, inserted as the group commit does it, as fast as the relay takes them."""

    site: Site
    client: Client

    async def run(self) -> float:
        """Seconds until all are on the board."""
        store = MongoCommitStore(kept(self.site, self.client, "funds"))
        begun = monotonic()
        for at in range(0, self.site.scale.kept, GROUP):
            numbers = range(FIRST + at, FIRST + min(at + GROUP, self.site.scale.kept))
            now = datetime.now(UTC)
            now = now.replace(microsecond=now.microsecond // 1000 * 1000)
            await store.append([raw_commit(n, *fund(n), recorded_at=now) for n in numbers])
            while at % MOST_WAITING == 0 and await store.waiting() > MOST_WAITING:
                await asyncio.sleep(0.1)
        await on_the_board(self.site, self.client, PATIENCE * max(1, self.site.scale.kept / 200_000))
        return monotonic() - begun
