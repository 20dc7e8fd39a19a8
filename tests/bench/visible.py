"""How long after its 201 a fact is visible in reporting's read model, under a steady stream of commands."""

from __future__ import annotations

import asyncio
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from statistics import median, quantiles
from threading import Thread
from time import monotonic
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from contracts.topics import topic_of
from services.chassis.mongo import Database
from services.chassis.relay.outbox import from_document
from services.chassis.relay.partition import partition_of
from services.chassis.relay.rounds import Round
from services.reporting.views import BOARD
from tests.bench.figure import Figure
from tests.bench.material import VILLAGES
from tests.bench.site import Site, said
from tests.bench.world import kept, on_the_board, settled, token

RATE = 200
FIRST = 150_000
"""The number of the first fund: far from those of the other figures."""
WARM_UP_SECONDS = 2.0
PATIENCE = 30.0


async def measure(site: Site) -> list[Figure]:
    """p50 and p99, in milliseconds, of everything that was answered after the warm-up."""
    async with site.client() as client, AsyncExitStack() as running:
        await settled(site, client)
        funds, reporting = kept(site, client, "funds"), kept(site, client, "reporting")
        service = await running.enter_async_context(site.service("funds", "api,relay,views"))
        await running.enter_async_context(site.service("reporting", "api,views"))
        await on_the_board(site, client)  # what the figures before this one have left
        with _Watch(site.stack.settings.mongo, reporting.name) as watch:
            child = await running.enter_async_context(
                site.child("tests.bench.visible_load", service.rpartition(":")[2], str(RATE))
            )
            assert child.stdin is not None
            seconds = WARM_UP_SECONDS + site.scale.visible_seconds
            order = {
                "seconds": seconds,
                "requests": {"port": int(service.rpartition(":")[2]), "token": token(site), "villages": VILLAGES,
                             "number": FIRST},
            }  # fmt: skip
            child.stdin.write(json.dumps(order).encode() + b"\n")
            answers: list[tuple[float, float, str]] = json.loads(await said(child, seconds + PATIENCE))
            places = await _places(funds, [stream for _, _, stream in answers])
            await _caught_up(watch, places)
    begun = answers[0][0] + WARM_UP_SECONDS
    late = [watch.seen(*places[stream]) - at for sent, at, stream in answers if sent > begun]
    took = [at - sent for sent, at, _ in answers if sent > begun]
    milliseconds = [1000 * max(0.0, seconds) for seconds in late]
    note = f"201 to visible at {RATE}/s, {len(late):,} commands, by a change stream on checkpoints"
    return [
        Figure("visible_p50_ms", (median(milliseconds),), "ms", note=note),
        Figure(
            "visible_p99_ms", (_p99(milliseconds),), "ms", "≤ 100", note=f"worst {max(milliseconds):.0f} ms"
        ),
        Figure("answered_p50_ms", (1000 * median(took),), "ms", note="of the same commands, until the 201"),
        Figure("answered_p99_ms", (1000 * _p99(took),), "ms", note="the same"),
    ]


def _p99(values: list[float]) -> float:
    return quantiles(values, n=100)[98]


async def _places(funds: Database, streams: list[str]) -> Mapping[str, tuple[int, int]]:
    """Stream → partition and position of its first event, from the rounds, once all are in one."""
    wanted, found = set(streams), dict[str, tuple[int, int]]()
    deadline = monotonic() + PATIENCE
    while wanted - found.keys():
        if monotonic() > deadline:
            raise RuntimeError(f"{len(wanted - found.keys())} commands were answered and are in no round")
        await asyncio.sleep(0.2)
        async for document in funds["rounds"].find():
            one: Round = from_document(document)
            for at, (stream, _) in enumerate(one.commits):
                found[stream] = (partition_of(stream), one.first + at)  # each commit is one event
    return found


async def _caught_up(watch: _Watch, places: Mapping[str, tuple[int, int]]) -> None:
    deadline = monotonic() + PATIENCE
    for place in places.values():
        while not watch.has(*place):
            if monotonic() > deadline:
                raise RuntimeError(f"position {place[1]} does not become visible")
            await asyncio.sleep(0.05)


@dataclass
class _Watch:
    """Listens to the board's checkpoints: they stand in one transaction with what the board shows.

    A change stream tells only what a majority has, so that what it has told is what a query sees.
    """

    mongo: str
    database: str
    positions: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    times: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def __enter__(self) -> Self:
        self._client: MongoClient[dict[str, Any]] = MongoClient(self.mongo)
        checkpoints = self._client[self.database]["checkpoints"]
        prefix = f"{BOARD.name}.{BOARD.version}/{topic_of('funds')}/"
        for document in checkpoints.find({"_id": {"$gte": prefix, "$lt": prefix + "~"}}):
            self._keep(document["partition"], document["position"])
        self._stream = checkpoints.watch(max_await_time_ms=500)
        self._thread = Thread(target=self._listen, args=(prefix,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._client.close()
        self._thread.join(5)

    def has(self, partition: int, position: int) -> bool:
        """Whether it was seen."""
        return bool(self.positions[partition]) and self.positions[partition][-1] >= position

    def seen(self, partition: int, position: int) -> float:
        """When it was seen first."""
        return self.times[partition][bisect_left(self.positions[partition], position)]

    def _listen(self, prefix: str) -> None:
        try:
            for change in self._stream:
                identity = change["documentKey"]["_id"]
                fields = change.get("updateDescription", {}).get("updatedFields", {})
                if identity.startswith(prefix) and "position" in fields:
                    self._keep(int(identity.rpartition("/")[2]), fields["position"])
        except PyMongoError:
            return  # closed

    def _keep(self, partition: int, position: int) -> None:
        self.times[partition].append(monotonic())
        self.positions[partition].append(position)
