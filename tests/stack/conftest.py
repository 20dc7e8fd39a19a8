"""A home and ports of its own for every stack that these tests start."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.local import stack
from services.chassis.settings import PORTS, Settings

MakeSettings = Callable[..., Settings]
REAL_PARTS = ("kafka", "mongo", "topics")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def environment(home: Path, **more: str) -> dict[str, str]:
    """CHUMCHON_* for a stack of its own; the home does not exist yet."""
    ports = zip(PORTS, free_ports(len(PORTS)), strict=True)
    told = {f"CHUMCHON_PORT_{name.upper()}": str(port) for name, port in ports}
    return {"CHUMCHON_HOME": str(home), **told, **more}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env(environment(tmp_path / "home"))


@pytest.fixture(scope="session")
async def real(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Kafka, MongoDB and the topics, running, in a folder with a Thai name and a space."""
    settings = Settings.from_env(environment(tmp_path_factory.mktemp("stack") / "ชุมชน 1"))
    try:
        await stack.up(settings, REAL_PARTS)
        yield settings
    finally:
        await stack.down(settings)
