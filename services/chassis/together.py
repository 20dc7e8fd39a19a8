"""Many commands, each to another stream, decided one after another and written in one group: the usual case, quickly.

What is not plainly done here (a refusal, nothing to do, a stream that is busy, a lost race, an unknown outcome, an error) is
left out, and whoever asked sends it the ordinary way, under the same key: there it is proved, found done, or raised.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.errors import PyMongoError

from contracts.envelope import GENESIS
from contracts.event import Event
from services.chassis.attempt import Attempt, Tools, event_of
from services.chassis.calls import Call, Done, Overloaded
from services.chassis.commits import to_bson
from services.chassis.decider import Aggregate, Command, Forgotten, Refused, Sealed
from services.chassis.sealing import sealed_with
from services.chassis.streams import Held, fold

PIECE = 4
"""Commands decided before the event loop may do something else: half a millisecond."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One of them."""

    aggregate: Aggregate[Any, Any]
    stream: str
    command: Command
    call: Call


@dataclass(slots=True)
class _Decided:
    place: int
    attempt: Attempt
    held: Held
    items: Sequence[Event | Sealed]


async def together(tools: Tools, asked: Sequence[Asked]) -> dict[int, Done]:
    """Those that are done, by their place in `asked`. Of two to one stream the first."""
    done: dict[int, Done] = {}
    first: dict[str, int] = {}
    for place, one in enumerate(asked):
        first.setdefault(one.stream, place)
    async with tools.streams.claimed(first) as claimed:
        mine = {first[stream]: asked[first[stream]] for stream in claimed}
        try:
            async with asyncio.timeout(tools.deadline):
                await _append(tools, await _decided(tools, mine), done)
        except (PyMongoError, Overloaded, TimeoutError):
            _forget(tools, claimed)
        except BaseException:
            _forget(tools, claimed)
            raise
    return done


def _forget(tools: Tools, streams: Iterable[str]) -> None:
    for stream in streams:
        tools.streams.forget(stream)


async def _decided(tools: Tools, asked: dict[int, Asked]) -> list[_Decided]:
    held = await tools.streams.load_many({one.stream: one.aggregate for one in asked.values()})
    decided: list[_Decided] = []
    for number, (place, one) in enumerate(asked.items()):
        if number % PIECE == 0:
            await asyncio.sleep(0)
        now = held.get(one.stream)
        if now is None or one.call.expected_versions is not None:
            continue
        attempt = Attempt(tools, one.aggregate, one.stream, one.command, one.call, None)
        try:
            items = attempt.decision(now)
        except Exception:  # noqa: BLE001, S112 - whatever it is, it is raised the ordinary way
            continue
        if not isinstance(items, Refused) and items:
            plain = [item for item in items if not isinstance(item, Forgotten)]
            if len(plain) == len(items):
                decided.append(_Decided(place, attempt, now, plain))
    return decided


async def _append(tools: Tools, decided: Sequence[_Decided], done: dict[int, Done]) -> None:
    owners = {item.owner for one in decided for item in one.items if isinstance(item, Sealed)}
    fresh = {one.attempt.stream for one in decided if not one.held.version}
    keys = await tools.sealing.keys(owners, new=owners & fresh) if owners else {}
    ready: list[tuple[_Decided, Held]] = []
    documents: list[bytes] = []
    for number, one in enumerate(decided):
        if number % PIECE == 0:
            await asyncio.sleep(0)
        events: list[tuple[Event, bytes | None, str, str]] = []
        try:
            for item in one.items:
                if isinstance(item, Sealed):
                    events.append(
                        (item.event, *sealed_with(keys[item.owner], item.owner, item.personal), item.owner)
                    )
                else:
                    events.append((item, None, GENESIS, ""))
            commit = one.attempt.made(one.held, events)
            after = fold(one.attempt.aggregate, one.held, [commit])
            documents.append(to_bson(commit))
        except Exception:  # noqa: BLE001, S112 - whatever it is, it is raised the ordinary way
            continue
        ready.append((one, after))
    for (one, after), written in zip(ready, await tools.group.submit_all(documents), strict=True):
        stream = one.attempt.stream
        if written.outcome == "inserted":
            tools.streams.keep(stream, after)
            tools.commits.inc()
            done[one.place] = Done(stream, after.version, tuple(event_of(item) for item in one.items))
        else:
            tools.streams.forget(stream)
