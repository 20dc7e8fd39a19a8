"""Three mongods that elect a primary: deploy/local's one, three times, with an election in two seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.local.mongo import demand_libraries, find_mongod
from tests.chaos.births import Living, Nursery

PRIMARY, SECONDARY, ROLLBACK = 1, 2, 9
PATIENCE = 60.0
"""Seconds until a set is whole again; a rollback of what these runs write takes less than one."""
NAME = "rs0"


@dataclass
class ReplicaSet:
    """The nodes by number. A node is struck only while the set is whole, so that a majority is always left."""

    nursery: Nursery
    home: Path
    env: dict[str, str]
    ports: list[int]
    _clients: list[AsyncMongoClient[dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
        demand_libraries(find_mongod())
        self._clients = [
            AsyncMongoClient(
                f"mongodb://127.0.0.1:{port}/?directConnection=true",
                serverSelectionTimeoutMS=500,
                connectTimeoutMS=500,
                socketTimeoutMS=1_000,
            )
            for port in self.ports
        ]

    @property
    def uri(self) -> str:
        """All nodes."""
        return f"mongodb://{','.join(f'127.0.0.1:{port}' for port in self.ports)}/?replicaSet={NAME}"

    async def start(self, node: int) -> Living:
        """Start one node on its data."""
        folder = self.home / "data" / f"mongod-{node}"
        folder.mkdir(parents=True, exist_ok=True)
        argv = (
            *(str(find_mongod()), "--dbpath", str(folder), "--replSet", NAME),
            *("--port", str(self.ports[node]), "--bind_ip", "127.0.0.1", "--nounixsocket"),
            *("--wiredTigerCacheSizeGB", "0.5", "--oplogSize", "256", "--quiet"),
        )
        return await self.nursery.start(f"mongod/{node}", argv, self.env)

    async def answers(self, node: int) -> bool:
        """Whether it takes questions; a member of the set or not yet."""
        try:
            await self._clients[node].admin.command("ping")
        except PyMongoError:
            return False
        return True

    async def form(self) -> None:
        """Make the set of the started nodes; returns when it is whole."""
        members = [{"_id": node, "host": f"127.0.0.1:{port}"} for node, port in enumerate(self.ports)]
        settings = {"electionTimeoutMillis": 2_000, "heartbeatIntervalMillis": 500}
        async with asyncio.timeout(60):
            while True:
                try:
                    await self._clients[0].admin.command(
                        "replSetInitiate", {"_id": NAME, "members": members, "settings": settings}
                    )
                except PyMongoError:
                    await asyncio.sleep(0.1)
                else:
                    break
        await self.whole()

    async def whole(self) -> None:
        """Wait until there is one primary, and every other node follows it."""
        async with asyncio.timeout(PATIENCE):
            while sorted(await self._states()) != [PRIMARY, SECONDARY, SECONDARY]:
                await asyncio.sleep(0.1)

    async def node(self, kind: str) -> int:
        """Who is the primary, or the first that is not, once the set is whole."""
        while True:
            await self.whole()
            states = await self._states()
            wanted = PRIMARY if kind == "primary" else SECONDARY
            if wanted in states:
                return states.index(wanted)

    async def rolling_back(self) -> int | None:
        """The node that another one sees in ROLLBACK; None where there is none."""
        for client in self._clients:
            try:
                status = await client.admin.command("replSetGetStatus")
            except PyMongoError:
                continue
            for member in status["members"]:
                if member["state"] == ROLLBACK:
                    return self.ports.index(int(member["name"].rpartition(":")[2]))
        return None

    async def close(self) -> None:
        """Let the connections go."""
        for client in self._clients:
            await client.close()

    async def _states(self) -> list[int]:
        return list(await asyncio.gather(*(self._state(client) for client in self._clients)))

    async def _state(self, client: AsyncMongoClient[dict[str, Any]]) -> int:
        """What a node says of itself; -1 while it does not, or not all others are well in its eyes."""
        try:
            status = await client.admin.command("replSetGetStatus")
        except PyMongoError:
            return -1
        if any(member["state"] not in (PRIMARY, SECONDARY) for member in status["members"]):
            return -1
        return int(status["myState"])
