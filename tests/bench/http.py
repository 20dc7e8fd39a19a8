"""Authorised commands over HTTP on a service with the role `api`, beside a bare FastAPI route with an `insert_one`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from services.chassis.calls import Done
from services.chassis.commit_store import MongoCommitStore
from services.chassis.handling import CommandHandler
from services.chassis.mongo import Client
from services.chassis.sealing import Sealing
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from services.members.domain.membership import MEMBERSHIP
from tests.bench.figure import Figure, interleaved, ratio
from tests.bench.material import VILLAGES, call, entry
from tests.bench.site import Site, answering, said
from tests.bench.world import kept, settled, token
from tests.local_issuer import free_port

CONNECTIONS = 64
KNOWN = 512
"""Memberships that are confirmed in turn."""


async def measure(site: Site) -> list[Figure]:
    """The ratios, the speeds that they are made of, and what the client could do at most."""
    async with site.client() as client, AsyncExitStack() as running:
        await settled(site, client)
        async with site.fresh(client) as fresh:
            await MongoCommitStore(fresh).prepare()
            streams = await _members(site, client)
            ports: dict[str, int] = {}
            for name, service in (("funds", "funds"), ("confirm", "members")):
                address = await running.enter_async_context(site.service(service, "api"))
                ports[name] = int(address.rpartition(":")[2])
            for name, database in (("bare", fresh.name), ("ceiling", "-")):
                port = ports[name] = free_port()
                child = await running.enter_async_context(
                    site.child("tests.bench.http_bare", str(port), database)
                )
                await answering(f"http://127.0.0.1:{port}/ready", child)
            found = await interleaved(
                site.scale.repetitions,
                {
                    name: await running.enter_async_context(
                        load(site, port, streams if name == "confirm" else ())
                    )
                    for name, port in ports.items()
                },
            )
    funds, confirm, bare, ceiling = (found[name] for name in ("funds", "confirm", "bare", "ceiling"))
    return [
        ratio("http_vs_bare_fastapi", funds, bare, goal="≥ 1", note="POST /v1/funds, 64 connections"),
        ratio(
            "http_confirm_vs_bare_fastapi", confirm, bare, note="members' confirm: a known stream, no view"
        ),
        Figure("http_commands_per_s", tuple(funds), "/s", note="token, key, area view, decide, commit"),
        Figure("http_confirm_per_s", tuple(confirm), "/s", note="token, key, decide, commit"),
        Figure("bare_fastapi_per_s", tuple(bare), "/s", note="the body of a fund validated, insert_one"),
        Figure(
            "http_client_ceiling_per_s",
            tuple(ceiling),
            "/s",
            note="the same client, a server that only answers",
        ),
    ]


async def _members(site: Site, client: Client) -> list[str]:
    """Streams of members that can be confirmed, in the database of `members`."""
    store = MongoCommitStore(kept(site, client, "members"))
    await store.prepare()
    handler = CommandHandler(
        "members", store, Sealing(InMemoryWrappedKeys(), bytes(32)), fingerprint_key=b"f"
    )
    entered = [entry(number) for number in range(KNOWN)]
    for number, one in enumerate(entered):
        done = await handler.handle(MEMBERSHIP, one.stream, one, call(number, "http"))
        assert isinstance(done, Done), done
    return [one.stream for one in entered]


@asynccontextmanager
async def load(
    site: Site, port: int, streams: Sequence[str] = ()
) -> AsyncIterator[Callable[[], Awaitable[float]]]:
    """Something to call for one repetition: answers per second. RuntimeError if any is not as it should be."""
    async with site.child("tests.bench.http_load", str(port), str(CONNECTIONS)) as child:
        assert child.stdin is not None
        await _tell(child, {"port": port, "token": token(site), "villages": VILLAGES, "streams": streams})

        async def measure() -> float:
            await _tell(child, {"seconds": site.scale.seconds})
            told: dict[str, Any] = json.loads(await said(child))
            if set(told["statuses"]) != {"200" if streams else "201"}:
                raise RuntimeError(f"the load was answered with {told['statuses']}")
            return float(told["answered"]) / float(told["seconds"])

        yield measure


async def _tell(child: asyncio.subprocess.Process, order: dict[str, Any]) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(order).encode() + b"\n")
    await child.stdin.drain()
