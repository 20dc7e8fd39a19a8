"""Runs a service in one process: the API, the relay, the views and reactions, by role; until told to stop, or one dies."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import signal
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Literal
from uuid import UUID

import structlog
import uvicorn
from pymongo.errors import PyMongoError

from services.chassis import logs
from services.chassis.access import Access, IssuerKeys
from services.chassis.access_log import MongoAccessLog
from services.chassis.calls import Call
from services.chassis.commit_store import MongoCommitStore
from services.chassis.consumer import Consumer, Execute
from services.chassis.consumer.trouble import delays, passing
from services.chassis.dead_letters import put_aside
from services.chassis.decider import Refused
from services.chassis.doorbell import MongoDoorbell
from services.chassis.handling import CommandHandler
from services.chassis.http import Check, create_app
from services.chassis.http.wire import Wire
from services.chassis.import_reports import MongoImportReports
from services.chassis.mongo import Database, connect, database
from services.chassis.mongo_read_models import MongoReadModels
from services.chassis.pages import pages_of
from services.chassis.probes import consumer_check, kafka_check, mongo_check, relay_check
from services.chassis.projection import Order, Record
from services.chassis.relay import Relay
from services.chassis.sealing import Sealing, Secrets
from services.chassis.service import Built, Parts, Service, Worker
from services.chassis.session import Sessions
from services.chassis.settings import Settings
from services.chassis.wrapped_keys import MongoWrappedKeys

log = structlog.get_logger(__name__)

Role = Literal["api", "relay", "views"]
ROLES: tuple[Role, ...] = ("api", "relay", "views")

DRAIN_SECONDS = 10
START_SECONDS = 30.0
"""How long a start waits for MongoDB to have a primary."""
GRACE_SECONDS = 25.0
"""What a part may take to finish what is in hand; Kubernetes kills after 30."""


async def run(
    service: Service, settings: Settings, roles: Collection[Role], *, port: int | None = None
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is in hand. Raises what took a part down.

    Every process answers /health, /ready and /metrics on `port` (the service's own by default), whatever its roles.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    secrets = Secrets.load(settings.secrets)
    bus = settings.bus(service.name)
    client = connect(settings.mongo)
    kept = database(client, f"{settings.database_prefix}_{service.name}")
    try:
        store = MongoCommitStore(kept)
        await prepared(store.prepare, stop)
        parts = running_parts(service, settings, secrets, kept, store)
        if "api" in roles:
            parts = replace(parts, sessions=Sessions.load(settings.public, settings.session_keys))
        checks: dict[str, Check] = {"mongo": mongo_check(client)}
        tasks: list[Worker] = []
        built = service.build(parts) if "api" in roles else None
        if "relay" in roles and service.says:
            relay = Relay(service.name, kept, bus, lease_seconds=settings.relay_lease_seconds)
            checks["relay"] = relay_check(relay)
            tasks.append(relay.run)
        if "views" in roles:
            for consumer in _consumers(service, settings, kept, parts.handler):
                checks[f"view {consumer.state().name}"] = consumer_check(consumer, alone="api" not in roles)
                tasks.append(consumer.run)
        async with kafka_check(bus) as checks["kafka"]:
            tasks += built.workers if built else ()
            tasks.append(_serving(service.name, settings, parts, built, checks, port))
            await run_all(tasks, stop)
        await parts.handler.drain()
    finally:
        client.close()


async def prepared(prepare: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """`prepare`, and again while it is passing trouble: a start in the midst of an election waits for its end.

    Raises the driver's error.
    """
    begun, waits = monotonic(), delays(0.1)
    while True:
        try:
            return await prepare()
        except PyMongoError as error:
            if not passing(error) or stop.is_set() or monotonic() > begun + START_SECONDS:
                raise
            log.warning("MongoDB is not ready, trying again", reason=type(error).__name__)
            await asyncio.sleep(next(waits))


async def run_all(parts: Sequence[Worker], stop: asyncio.Event, *, grace: float = GRACE_SECONDS) -> None:
    """Run them side by side until `stop` is set; one that dies, or ends by itself, sets it. All may finish what is in
    hand for `grace` seconds. Raises an ExceptionGroup of what died, first the first."""
    died: list[Exception] = []

    async def guarded(part: Worker) -> None:
        try:
            await part(stop)
            if not stop.is_set():
                raise EndedByItself(f"{getattr(part, '__qualname__', part)} ended by itself")
        except Exception as error:  # noqa: BLE001 - raised below, when the others have finished
            died.append(error)
        finally:
            stop.set()

    tasks = [asyncio.create_task(guarded(part)) for part in parts]
    try:
        await stop.wait()
        await asyncio.wait(tasks, timeout=grace)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if died:
        raise ExceptionGroup("a part of the service died", died)


class EndedByItself(Exception):
    """A part returned although nobody had told it to stop."""


def running_parts(
    service: Service, settings: Settings, secrets: Secrets, kept: Database, store: MongoCommitStore
) -> Parts:
    """What routes, workers and reactions get, on this database."""
    sealing = Sealing(MongoWrappedKeys(kept), secrets.master_key)
    fingerprint_key = hashlib.sha256(b"fingerprint" + secrets.master_key).digest()
    return Parts(
        settings=settings,
        secrets=secrets,
        handler=CommandHandler(service.name, store, sealing, fingerprint_key=fingerprint_key),
        views={projection.name: MongoReadModels(kept, projection.name) for projection in service.projections},
        moved=MongoDoorbell(kept["checkpoints"]),
        access_log=MongoAccessLog(kept),
        import_reports=MongoImportReports(kept),
        outbox_depth=store.waiting,
        put_aside=partial(put_aside, kept),
    )


def executor(name: str, handler: CommandHandler) -> Execute:
    """Carries out the orders of a service's reactions, under the correlation id of what they react to."""

    async def execute(order: Order, record: Record, command_id: UUID) -> Refused | None:
        envelope = record.envelope
        call = Call(
            actor=f"system:{name}",
            command_id=command_id,
            now=datetime.now(UTC),
            correlation_id=envelope.correlationid,
            causation_id=envelope.id,
            traceparent=envelope.traceparent,
        )
        with logs.bound(correlation_id=envelope.correlationid):
            done = await handler.handle(order.aggregate, order.stream, order.command, call)
        return done if isinstance(done, Refused) else None

    return execute


