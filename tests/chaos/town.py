"""The world of a run: Kafka, three mongods, and each service's processes twice; all of them victims."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from time import monotonic

import httpx

from contracts.topics import SERVICES
from deploy import bus_access
from deploy.local import bus_keys, issuer, kafka
from deploy.local.probe import status_of
from deploy.topics import ensure
from services.chassis.access import Role
from services.chassis.mongo import Client, Database, connect, database
from services.chassis.service import Service
from services.chassis.settings import ADMIN, Settings
from tests.chaos.births import Nursery, nursery
from tests.chaos.office import ACTORS
from tests.chaos.plan import TWINS, Strike
from tests.chaos.replica_set import ReplicaSet
from tests.chaos.victims import Victim
from tests.local_stack import LocalStack, free_ports

LEASES = {"CHUMCHON_RELAY_LEASE_SECONDS": "1.2", "CHUMCHON_CONSUMER_SESSION_SECONDS": "3"}
"""Shorter than the stops in `plan.SECONDS`, so that whoever sleeps has lost what it held."""
BROKER = "group.min.session.timeout.ms=1000\n"
HEALED_SECONDS = 120
LEADS = "chumchon_relay_leader"

SPECS: Mapping[str, Service] = {
    name: import_module(f"services.{name}.app").SERVICE for name in SERVICES
}  # the services as data: what they project, what they react to

KINDS: Mapping[str, Sequence[str]] = {
    "api": SERVICES,
    "relay": tuple(name for name, spec in SPECS.items() if spec.says),
    "views": tuple(name for name, spec in SPECS.items() if spec.projections or spec.reactions),
}


@dataclass
class Town:
    """What runs. `victims` by name: `members/api/0`, `kafka`, `mongod/1`."""

    stack: LocalStack
    settings: Settings
    replica_set: ReplicaSet
    client: Client
    tokens: Mapping[str, str]
    """Of everybody in `office.ACTORS`."""
    ports: Mapping[str, int]
    victims: dict[str, Victim] = field(default_factory=dict)
    hung: list[str] = field(default_factory=list)
    """Mongods that were killed because they hung in a rollback of their own."""

    def kept(self, service: str) -> Database:
        """The database of a service."""
        return database(self.client, f"{self.settings.database_prefix}_{service}")

    def urls(self, service: str) -> list[str]:
        """Where its API answers."""
        return [f"http://127.0.0.1:{self.ports[f'{service}/api/{twin}']}" for twin in range(TWINS)]

    async def struck(self, strike: Strike) -> Victim:
        """Who the strike is for, now; waits until a mongod may be struck. Where no relay leads, the first one."""
        if strike.victim.startswith("mongod/"):
            return self.victims[f"mongod/{await self._node(strike.kind)}"]
        if not strike.victim.endswith("/leader"):
            return self.victims[strike.victim]
        twins = [strike.victim.replace("leader", str(twin)) for twin in range(TWINS)]
        leads = await asyncio.gather(*(self._leads(name) for name in twins))
        return self.victims[twins[leads.index(True) if True in leads else 0]]

    async def _node(self, kind: str) -> int:
        """Of a whole set. A node that never comes out of its rollback is killed and started again, as its operator would:
        MongoDB 6.0.5 has hung in "Rolling back to the stable timestamp" (seed 3)."""
        while True:
            try:
                return await self.replica_set.node(kind)
            except TimeoutError:
                hung = await self.replica_set.rolling_back()
                if hung is None:
                    raise
                self.hung.append(f"mongod/{hung}")
                dead = Strike(0.0, "secondary", self.hung[-1], "kill", 0.5)
                await self.victims[dead.victim].suffer(dead, asyncio.Event())

    async def _leads(self, name: str) -> bool:
        """Whether this relay says that it is at work; one that is stopped says nothing."""
        service = name.split("/")[0]
        try:
            async with httpx.AsyncClient(timeout=0.3, trust_env=False) as client:
                told = await client.get(f"http://127.0.0.1:{self.ports[name]}/metrics")
        except httpx.HTTPError:
            return False
        return f'{LEADS}{{service="{service}"}} 1.0' in told.text

    async def healed(self) -> None:
        """Wait until every process says that it is ready. Raises TimeoutError naming those that are not."""
        until = monotonic() + HEALED_SECONDS
        while True:
            names = list(self.ports)
            codes = await asyncio.gather(
                *(status_of("127.0.0.1", self.ports[name], "/ready") for name in names)
            )
            ill = [name for name, code in zip(names, codes, strict=True) if code != 200]
            if not ill:
                return
            if monotonic() > until:
                raise TimeoutError(f"not ready {HEALED_SECONDS} s after the last strike: {', '.join(ill)}")
            await asyncio.sleep(0.5)


@asynccontextmanager
async def town(stack: LocalStack) -> AsyncIterator[Town]:
    """Everything started and at work; gone at the end."""
    await asyncio.to_thread(stack.ensure, "issuer")
    settings = stack.settings
    names = [
        f"{service}/{kind}/{twin}"
        for kind, those in KINDS.items()
        for service in those
        for twin in range(TWINS)
    ]
    ports = free_ports([*names, "mongod/0", "mongod/1", "mongod/2"])
    async with nursery(settings.home / "logs", stack.env) as born:
        nodes = [ports.pop(f"mongod/{node}") for node in range(3)]
        replica_set = ReplicaSet(born, settings.home, stack.env, nodes)
        env = {**stack.env, **LEASES, "CHUMCHON_MONGO": replica_set.uri, "CHUMCHON_ISSUER": settings.issuer}
        roles = (Role.OFFICER, Role.APPROVER)
        tokens = {actor: issuer.token(settings, roles, ("",), actor=actor) for actor in ACTORS}
        made = Town(stack, Settings.from_env(env), replica_set, connect(replica_set.uri), tokens, ports)
        made.victims = await _parts(born, stack, replica_set)
        made.victims |= {name: _process(born, name, port, env) for name, port in ports.items()}
        watches: list[asyncio.Task[None]] = []
        try:
            await asyncio.gather(
                *(made.victims[name].begin() for name in ("kafka", "mongod/0", "mongod/1", "mongod/2"))
            )
            await asyncio.gather(replica_set.form(), ensure(settings.bus(ADMIN)))
            users = bus_keys.passwords(settings.home)
            await asyncio.to_thread(bus_access.ensure, settings.bus(ADMIN), users)
            await asyncio.gather(*(made.victims[name].begin() for name in names))
            await made.healed()
            watches = [asyncio.create_task(victim.watched()) for victim in made.victims.values()]
            yield made
        finally:
            for watch in watches:
                watch.cancel()
            await asyncio.gather(*watches, return_exceptions=True)
            made.client.close()
            await replica_set.close()


async def _parts(born: Nursery, stack: LocalStack, replica_set: ReplicaSet) -> dict[str, Victim]:
    """Kafka and the three mongods."""
    launch = await asyncio.to_thread(kafka.prepare, stack.settings, lambda _: None)
    with (stack.home / "etc" / "kafka.properties").open("a") as properties:
        properties.write(BROKER)
    env = {**stack.env, **launch.env}
    found = {
        "kafka": Victim(
            "kafka",
            partial(born.start, "kafka", launch.argv, env),
            partial(kafka.answers, stack.settings.bus(ADMIN), 1_000),
        )
    }
    for node in range(3):
        name = f"mongod/{node}"
        found[name] = Victim(name, partial(replica_set.start, node), partial(replica_set.answers, node))
    return found


def _process(born: Nursery, name: str, port: int, env: Mapping[str, str]) -> Victim:
    service, role, _ = name.split("/")
    argv = ("serve", service, "--roles", role, "--port", str(port))

    async def back() -> bool:
        return await status_of("127.0.0.1", port, "/health", timeout=1.0) == 200

    return Victim(name, partial(born.start, name, argv, env, ours=True), back)
