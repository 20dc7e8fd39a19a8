"""The board under readers: how many a second it answers, and how long a write takes while 500 listen."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from statistics import median, quantiles
from typing import Any

from tests.bench.figure import Figure
from tests.bench.material import VILLAGES
from tests.bench.site import Site, said
from tests.bench.world import on_the_board, settled, token

CONNECTIONS = 64
LISTENERS = 500
RATE = 50
FIRST = 170_000
"""The number of the first fund: far from those of the other figures."""
BOARD = "/?area=51"
EVENTS = "/events?area=51"


async def measure(site: Site) -> list[Figure]:
    """Readers of one place, at the service and at the gateway; then writes, without listeners and with them."""
    async with site.client() as client, AsyncExitStack() as running:
        await settled(site, client)
        site.stack.ensure("gateway")
        funds = await running.enter_async_context(site.service("funds", "api,relay,views"))
        await running.enter_async_context(site.service("reporting", "api,views"))
        await on_the_board(site, client)
        ports = site.stack.settings.ports
        rates: dict[str, list[float]] = {"reporting": [], "gateway": []}
        for name, found in rates.items():
            child = await running.enter_async_context(
                site.child("tests.bench.readers_load", str(ports[name]))
            )
            for _ in range(site.scale.repetitions + 1):
                order = {"path": BOARD, "connections": CONNECTIONS, "seconds": site.scale.seconds}
                answer = await _ordered(child, order)
                if set(answer["statuses"]) != {"200"}:
                    raise RuntimeError(f"the board was answered with {answer['statuses']}")
                found.append(answer["answered"] / answer["seconds"])
        quiet = await _writes(site, funds, 0)
        listening = await running.enter_async_context(
            site.child("tests.bench.readers_load", str(ports["gateway"]))
        )
        await _ordered(listening, {"path": EVENTS, "listeners": LISTENERS})
        heard_by = await _writes(site, funds, 1)
        heard = (await _ordered(listening, {}))["heard"]
    what = f"POST /v1/funds at {RATE}/s"
    return [
        Figure("board_readers_per_s", tuple(rates["reporting"][1:]), "/s",
               note=f"GET {BOARD} at the service, {CONNECTIONS} connections, nothing changes"),
        Figure("board_readers_at_gateway_per_s", tuple(rates["gateway"][1:]), "/s", note="the same through nginx"),
        Figure("write_p99_ms", (_p99(quiet),), "ms", note=f"{what}, nobody listens; median {median(quiet):.1f} ms"),
        Figure("write_p99_ms_while_500_listen", (_p99(heard_by),), "ms",
               note=f"{what}, {LISTENERS} live pages of one place through nginx, {heard:.0f} changes heard by each; "
               f"median {median(heard_by):.1f} ms"),
    ]  # fmt: skip


async def _writes(site: Site, service: str, turn: int) -> list[float]:
    """Milliseconds until the answer of each command."""
    port, seconds = int(service.rpartition(":")[2]), site.scale.visible_seconds
    requests = {"port": port, "token": token(site), "villages": VILLAGES, "number": FIRST + turn * 10_000}
    async with site.child("tests.bench.visible_load", str(port), str(RATE)) as child:
        answers = await _ordered(child, {"seconds": seconds, "requests": requests}, seconds + 30)
    return [1000 * (at - sent) for sent, at, _ in answers]


async def _ordered(child: asyncio.subprocess.Process, order: dict[str, Any], seconds: float = 60.0) -> Any:
    assert child.stdin is not None
    child.stdin.write(json.dumps(order).encode() + b"\n")
    return json.loads(await said(child, seconds))


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[98]
