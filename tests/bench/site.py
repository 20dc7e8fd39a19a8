"""Where the figures are measured: an own local stack, fresh databases and topics in it, and child processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from uuid import uuid4

import httpx

from contracts.topics import Topic
from deploy.topics import ensure
from services.chassis.mongo import Client, Database, connect, database
from services.chassis.settings import ADMIN
from tests.bench.scale import Scale
from tests.local_stack import REPOSITORY, LocalStack

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Site:
    """The stack of a run and how much is to be done."""

    stack: LocalStack
    scale: Scale

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[Client]:
        """The product's own client of MongoDB."""
        self.stack.ensure("mongo")
        client = connect(self.stack.settings.mongo)
        try:
            yield client
        finally:
            client.close()

    @contextlib.asynccontextmanager
    async def fresh(self, client: Client) -> AsyncIterator[Database]:
        """An empty database, dropped afterwards."""
        name = f"bench_{uuid4().hex[:12]}"
        try:
            yield database(client, name)
        finally:
            await client.drop_database(name)

    async def topic(self) -> Topic:
        """An empty topic, of a service that is not there."""
        self.stack.ensure("kafka")
        topic = Topic(f"bench{uuid4().hex[:12]}")
        await ensure(self.stack.settings.bus(ADMIN), (topic,))
        return topic

    @contextlib.asynccontextmanager
    async def child(self, *module: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """`python -m …` with our stack in its environment and its standard output in a pipe; ended afterwards."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *module,
            cwd=REPOSITORY,
            env=self.stack.env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=None,
            limit=2**20,
        )
        try:
            yield process
        finally:
            await _end(process)

    @contextlib.asynccontextmanager
    async def service(self, name: str, roles: str) -> AsyncIterator[str]:
        """A service as `up` starts it, with these roles, its log in a file; yields its address once it is ready."""
        port = self.stack.settings.ports[name]
        log = self.stack.home / f"bench-{name}.log"
        with log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "services.cli.main", "serve", name, "--roles", roles,
                cwd=REPOSITORY, env=self.stack.env, stdout=out, stderr=out,
            )  # fmt: skip
        try:
            await answering(f"http://127.0.0.1:{port}/ready", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            await _end(process)


async def answering(url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until it answers 200; RuntimeError if the process ends or takes too long."""
    deadline = monotonic() + PATIENCE
    async with httpx.AsyncClient(trust_env=False, timeout=3) as client:
        while monotonic() < deadline and process.returncode is None:
            with contextlib.suppress(httpx.HTTPError):
                if (await client.get(url)).status_code == 200:
                    return
            await asyncio.sleep(0.1)
    raise RuntimeError(f"{url} does not answer (the process ended with {process.returncode})")


async def said(process: asyncio.subprocess.Process, seconds: float = PATIENCE) -> str:
    """The next line that a child says; RuntimeError if it has ended."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), seconds)
    if not line:
        raise RuntimeError(f"a child of the benchmark ended with {await process.wait()}")
    return line.decode().strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    os.kill(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        process.kill()
        await process.wait()
