"""What a consumer may run: a projection, or a reaction with somebody who carries out its orders."""

from __future__ import annotations

from dataclasses import replace

from services.chassis.consumer.projecting import Projecting
from services.chassis.consumer.reactor import Execute, Reacting
from services.chassis.consumer.work import Trade
from services.chassis.mongo import Database
from services.chassis.projection import Projection, Reaction


def trade_of(
    database: Database,
    work: Projection | Reaction,
    execute: Execute | None = None,
    max_records: int | None = None,
) -> Trade:
    """The projection or reaction as the consumer runs it. Raises ValueError for a reaction without `execute`."""
    if isinstance(work, Projection):
        projecting = Projecting(database, work)
        return projecting if max_records is None else replace(projecting, batch=max_records)
    if execute is None:
        raise ValueError(f"the reaction {work.name} needs somebody to execute its orders")
    reacting = Reacting(database, work, execute)
    return reacting if max_records is None else replace(reacting, batch=max_records)