def _consumers(
    service: Service, settings: Settings, kept: Database, handler: CommandHandler
) -> list[Consumer]:
    consumer = partial(
        Consumer,
        service.name,
        kept,
        settings.bus(service.name),
        session_seconds=settings.consumer_session_seconds,
    )
    execute = executor(service.name, handler)
    views = [consumer(work) for work in service.projections]
    return views + [consumer(work, execute=execute) for work in service.reactions]


def _serving(
    name: str,
    settings: Settings,
    parts: Parts,
    built: Built | None,
    checks: Mapping[str, Check],
    port: int | None,
) -> Worker:
    async def serve(stop: asyncio.Event) -> None:
        keys = IssuerKeys(settings.issuer, at=settings.issuer_at)
        access = Access(settings.issuer, settings.audience, keys=keys, sessions=parts.sessions)
        known = {Parts: parts, **(built.own if built else {})}
        app = create_app(
            name,
            built.routes if built else None,
            access=access,
            handler=parts.handler,
            parts=known,
            ready=checks,
            pages=pages_of(built, known),
        )
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.ports[name] if port is None else port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            http=Wire,
            timeout_graceful_shutdown=DRAIN_SECONDS,
            backlog=2048,
        )
        server = _Server(config)
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: setattr(server, "should_exit", True))
        try:
            await server.serve()
        finally:
            stopping.cancel()

    return serve


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: the service decides when it stops."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
