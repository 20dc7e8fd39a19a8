"""A service's edge in memory: its real routes, commands and views on fakes of MongoDB and Kafka; and who may call it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from contracts.envelope import GENESIS, envelopes
from contracts.event import Event
from contracts.topics import topic_of
from deploy.local import issuer
from services.chassis import logs
from services.chassis.access import NATIONWIDE, Access, IssuerKeys, Role
from services.chassis.calls import Call, Done
from services.chassis.decider import Aggregate, Command
from services.chassis.desk import Desk
from services.chassis.doorbell import HandBell
from services.chassis.handling import CommandHandler
from services.chassis.http import create_app
from services.chassis.http import edge as http_edge
from services.chassis.pages import pages_of
from services.chassis.projection import Record
from services.chassis.read_models import InMemoryReadModels
from services.chassis.sealing import Sealing, Secrets
from services.chassis.service import Parts, Service
from services.chassis.session import Session, Sessions
from services.chassis.session.keys import SessionKeys
from services.chassis.wrapped_keys import InMemoryWrappedKeys
from tests.in_memory import InMemoryAccessLog, InMemoryImportReports, QuickStore
from tests.local_issuer import RunningIssuer, local_settings

SECRETS = Secrets(citizen_hmac=b"\x01" * 32, master_key=b"\x02" * 32)
SESSIONS = Sessions("http://edge", SessionKeys(b"\x04" * 32))
SYSTEM = "system:spec"


@dataclass
class Edge:
    """A service and its caller: an officer of Lamphun, unless headers say another."""

    service: Service
    parts: Parts
    client: httpx.AsyncClient
    store: QuickStore
    keys: InMemoryWrappedKeys
    models: Mapping[str, InMemoryReadModels]
    access_log: InMemoryAccessLog
    reports: InMemoryImportReports
    bell: HandBell
    desk: Desk | None = None
    told: int = 0
    """Commits that the views have seen."""

    async def post(self, path: str, body: Any = None, *, key: str = "", **heads: str) -> httpx.Response:
        """Send JSON; `heads` are further headers, as `If_Match`."""
        return await self.client.post(path, json=body, headers=_headers(key, heads))

    async def put(self, path: str, body: Any, *, key: str = "", **heads: str) -> httpx.Response:
        """The same as PUT."""
        return await self.client.put(path, json=body, headers=_headers(key, heads))

    async def csv(self, kind: str, content: str | bytes, *, key: str = "", **heads: str) -> httpx.Response:
        """Send a file to import."""
        raw = content.encode() if isinstance(content, str) else content
        headers = {"Content-Type": "text/csv", **_headers(key, heads)}
        return await self.client.post(f"/v1/imports/{kind}", content=raw, headers=headers)

    async def run(self, aggregate: Aggregate[Any, Any], stream: str, command: Command) -> Done:
        """Do a command as the system itself."""
        call = Call(actor=SYSTEM, command_id=uuid4(), now=datetime.now(UTC), correlation_id="spec")
        done = await self.parts.handler.handle(aggregate, stream, command, call)
        assert isinstance(done, Done), done
        return done

    async def tell(self) -> None:
        """Let the views and the reactions hear what was committed since, as the relay and the consumers would."""
        while self.told < len(self.store.documents):
            for key in list(self.store.documents)[self.told :]:
                for recorded in self.store.commit(key).events:
                    event = recorded.envelope.parsed()
                    assert event is not None
                    record = Record(recorded.envelope, event, topic_of(event.service), 0)
                    self.apply(record)
                    for reaction in self.service.reactions:
                        for order in reaction.orders(record):
                            await self.run(order.aggregate, order.stream, order.command)
                self.told += 1
        self.bell.ring()

    def apply(self, record: Record) -> None:
        """Let the views hear one event."""
        for projection in self.service.projections:
            self.models[projection.name].apply(projection.changes(record))

    def hear(self, *events: Event) -> None:
        """Let the views hear events of another service."""
        for event in events:
            [envelope] = envelopes(
                subject=f"register:{event.area[:2]}", version=1, previoushash=GENESIS, recorded_at=datetime.now(UTC),
                actor="a", correlationid="c", causationid="", traceparent="", events=[(event, GENESIS)],
            )  # fmt: skip
            self.apply(Record(envelope, event, topic_of(event.service), 0))

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """All events so far, in the order of their commits: (name, data)."""
        return [
            (event["type"].split(".")[2], json.loads(event["data"]))
            for document in self.store.documents.values()
            for event in document["events"]
        ]

    def names(self) -> list[str]:
        """Their names alone."""
        return [name for name, _ in self.events()]


def bearer(*roles: Role, area: str = "51", actor: str = "") -> str:
    """The value of an Authorization header."""
    more: dict[str, Any] = {"sub": actor} if actor else {}
    return f"Bearer {_issuer().token(*roles, areas=[area or NATIONWIDE], **more)}"


def bearer_of(**claims: Any) -> str:
    """One of an officer with these claims."""
    return f"Bearer {_issuer().token(Role.OFFICER, **claims)}"


@asynccontextmanager
async def edge_of(
    service: Service, *, store: QuickStore | None = None, **changed: Any
) -> AsyncIterator[Edge]:
    """A new edge of a service, its officer of Lamphun calling; `changed` replaces fields of `Parts`."""
    store, keys, bell = store or QuickStore(), InMemoryWrappedKeys(), HandBell()
    models = {projection.name: InMemoryReadModels() for projection in service.projections}
    access_log, reports = InMemoryAccessLog(), InMemoryImportReports()
    sealing = Sealing(keys, SECRETS.master_key)
    handler = CommandHandler(service.name, store, sealing, fingerprint_key=b"\x03" * 32, deadline_seconds=30)
    known: dict[str, Any] = {
        "settings": _issuer().settings, "secrets": SECRETS, "handler": handler, "views": models, "moved": bell,
        "access_log": access_log, "import_reports": reports, "outbox_depth": nothing_waits,
        "sessions": SESSIONS,
    }  # fmt: skip
    parts = Parts(**{**known, **changed})
    built = service.build(parts)
    app = create_app(
        service.name,
        built.routes,
        access=_access(),
        handler=parts.handler,
        parts={Parts: parts, **built.own},
        pages=pages_of(built, {Parts: parts, **built.own}),
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    heads = {"Authorization": bearer(Role.OFFICER, actor="officer-7")}
    async with httpx.AsyncClient(transport=transport, base_url="http://edge", headers=heads) as client:
        yield Edge(service, parts, client, store, keys, models, access_log, reports, bell, built.desk)
    await handler.drain()


@asynccontextmanager
async def at_the_desk(
    edge: Edge, *roles: Role, area: str = "5101", actor: str = "officer-7", expires: int = 4_000_000_000
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that somebody has logged in with, on the pages of an edge; it says where its forms come from."""
    token = bearer(*roles, area=area, actor=actor).removeprefix("Bearer ")
    session = Session(actor, "ตัวอย่าง", frozenset(roles), (area,), expires, token, "", "ab" * 32)
    jar = dict(one.partition(";")[0].split("=", 1) for one in SESSIONS.kept(session, {}))
    async with httpx.AsyncClient(
        transport=edge.client._transport, base_url="http://edge", cookies=jar,
        headers={"Accept": "text/html", "Sec-Fetch-Site": "same-origin"},
    ) as browser:  # fmt: skip
        yield browser


