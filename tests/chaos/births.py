"""Starts processes by way of the nursery, signals them, and knows whether they live."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import kernel
from tests.local_stack import REPOSITORY


@dataclass(frozen=True, slots=True)
class Living:
    """One process, told apart from a later one with its pid."""

    pid: int
    who: str

    @property
    def alive(self) -> bool:
        """Stopped ones live too."""
        return bool(self.who) and kernel.identity(self.pid) == self.who

    def signal(self, number: signal.Signals) -> None:
        """Send it, to this process and no other."""
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def gone(self) -> None:
        """Wait until it is: a killed mongod holds its port for a moment."""
        async with asyncio.timeout(60):
            while self.alive:
                await asyncio.sleep(0.02)


@dataclass
class Nursery:
    """The parent of the processes under test; its end is theirs."""

    parent: asyncio.subprocess.Process
    logs: Path
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def start(
        self, name: str, argv: Sequence[str], env: Mapping[str, str], *, ours: bool = False
    ) -> Living:
        """A new process of this name, which is also its log's."""
        log = self.logs / f"{name.replace('/', '-')}.log"
        order = {"argv": list(argv), "env": dict(env), "log": str(log), "ours": ours}
        async with self.turn:
            assert self.parent.stdin is not None
            assert self.parent.stdout is not None
            self.parent.stdin.write(json.dumps(order).encode() + b"\n")
            await self.parent.stdin.drain()
            pid = int(await self.parent.stdout.readline())
        return Living(pid, kernel.identity(pid) or "")


@asynccontextmanager
async def nursery(logs: Path, env: Mapping[str, str]) -> AsyncIterator[Nursery]:
    """One nursery; at the end all that it bore are gone."""
    logs.mkdir(parents=True, exist_ok=True)
    with (logs / "nursery.log").open("ab") as log:
        parent = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.nursery"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=REPOSITORY,
            env=dict(env),
            start_new_session=True,
        )
    try:
        yield Nursery(parent, logs)
    finally:
        with suppress(ProcessLookupError):
            parent.kill()
        await parent.wait()
