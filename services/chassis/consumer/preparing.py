"""Before the first read: collections, indexes and checkpoints are there, and the consumer group has its name."""

from __future__ import annotations

from contracts.topics import PARTITIONS
from services.chassis.bootstrap import Bootstrap
from services.chassis.checkpoints import Checkpoint, Checkpoints
from services.chassis.consumer.latest import latest
from services.chassis.consumer.work import Trade
from services.chassis.mongo import Database
from services.chassis.projection import Projection, Reaction
from services.chassis.versions import Versions


async def prepare(
    service: str, database: Database, bootstrap: Bootstrap, work: Projection | Reaction, trade: Trade
) -> str:
    """Make what is missing and return the group: `chumchon.<service>.<name>.<version>.<generation>`.

    A reaction that starts "now" gets the last positions as its checkpoints, once. Raises the driver's error, KafkaError.
    """
    indexes = work.indexes if isinstance(work, Projection) else None
    generation = await Versions(database, trade.name).prepare(trade.version, indexes)
    checkpoints = Checkpoints(database, trade.name, trade.version)
    there = await checkpoints.all()
    sources = [(topic, partition) for topic in trade.topics for partition in range(PARTITIONS)]
    if missing := [source for source in sources if source not in there]:
        if isinstance(work, Reaction) and work.starts == "now":
            await checkpoints.create(await latest(bootstrap, missing))
        else:
            await checkpoints.create({source: Checkpoint(source) for source in missing})
    return f"chumchon.{service}.{trade.name}.{trade.version}.{generation}"
