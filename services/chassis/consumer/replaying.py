"""Replaying dead letters: the way back for records that were put aside, once the fault is mended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from contracts.envelope import Envelope
from contracts.event import event_type
from services.chassis.checkpoints import Checkpoint, Checkpoints, Source, Stale
from services.chassis.consumer.deciding import RecordRefused
from services.chassis.consumer.reactor import Execute
from services.chassis.consumer.reading import Damaged, later, read, why
from services.chassis.consumer.trades import trade_of
from services.chassis.consumer.trouble import refused_for_good
from services.chassis.consumer.work import Trade, Work
from services.chassis.dead_letters import DeadLetters, Letter
from services.chassis.mongo import Database
from services.chassis.projection import Projection, Reaction, Record
from services.chassis.transactions import transaction

AT_ONCE = 500
"""Letters applied in one transaction."""


@dataclass(slots=True)
class Replayed:
    """What a replay came to: letters applied, streams that are not parked any more, and what still breaks and why
    (letter → reason; its stream stays parked from there on)."""

    applied: int = 0
    streams: int = 0
    still_broken: dict[str, str] = field(default_factory=dict)


async def replay(
    database: Database, work: Projection | Reaction, *, execute: Execute | None = None, stream: str = ""
) -> Replayed:
    """Apply the dead letters of this code's version in the order of each stream, of one `stream` or of all.

    May run beside the consumer. Letters without a position are not on the chain and are left alone. Raises the driver's
    error: what was applied before it stays applied.
    """
    replaying = _Replaying(database, trade_of(database, work, execute))
    for source, checkpoint in (await replaying.checkpoints.all()).items():
        for parked in sorted(checkpoint.parked):
            if stream in ("", parked):
                await replaying.stream(source, parked)
    return replaying.result


class _Replaying:
    def __init__(self, database: Database, trade: Trade) -> None:
        self._database = database
        self._trade = trade
        self._letters = DeadLetters(database, trade.name, trade.version)
        self.checkpoints = Checkpoints(database, trade.name, trade.version)
        self.result = Replayed()

    async def stream(self, source: Source, stream: str) -> None:
        """All letters of a stream, a part at a time; one at a time where MongoDB refuses a part."""
        at_once = AT_ONCE
        while True:
            [checkpoint] = (await self.checkpoints.load([source])).values()
            if stream not in checkpoint.parked:
                return
            letters = await self._letters.of(source, stream, at_once)
            work, good, broken = await self._taken(letters)
            whole = not broken and len(letters) < at_once
            try:
                await self._write(checkpoint, stream, work, good, whole=whole)
            except Stale:  # the consumer moved it; look again
                await asyncio.sleep(0.01)
                continue
            except Exception as error:
                if not refused_for_good(error):
                    raise
                if at_once > 1:
                    at_once = 1
                    continue
                broken = {letters[0].id: f"MongoDB refused the write: {why(error)}"}
            else:
                self.result.applied += len(good)
                self.result.streams += whole
            if broken:
                self.result.still_broken |= broken
                return

    async def _taken(self, letters: Sequence[Letter]) -> tuple[Work, Sequence[Letter], dict[str, str]]:
        """Work that has taken letters in up to the first that breaks; those; and that one with its reason."""
        broken: dict[str, str] = {}
        while True:
            work, good = self._trade.begin(), 0
            for letter in letters:
                try:
                    _take(work, letter)
                except Exception as bug:  # noqa: BLE001 - as in deciding: whatever a projection raises is its bug
                    broken = {letter.id: why(bug) if not isinstance(bug, _StillDamaged) else str(bug)}
                    break
                good += 1
            if good < len(letters):  # begin anew without it: it may have been taken in half
                letters = letters[:good]
                continue
            try:
                await work.perform()
            except RecordRefused as one:
                offset = one.place[2]
                [index] = [n for n, letter in enumerate(letters) if letter.offset == offset]
                broken = {letters[index].id: one.reason}
                letters = letters[:index]
                continue
            return work, letters, broken

    async def _write(
        self, checkpoint: Checkpoint, stream: str, work: Work, letters: Sequence[Letter], *, whole: bool
    ) -> None:
        newest = checkpoint.newest
        for letter in letters:
            found = read(letter)
            newest = later(newest, found.time) if isinstance(found, Envelope) else newest
        parked = checkpoint.parked - {stream} if whole else checkpoint.parked
        async with transaction(self._database) as session:
            await self.checkpoints.advance(
                {checkpoint: replace(checkpoint, parked=parked, newest=newest)}, session
            )
            await work.write(session)
            await self._letters.delete(letters, session)


class _StillDamaged(Exception):
    """The record itself cannot be read."""


def _take(work: Work, letter: Letter) -> None:
    found = read(letter)
    if isinstance(found, Damaged):
        raise _StillDamaged(found.reason)
    cls = event_type(found.type)
    if cls is None or not work.hears(cls):
        return
    event = found.parsed()
    assert event is not None
    record = Record(found, event, *letter.source)
    work.take(record, letter.offset, work.make(record))
