"""Beside the batches: how far behind are we, what lies in dead letters, may our version take over, is an old one due?"""

from __future__ import annotations

import asyncio

import structlog
from aiokafka.errors import KafkaError

from services.chassis.checkpoints import Checkpoints
from services.chassis.consumer.failures import told
from services.chassis.consumer.halted_views import HaltedViews
from services.chassis.consumer.halts import Halted
from services.chassis.consumer.skips import SkippedRecords
from services.chassis.consumer.state import Standing
from services.chassis.consumer.subscription import Subscription
from services.chassis.consumer.trouble import passing
from services.chassis.dead_letters import DeadLetters
from services.chassis.mongo import Database
from services.chassis.versions import Versions


class MoreLeftOut(Exception):
    """A person has left records out since we began: begin again."""


async def watch(
    subscription: Subscription, database: Database, standing: Standing, every: float, left_out: int
) -> None:
    """Look every so many seconds, for ever. Passing trouble is noted; raises what is a bug of ours, Halted when another
    process of the view has halted it, MoreLeftOut when more than `left_out` records are."""
    log = structlog.get_logger().bind(consumer=standing.name, version=standing.version)
    versions = Versions(database, standing.name)
    while True:
        try:
            await _look(subscription, database, standing)
            if (halt := await HaltedViews(database).find(standing.name, standing.version)) is not None:
                raise Halted(halt, kept=True)
            if len(await SkippedRecords(database).all()) != left_out:
                raise MoreLeftOut
            standing.live = await versions.live() == standing.version or await versions.swap(standing.version)
            await versions.drop_retired()
            standing.trouble.pop("watch", None)
        except Exception as error:
            if not passing(error) and not isinstance(error, KafkaError | OSError | TimeoutError):
                raise
            standing.trouble["watch"] = told(error)
            standing.caught_up = False
            log.warning("could not look", reason=told(error))
        await asyncio.sleep(every)


async def _look(subscription: Subscription, database: Database, standing: Standing) -> None:
    batches = standing.batches
    lag = await subscription.lag()
    idle = not standing.in_hand and standing.batches == batches
    checkpoints = await Checkpoints(database, standing.name, standing.version).all()
    parked = sum(len(checkpoint.parked) for checkpoint in checkpoints.values())
    dead = await DeadLetters(database, standing.name, standing.version).count()
    standing.looked(lag, dead, parked, idle=idle and standing.batches == batches)
