"""Applying a batch: read checkpoints, decide, act, write all with the checkpoints in one transaction; retry, split."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import structlog

from services.chassis.checkpoints import Checkpoint, Checkpoints, Source, Stale
from services.chassis.consumer.deciding import LETTERS_PER_BATCH, Decision, RecordRefused
from services.chassis.consumer.halts import Halt, Why, halted
from services.chassis.consumer.own_session import OwnSession
from services.chassis.consumer.reading import Raw, why
from services.chassis.consumer.skips import NONE, Place, Skips
from services.chassis.consumer.trouble import delays, passing, refused_for_good, write_conflict
from services.chassis.consumer.work import Trade, Work
from services.chassis.dead_letters import DeadLetters
from services.chassis.mongo import Database
from services.chassis.steps import step

STEPS = (
    "consumer.batch-received",
    "consumer.checkpoints-read",
    "consumer.changes-folded",
    "consumer.transaction-begun",
    "consumer.changes-written",
    "consumer.transaction-committed",
    "consumer.before-ack",
)
"""Every two of them have something between them that a crash could tear apart."""

PATIENCE = 60.0
"""Seconds that passing trouble is borne within one batch; then the batch is given back to Kafka and comes again. Well
within `max_poll_interval`, beyond which the group would throw us out."""

_CONFLICTS = 4
"""After so many in a row, about 0.4 s, the other side of the conflict is taken for dead."""

_LIVE = 1_000
"""A batch of so many records or fewer is of now: there is time to look whether each one's hash fits its content. Who is
far behind does not look; another event that claims a position shows all the same, and `verify` looks at everything."""

_PIECE = 250
"""Records walked through before the event loop may do something else: about 5 ms."""


@dataclass(slots=True)
class Applied:
    """What became of a batch."""

    decisions: list[Decision] = field(default_factory=list)
    """As committed; a split batch has several."""
    holes: dict[Source, tuple[int, Halt]] = field(default_factory=dict)
    """Partition with a hole → position of its checkpoint, and what to say if nothing fills it."""

    def take(self, decision: Decision, last: Raw) -> None:
        """One more part is committed, which ends with the record `last`. Raises Halted if too much of the whole broke."""
        self.decisions.append(decision)
        self.holes |= {s: (w.position, w.hole) for s, w in decision.walks.items() if w.hole is not None}
        if sum(one.broken for one in self.decisions) > LETTERS_PER_BATCH:
            raise halted(Why.TOO_MANY, last, f"more than {LETTERS_PER_BATCH} records of one batch broke")


class Applying:
    """Applies batches for one projection or reaction."""

    def __init__(
        self, database: Database, trade: Trade, on_trouble: Callable[[str], None], patience: float = PATIENCE
    ) -> None:
        self.skips: Skips = NONE
        self._trade = trade
        self._on_trouble = on_trouble
        self._patience = patience
        self._checkpoints = Checkpoints(database, trade.name, trade.version)
        self._letters = DeadLetters(database, trade.name, trade.version)
        self._session = OwnSession(database, trade.name, trade.version)
        self._log = structlog.get_logger().bind(projection=trade.name, version=trade.version)

    async def apply(self, batch: Sequence[Raw]) -> Applied:
        """Apply a batch, all partitions of it in one transaction; returns once it is committed with majority.

        Raises the passing trouble that outlasted our patience (nothing is lost: the batch comes again), Halted,
        Retired, and what is a bug of ours.
        """
        applied = Applied()
        await self._settle(batch, {}, applied, asyncio.get_running_loop().time() + self._patience)
        return applied

    async def close(self) -> None:
        """Give back what is held; after the last batch."""
        await self._session.close()

    async def _settle(
        self, batch: Sequence[Raw], refused: dict[Place, str], applied: Applied, deadline: float
    ) -> None:
        waits = delays()
        conflicts = 0
        while True:
            try:
                decision = await self._attempt(batch, refused)
            except RecordRefused as one:
                self._log.warning("record refused", place=one.place, reason=one.reason)
                refused[one.place] = one.reason
            except Stale as moved:
                self._log.info("checkpoint moved by another process, deciding again", reason=str(moved))
            except Exception as error:
                if refused_for_good(error):
                    await self._split(batch, refused, applied, deadline, error)
                    return
                if not passing(error) or asyncio.get_running_loop().time() > deadline:
                    raise
                self._on_trouble(why(error))
                self._log.warning("passing trouble, trying again", reason=why(error))
                conflicts = conflicts + 1 if write_conflict(error) else 0
                if conflicts == _CONFLICTS:
                    ended = await self._session.end_others()
                    self._log.warning("ended transactions that others left open", sessions=ended)
                await asyncio.sleep(next(waits))
            else:
                applied.take(decision, batch[-1])
                return

    async def _split(
        self,
        batch: Sequence[Raw],
        refused: dict[Place, str],
        applied: Applied,
        deadline: float,
        error: Exception,
    ) -> None:
        """MongoDB refuses something in this batch for good: halve it until the culprit is alone, and put it aside."""
        if len(batch) == 1:
            [raw] = batch
            if (raw.topic, raw.partition, raw.offset) in refused:  # not the record's changes: its dead letter
                raise halted(Why.REFUSED, raw, why(error)) from error
            refused[raw.topic, raw.partition, raw.offset] = f"MongoDB refused the write: {why(error)}"
            await self._settle(batch, refused, applied, deadline)
            return
        middle = len(batch) // 2
        await self._settle(batch[:middle], refused, applied, deadline)
        await self._settle(batch[middle:], refused, applied, deadline)

    async def _attempt(self, batch: Sequence[Raw], refused: dict[Place, str]) -> Decision:
        checkpoints = await self._checkpoints.load({(raw.topic, raw.partition) for raw in batch})
        step("consumer.checkpoints-read")
        work = self._trade.begin()
        hashes = len(batch) <= _LIVE
        decision = Decision.begin(checkpoints, work, refused, self.skips, hashes=hashes)
        records = iter(batch)
        while piece := list(islice(records, _PIECE)):
            decision.walk(piece)
            await asyncio.sleep(0)
        step("consumer.changes-folded")
        if moves := decision.moves():
            await work.perform()
            await self._write(work, decision, moves)
        return decision

    async def _write(self, work: Work, decision: Decision, moves: dict[Checkpoint, Checkpoint]) -> None:
        async with self._session.transaction() as session:
            # first of all: who comes too late finds out before he writes ten thousand documents
            await self._checkpoints.advance(moves, session)
            step("consumer.transaction-begun")
            await work.write(session)
            await self._letters.write(decision.letters, session)
            step("consumer.changes-written")
        step("consumer.transaction-committed")
