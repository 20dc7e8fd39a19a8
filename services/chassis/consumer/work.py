"""What a consumer does with its records: the port that projections and reactions both fit."""

from __future__ import annotations

from typing import Protocol

from services.chassis.consumer.deciding import Taker
from services.chassis.mongo import Session


class Work(Taker, Protocol):
    """One attempt at one batch: takes records in, acts outside the transaction, writes inside it. Made anew each try."""

    async def perform(self) -> None:
        """What is done before the transaction; must bear being done twice. Raises RecordRefused for one record, and
        passing trouble as it is."""
        ...

    async def write(self, session: Session) -> None:
        """What is written with the checkpoints, inside the session's transaction. Raises the driver's error."""
        ...


class Trade(Protocol):
    """A projection or a reaction as the consumer runs it."""

    @property
    def name(self) -> str:
        """Of the projection or reaction."""
        ...

    @property
    def version(self) -> str:
        """Of its code; a reaction is never rebuilt, so it has one for ever."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """What it reads."""
        ...

    @property
    def batch(self) -> int:
        """Records in one batch at most."""
        ...

    def begin(self) -> Work:
        """Work for one attempt."""
        ...
