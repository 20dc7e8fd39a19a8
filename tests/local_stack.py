"""One real Kafka and one real MongoDB for a whole test run: started when a test first asks, in a home of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import MongoClient

from services.chassis.bootstrap import Bootstrap
from services.chassis.mongo import Database, connect, database
from services.chassis.settings import ADMIN, PORTS, Settings

REPOSITORY = Path(__file__).parents[1]
START_SECONDS = 180  # the first run of all downloads Kafka


@dataclass
class LocalStack:
    """The run's stack. `env` makes a child process see it; `settings` are the same, read."""

    home: Path
    env: dict[str, str]
    running: set[str] = field(default_factory=set)

    @property
    def settings(self) -> Settings:
        """The settings of a process in this stack."""
        return Settings.from_env(self.env)

    def ensure(self, part: str) -> None:
        """Start one part unless it runs; fails the test with the command's own words."""
        if part in self.running:
            return
        started = subprocess.run(
            [sys.executable, "-m", "services.cli.main", "up", "--only", part],
            cwd=REPOSITORY,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        if started.returncode != 0:
            pytest.fail(f"{part} did not start:\n{started.stdout}{started.stderr}", pytrace=False)
        self.running.add(part)


@contextmanager
def own_stack() -> Iterator[LocalStack]:
    """An empty stack on free ports; a guard takes it down when this process ends, by whatever death."""
    home = Path(tempfile.mkdtemp(prefix="chumchon-test-"))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CHUMCHON_")}
    ports = {f"CHUMCHON_PORT_{name.upper()}": str(port) for name, port in free_ports(PORTS).items()}
    stack = LocalStack(home, {**inherited, **ports, "CHUMCHON_HOME": str(home)})
    guard = subprocess.Popen(
        [sys.executable, "-m", "tests.stack_guard", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd=REPOSITORY,
        env=stack.env,
        start_new_session=True,  # a ctrl-C in the terminal is not for the guard
    )
    assert guard.stdin is not None
    try:
        yield stack
    finally:
        guard.stdin.close()
        guard.wait(timeout=120)


@pytest.fixture(scope="session")
def local_stack() -> Iterator[LocalStack]:
    """The run's own stack."""
    with own_stack() as stack:
        yield stack


@pytest.fixture(scope="session")
def mongo_uri(local_stack: LocalStack) -> str:
    """The connection string of a real MongoDB, a replica set of one."""
    local_stack.ensure("mongo")
    return local_stack.settings.mongo


@pytest.fixture(scope="session")
def kafka_bootstrap(local_stack: LocalStack) -> Bootstrap:
    """The address of a real Kafka; no topics are made."""
    local_stack.ensure("kafka")
    return local_stack.settings.bus(ADMIN)


@pytest.fixture
def fresh_database(mongo_uri: str) -> Iterator[Database]:
    """A database that no other test has seen, with the product's own client; dropped afterwards."""
    name = f"test_{uuid4().hex}"
    client = connect(mongo_uri)
    yield database(client, name)
    client.close()
    with MongoClient[dict[str, object]](mongo_uri) as cleaner:
        cleaner.drop_database(name)


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """A free port for each of these: all are held at once, so that no two get the same."""
    with ExitStack() as held:
        sockets = {name: held.enter_context(socket.socket()) for name in names}
        for probe in sockets.values():
            probe.bind(("127.0.0.1", 0))
        return {name: int(probe.getsockname()[1]) for name, probe in sockets.items()}
