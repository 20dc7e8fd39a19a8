"""Commands through decide, commit and group commit, 64 at once, beside bare motor `insert_one` of such a document."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from time import perf_counter
from typing import TypeVar

from bson import decode

from contracts.ids import stream_id
from contracts.members import Cohort, Network
from services.chassis.calls import Call, Done
from services.chassis.commit_store import MongoCommitStore
from services.chassis.decider import Command, Refused
from services.chassis.garbage import collect_less_often
from services.chassis.handling import CommandHandler
from services.chassis.mongo import Client
from services.chassis.sealing import Sealing
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from services.members.domain.membership import (
    MEMBERSHIP,
    Apply,
    ConfirmCurrent,
    Register,
    membership_stream,
)
from tests.bench.figure import Figure, interleaved, ratio
from tests.bench.material import ON, VILLAGES, call, entry, membership, raw_commit
from tests.bench.site import Site

AT_ONCE = 64
CACHED = 512
PER_SECOND = {"cached": 6_000, "new": 4_000, "refused": 4_000, "bare": 1_500}
"""Roughly what a repetition of a second does: a repetition is a number of commands, made before the clock starts."""

Item = TypeVar("Item")


async def measure(site: Site) -> list[Figure]:
    """Two ratios, and the three speeds that they are made of."""
    collect_less_often()  # as `chumchon serve` does; the peer gains by it too, and is in the same process
    async with site.client() as client:
        speeds = _Speeds(site, client)
        found = await interleaved(
            site.scale.repetitions,
            {"cached": speeds.cached, "new": speeds.new, "refused": speeds.refused, "bare": speeds.bare},
        )
    bare = found["bare"]
    return [
        ratio("commit_vs_bare_insert", found["cached"], bare, goal="≥ 3", note="64 at once, cached streams"),
        ratio("commit_new_vs_bare_insert", found["new"], bare, note="the same, each on a new stream"),
        Figure("commit_per_s", tuple(found["cached"]), "/s", note="commands, cached streams"),
        Figure("commit_new_per_s", tuple(found["new"]), "/s", note="commands, new streams"),
        Figure(
            "commit_refused_per_s",
            tuple(found["refused"]),
            "/s",
            note="refusals: each on a proof of the primary, which all who wait share",
        ),
        Figure("bare_insert_per_s", tuple(bare), "/s", note="motor insert_one, same document and indexes"),
    ]


@dataclass
class _Speeds:
    site: Site
    client: Client

    async def cached(self) -> float:
        """ConfirmCurrent on memberships that the process knows."""

        def command(n: int) -> Command:
            return ConfirmCurrent(on=ON + timedelta(days=n // CACHED))

        return await self._on_known_streams(command, self._count("cached"), Done)

    async def refused(self) -> float:
        """Register on memberships that are registered."""

        def command(_: int) -> Command:
            return Register(on=ON, cohort=Cohort.NEW)

        return await self._on_known_streams(command, self._count("refused"), Refused)

    async def _on_known_streams(
        self, command: Callable[[int], Command], count: int, answer: type[Done | Refused]
    ) -> float:
        async with self.site.fresh(self.client) as database:
            handler = await _handler(MongoCommitStore(database))
            streams = [membership_stream(Network.TSM, stream_id("person", n)) for n in range(CACHED)]

            async def enter(n: int) -> None:
                await handler.handle(MEMBERSHIP, streams[n], entry(n), call(n, "enter"))

            async def do(item: tuple[str, Command, Call]) -> None:
                assert isinstance(await handler.handle(MEMBERSHIP, *item), answer)

            await _rate(list(range(CACHED)), enter)
            return await _rate([(streams[n % CACHED], command(n), call(n, "go")) for n in range(count)], do)

    async def new(self) -> float:
        """Apply, each on a stream that nobody has read: a look into the store before each."""
        async with self.site.fresh(self.client) as database:
            handler = await _handler(MongoCommitStore(database))

            async def do(item: tuple[str, Command, Call]) -> None:
                assert isinstance(await handler.handle(MEMBERSHIP, *item), Done)

            return await _rate([_application(n) for n in range(self._count("new"))], do)

    async def bare(self) -> float:
        """`insert_one` of the document that such a command makes, into a collection with the same indexes."""
        async with self.site.fresh(self.client) as database:
            await MongoCommitStore(database).prepare()
            commits = database["commits"]

            async def do(document: dict[str, object]) -> None:
                await commits.insert_one(document)

            return await _rate(
                [decode(raw_commit(n, *membership(n))) for n in range(self._count("bare"))], do
            )

    def _count(self, name: str) -> int:
        return round(PER_SECOND[name] * self.site.scale.seconds)


async def _handler(store: MongoCommitStore) -> CommandHandler:
    await store.prepare()
    return CommandHandler(
        "members", store, Sealing(InMemoryWrappedKeys(), bytes(32)), fingerprint_key=b"f" * 32
    )


_numbers = count(1_000_000)


def _application(_: int) -> tuple[str, Command, Call]:
    number = next(_numbers)
    person = stream_id("person", number)
    stream = membership_stream(Network.TSM, person)
    area = VILLAGES[number % len(VILLAGES)]
    command = Apply(person_id=person, network=Network.TSM, area=area, on=ON)
    return stream, command, call(number, "apply")


async def _rate(items: list[Item], do: Callable[[Item], Awaitable[None]]) -> float:
    """How many of these a second, 64 at once, in order."""
    following = iter(items)

    async def work(mine: Iterator[Item]) -> None:
        for item in mine:
            await do(item)

    begun = perf_counter()
    await asyncio.gather(*(work(following) for _ in range(AT_ONCE)))
    return len(items) / (perf_counter() - begun)
