"""The real local issuer, served on a free port inside the test process, and tokens that it signs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local import issuer, kernel, process
from services.chassis.access import Role
from services.chassis.settings import PORTS, Settings


def local_settings(home: Path, port: int | None = None) -> Settings:
    """Settings of a local stack in a home of its own."""
    port = free_port() if port is None else port
    return Settings(
        home=home,
        kafka="127.0.0.1:1",
        mongo="mongodb://127.0.0.1:1",
        issuer=f"http://127.0.0.1:{port}",
        audience="chumchon",
        secrets=home / "secrets.json",
        ports={**PORTS, "issuer": port},
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def record_as_running(settings: Settings) -> None:
    """Write this process down as the stack's issuer, as `up` does with the one that it starts."""
    record = process.Record(issuer.NAME, os.getpid(), kernel.identity(os.getpid()) or "", "", "")
    path = settings.home / "run" / f"{issuer.NAME}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(record)))


@dataclass
class RunningIssuer:
    """An issuer that is served. `asked` counts the requests for its keys; `publish` changes what it publishes."""

    settings: Settings
    signing: RSAPrivateKey
    app: ASGIApp
    asked: int = 0
    published: list[RSAPrivateKey] = field(default_factory=list)

    def publish(self, *keys: RSAPrivateKey) -> None:
        """Publish these keys from now on."""
        self.published = list(keys)
        self.app = issuer.create_issuer(self.settings, *keys)

    def token(
        self,
        *roles: Role,
        ttl: int = 4 * 3600,  # some are made when a test file is read, and used at the end of a long run
        key: RSAPrivateKey | None = None,
        **more: Any,
    ) -> str:
        """A token with these roles, for Lamphun; `more` replaces claims."""
        said = {**issuer.claims(roles, ["51"]), **more}
        return issuer.sign(self.settings, key or self.signing, said, ttl)

    def bearer(self, *roles: Role, **more: Any) -> dict[str, str]:
        """The same as a header."""
        return {"Authorization": f"Bearer {self.token(*roles, **more)}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve."""
        self.asked += scope["type"] == "http" and scope["path"] == "/jwks"
        await self.app(scope, receive, send)


@contextlib.asynccontextmanager
async def running_issuer(home: Path) -> AsyncIterator[RunningIssuer]:
    """Serve an issuer with a key in this home."""
    settings = local_settings(home)
    key = issuer.key(home)
    running = RunningIssuer(settings, key, issuer.create_issuer(settings, key), published=[key])
    async with served(running, settings.ports["issuer"]):
        yield running


@contextlib.asynccontextmanager
async def served(app: Any, port: int, **more: Any) -> AsyncIterator[None]:
    """Serve an app on a port of this machine."""
    server = _Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False, **more)
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
