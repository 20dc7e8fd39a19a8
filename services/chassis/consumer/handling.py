"""Handling a batch from Kafka: apply it, look again where there was a hole, give it back where it could not be applied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from aiokafka.errors import KafkaError

from services.chassis.checkpoints import Checkpoints, Source
from services.chassis.consumer.applying import Applying
from services.chassis.consumer.chain import Holes, Remedy
from services.chassis.consumer.deciding import Decision
from services.chassis.consumer.failures import GiveBack, told
from services.chassis.consumer.halts import Halt, Halted
from services.chassis.consumer.state import Standing
from services.chassis.consumer.subscription import Raws, Subscription
from services.chassis.consumer.trouble import passing
from services.chassis.steps import step


class Handling:
    """Handles the batches of one subscription. `failure` gets the reason when the consumer cannot go on."""

    def __init__(
        self,
        applying: Applying,
        checkpoints: Checkpoints,
        standing: Standing,
        on_moved: Callable[[], None] | None,
    ) -> None:
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.subscription: Subscription | None = None
        self._applying = applying
        self._checkpoints = checkpoints
        self._standing = standing
        self._on_moved = on_moved
        self._holes = Holes()
        self._log = structlog.get_logger().bind(consumer=standing.name, version=standing.version)

    async def handle(self, batch: Raws) -> None:
        """Returning lets Kafka's offsets be committed; raising gives the batch back, from its first record on."""
        if self.failure.done():
            raise GiveBack("coming down")
        standing = self._standing
        standing.in_hand += 1
        standing.caught_up = False
        step("consumer.batch-received")
        try:
            await self._apply(batch)
            standing.trouble.pop("batch", None)
        except Exception as error:
            standing.trouble["batch"] = told(error)
            if not passing(error) and not isinstance(error, KafkaError) and not self.failure.done():
                self.failure.set_exception(error)
            raise GiveBack(told(error)) from error
        finally:
            standing.in_hand -= 1
            standing.batches += 1
        step("consumer.before-ack")

    async def _apply(self, batch: Raws) -> None:
        applied = await self._applying.apply(batch)
        moved = False
        for decision in applied.decisions:
            self._standing.committed(decision)
            self._log_letters(decision)
            moved = moved or bool(decision.moves())
        if moved and self._on_moved is not None:
            self._on_moved()
        for source, (position, halt) in applied.holes.items():
            await self._look_again(source, position, halt)

    def _log_letters(self, decision: Decision) -> None:
        for letter in decision.letters:
            if not letter.follower:
                self._log.error(
                    "record put aside",
                    topic=letter.source[0],
                    partition=letter.source[1],
                    position=letter.position,
                    offset=letter.offset,
                    reason=letter.reason,
                )

    async def _look_again(self, source: Source, position: int, halt: Halt) -> None:
        """There is a hole behind this position: see what the bus still has, or raise the alarm."""
        subscription = self.subscription
        [checkpoint] = (await self._checkpoints.load([source])).values()
        if subscription is None or source not in subscription.assigned() or checkpoint.position != position:
            return  # somebody else reads this partition now, or has moved it on
        remedy = self._holes.seen(source, position)
        self._log.warning("hole in topic", source=source, position=position, remedy=remedy.value)
        if remedy is Remedy.ALARM:
            raise Halted(halt)
        start = await subscription.start_offset(source)
        # no exception from here on: nack would undo the seek
        subscription.seek(
            source, max(start, checkpoint.offset + 1 if remedy is Remedy.SEEK_CHECKPOINT else start)
        )