async def nothing_waits() -> int:
    """An outbox that is always empty."""
    return 0


@contextmanager
def logged() -> Iterator[Callable[[], str]]:
    """All that is logged meanwhile, as the product writes it; everything is as it was before, afterwards."""
    before, root, stream = structlog.get_config(), logging.getLogger(), io.BytesIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("spec", "DEBUG", stream)
    structlog.configure(cache_logger_on_first_use=False)
    vars(http_edge._log).pop("bind", None)  # what it keeps since the configuration of an earlier test
    try:
        yield lambda: stream.getvalue().decode()
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)


def _headers(key: str, heads: Mapping[str, str]) -> dict[str, str]:
    named = {name.replace("_", "-"): value for name, value in heads.items()}
    return {"Idempotency-Key": key, **named} if key else named


@cache
def _issuer() -> RunningIssuer:
    settings, key = local_settings(Path("/nowhere"), 1), generate_private_key(65537, 2048)
    return RunningIssuer(settings, key, issuer.create_issuer(settings, key), published=[key])


def _access() -> Access:
    settings = _issuer().settings
    keys = IssuerKeys(settings.issuer, transport=httpx.ASGITransport(app=_issuer()))
    return Access(settings.issuer, settings.audience, keys=keys, sessions=SESSIONS)
