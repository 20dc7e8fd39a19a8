"""A consumer: reads its topics batch by batch, applies them; stands still at a record that is wrong, and comes down with a
reason when it cannot go on for another cause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from services.chassis.bootstrap import Bootstrap
from services.chassis.checkpoints import Checkpoints, Retired
from services.chassis.consumer.applying import PATIENCE, Applying
from services.chassis.consumer.failures import ConsumerDied, told
from services.chassis.consumer.halts import Halted
from services.chassis.consumer.handling import Handling
from services.chassis.consumer.preparing import prepare
from services.chassis.consumer.reactor import Execute
from services.chassis.consumer.skips import SkippedRecords
from services.chassis.consumer.standing_still import demand_not_halted, is_rebuilt, stand_still
from services.chassis.consumer.state import ConsumerState, Standing
from services.chassis.consumer.subscription import SESSION_SECONDS, ConsumeLoopDied, Subscription
from services.chassis.consumer.trades import trade_of
from services.chassis.consumer.trouble import delays, passing
from services.chassis.consumer.watching import MoreLeftOut, watch
from services.chassis.mongo import Database
from services.chassis.projection import Projection, Reaction


class Rebuilt(Exception):
    """Our checkpoints are gone, and the version is to be built again."""


class Consumer:
    """Runs one projection, or one reaction with `execute`, in this process; more processes share the partitions.

    `max_records` a batch; `on_moved` is called after each commit of something new; `watch_seconds` is how often lag and
    versions are looked at; `patience_seconds` how long passing trouble is borne before Kafka is asked again;
    `session_seconds` how long a process may be silent before the others get its partitions.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        bootstrap: Bootstrap,
        work: Projection | Reaction,
        *,
        execute: Execute | None = None,
        max_records: int | None = None,
        on_moved: Callable[[], None] | None = None,
        watch_seconds: float = 1.0,
        patience_seconds: float = PATIENCE,
        session_seconds: float = SESSION_SECONDS,
    ) -> None:
        self._trade = trade_of(database, work, execute, max_records)
        self._service = service
        self._database = database
        self._bootstrap = bootstrap
        self._work = work
        self._on_moved = on_moved
        self._watch_seconds = watch_seconds
        self._session_seconds = session_seconds
        self._standing = Standing(service, self._trade.name, self._trade.version)
        self._applying = Applying(database, self._trade, self._feel, patience_seconds)
        self._subscription: Subscription | None = None
        self._log = structlog.get_logger().bind(consumer=self._trade.name, version=self._trade.version)

    def state(self) -> ConsumerState:
        """How it stands; lag and counts are `watch_seconds` old at most."""
        return self._standing.state(self._subscription.assigned() if self._subscription else set())

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set, then finish the batch in hand. Waits for Kafka and MongoDB while they are away, and
        stands still at a record that is wrong until a person lets it go on.

        Raises ConsumerDied. A version that was replaced and dropped reads no more and waits for `stop`.
        """
        while not stop.is_set():
            try:
                await self._run(stop)
            except Halted as halted:
                await stand_still(self._database, self._standing, self._applying.skips, halted, stop)
            except MoreLeftOut:
                self._log.info("records were left out, beginning again")
            except Rebuilt:
                self._log.info("this version is built again from the start")

    async def _run(self, stop: asyncio.Event) -> None:
        """Raises what ends it: ConsumerDied, Halted, MoreLeftOut, Rebuilt."""
        stopping = asyncio.create_task(stop.wait())
        starting = asyncio.create_task(self._started())
        try:
            await asyncio.wait({stopping, starting}, return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                return
            subscription, handling = starting.result()
            try:
                await self._consume(subscription, handling, stopping)
            finally:
                self._standing.running = False
                try:
                    await subscription.stop()
                except Exception as error:  # noqa: BLE001 - aiokafka awaits its dead tasks; what it died of is told already
                    self._log.warning("did not stop cleanly", reason=told(error))
                await self._applying.close()
                if not handling.failure.cancel():
                    handling.failure.exception()  # of the batch in hand; it was logged, and comes again
            await stopping  # a retired version
        finally:
            stopping.cancel()
            starting.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await starting

    async def _consume(
        self, subscription: Subscription, handling: Handling, stopping: asyncio.Task[bool]
    ) -> None:
        """Until there is a reason to end. Raises ConsumerDied; returns when told to stop or when retired."""
        watching = asyncio.create_task(
            watch(
                subscription,
                self._database,
                self._standing,
                self._watch_seconds,
                len(self._applying.skips),
            )
        )
        dying = asyncio.create_task(subscription.died())
        ends: list[asyncio.Future[None]] = [handling.failure, dying, watching]
        try:
            waited: set[asyncio.Future[Any]] = {stopping, *ends}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                if end.done():
                    end.result()
        except Retired:
            if await is_rebuilt(self._database, self._trade.name, self._trade.version):
                raise Rebuilt from None
            self._standing.retired = True
            self._log.info("this version was replaced and dropped, reading no more")
        except (ConsumerDied, Halted, MoreLeftOut):
            raise
        except Exception as error:
            cause = error.__cause__ if isinstance(error, ConsumeLoopDied) else error
            reason = told(error) if cause in (None, error) else f"{error}: {told(cause or error)}"
            raise ConsumerDied(f"{self._trade.name}: {reason}") from error
        finally:
            dying.cancel()
            watching.cancel()
            await asyncio.gather(dying, watching, return_exceptions=True)

    async def _started(self) -> tuple[Subscription, Handling]:
        """Ready and connected; waits while Kafka or MongoDB is away. Raises ConsumerDied for a bug of ours."""
        waits = delays(0.2, 5.0)
        while True:
            try:
                connected = await self._connect()
            except Halted:
                raise
            except Exception as error:
                if not passing(error) and not isinstance(error, KafkaError | OSError | TimeoutError):
                    raise ConsumerDied(f"{self._trade.name}: {told(error)}") from error
                self._standing.trouble["start"] = told(error)
                self._log.warning("not started yet, trying again", reason=told(error))
                await asyncio.sleep(next(waits))
            else:
                self._standing.trouble.pop("start", None)
                self._standing.running = True
                return connected

    async def _connect(self) -> tuple[Subscription, Handling]:
        trade = self._trade
        await demand_not_halted(self._database, trade.name, trade.version)
        group = await prepare(self._service, self._database, self._bootstrap, self._work, trade)
        await demand_not_halted(
            self._database, trade.name, trade.version
        )  # or it would begin in the midst of a rebuild
        self._applying.skips = await SkippedRecords(self._database).all()
        handling = Handling(
            self._applying,
            Checkpoints(self._database, trade.name, trade.version),
            self._standing,
            self._on_moved,
        )
        subscription = Subscription(
            self._bootstrap,
            group,
            trade.topics,
            handling.handle,
            app_name=self._service,
            max_records=trade.batch,
            session_seconds=self._session_seconds,
        )
        handling.subscription = self._subscription = subscription
        try:
            await subscription.start()
        except BaseException:
            await subscription.stop()
            raise
        return subscription, handling

    def _feel(self, trouble: str) -> None:
        self._standing.trouble["batch"] = trouble
