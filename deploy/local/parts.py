"""The parts of the local stack in the order of their dependence: what starts each, what tells that it is ready."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import deploy
from deploy.local import bus_keys, gateway, kafka, mongo
from deploy.local.launch import Launch
from deploy.local.probe import status_of
from deploy.local.trouble import StackError
from services.chassis.settings import ADMIN, Settings

Say = Callable[[str], None]
REPOSITORY = Path(deploy.__file__).parents[1]
OK = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `prepare` may download and takes no part in the event loop; without it nothing is started.

    `wake` is asked again and again until it says True, and may do what a first start needs; `ready` only looks.
    `ports` are names in `Settings.ports`. Times are seconds.
    """

    name: str
    ready: Callable[[Settings], Awaitable[bool]]
    wake: Callable[[Settings], Awaitable[bool]]
    prepare: Callable[[Settings, Say], Launch] | None = None
    needs: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    ours: Callable[[Settings], bool] = lambda _: True
    patience: float = 120.0  # a part that dies is told at once; this is for machines with much else to do
    grace: float = 20.0

    def address(self, settings: Settings) -> str:
        """Where it is, for people and programs; no user name or password of somebody's own MongoDB."""
        if not self.ours(settings):
            theirs = {"kafka": settings.kafka, "mongo": settings.mongo, "issuer": settings.issuer}
            return theirs[self.name].rpartition("@")[2]
        return f"127.0.0.1:{settings.ports[self.ports[0]]}" if self.ports else ""


async def _kafka_ready(settings: Settings) -> bool:
    return await kafka.answers(settings.bus(ADMIN))


async def _kafka_wake(settings: Settings) -> bool:
    return await kafka.answers(
        settings.bus(ADMIN), 1_000
    )  # a broker that starts takes a question and never answers it


async def _mongo_ready(settings: Settings) -> bool:
    return await mongo.answers(settings.mongo)


async def _mongo_wake(settings: Settings) -> bool:
    formed = not settings.own_mongo or await mongo.form_replica_set(settings.ports["mongo"])
    return formed and await mongo.answers(settings.mongo)


async def _topics_ready(settings: Settings) -> bool:
    from deploy import topics  # aiokafka, only where it is used

    if await topics.differences(settings.bus(ADMIN)):
        return False
    return not settings.own_kafka or not await asyncio.to_thread(_rights_differ, settings)


def _rights_differ(settings: Settings) -> list[str]:
    from confluent_kafka import KafkaException

    from deploy import bus_access

    try:
        return bus_access.differences(settings.bus(ADMIN))
    except KafkaException as error:
        return [str(error)]


async def _topics_wake(settings: Settings) -> bool:
    from deploy import topics

    try:
        await topics.ensure(settings.bus(ADMIN))
    except topics.TopicsDifferError as error:
        raise StackError(
            "topics_differ",
            en=f"Topics exist in another form than declared, and are never altered: {'; '.join(error.differences)}",
            th=f"หัวข้อ (topic) ที่มีอยู่ไม่ตรงกับที่ประกาศไว้ และระบบจะไม่แก้ไขให้: {'; '.join(error.differences)}",
        ) from error
    if settings.own_kafka:
        from deploy import bus_access

        users = bus_keys.passwords(settings.home)
        await asyncio.to_thread(bus_access.ensure, settings.bus(ADMIN), users)
    return await _topics_ready(settings)


async def _issuer_ready(settings: Settings) -> bool:
    import httpx

    async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
        try:
            answer = await client.get(f"{settings.issuer}/.well-known/openid-configuration")
        except httpx.HTTPError:
            return False
    return answer.status_code == OK


def _asks(name: str, path: str) -> Callable[[Settings], Awaitable[bool]]:
    async def ready(settings: Settings) -> bool:
        return await status_of("127.0.0.1", settings.ports[name], path) == OK

    return ready


def _python(*module: str) -> Callable[[Settings, Say], Launch]:
    def prepare(settings: Settings, _: Say) -> Launch:
        return Launch(argv=(sys.executable, "-m", *module), env=environment(settings))

    return prepare


def _service(name: str) -> Part:
    ready = _asks(name, "/ready")
    start = _python("services.cli.main", "serve", name)
    return Part(name, ready, ready, start, ("topics", "mongo", "issuer"), (name,))


def environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables: a child sees what we see, wherever it runs."""
    told = {
        "CHUMCHON_HOME": str(settings.home),
        "CHUMCHON_ISSUER": settings.issuer,
        "CHUMCHON_AUDIENCE": settings.audience,
        "CHUMCHON_SECRETS": str(settings.secrets),
        "CHUMCHON_HOST": settings.host,
        "CHUMCHON_LOG_LEVEL": settings.log_level,
        "CHUMCHON_DATABASE_PREFIX": settings.database_prefix,
        "CHUMCHON_ISSUER_AT": settings.issuer_at,
        "CHUMCHON_PUBLIC": settings.public,
        "CHUMCHON_CLIENT": settings.client,
        "CHUMCHON_SESSION_KEYS": str(settings.session_keys),
        "CHUMCHON_KAFKA_SECURITY": settings.kafka_security,
        "PYTHONUNBUFFERED": "1",  # the last lines before a crash are the ones one wants to read
    }
    if settings.kafka_user:
        told["CHUMCHON_KAFKA_USER"] = settings.kafka_user
    if settings.kafka_password:
        told["CHUMCHON_KAFKA_PASSWORD"] = settings.kafka_password
    if settings.kafka_password_file is not None:
        told["CHUMCHON_KAFKA_PASSWORD_FILE"] = str(settings.kafka_password_file)
    if settings.kafka_ca:
        told["CHUMCHON_KAFKA_CA"] = settings.kafka_ca
    if not settings.own_kafka:  # an address in the environment means "somebody's own"
        told["CHUMCHON_KAFKA"] = settings.kafka
    if not settings.own_mongo:
        told["CHUMCHON_MONGO"] = settings.mongo
    return told | {f"CHUMCHON_PORT_{name.upper()}": str(port) for name, port in settings.ports.items()}


PARTS: tuple[Part, ...] = (
    Part(
        "kafka",
        _kafka_ready,
        _kafka_wake,
        kafka.prepare,
        ports=("kafka", "kafka_controller"),
        ours=lambda settings: settings.own_kafka,
    ),
    Part(
        "mongo",
        _mongo_ready,
        _mongo_wake,
        lambda settings, _: mongo.prepare(settings),
        ports=("mongo",),
        ours=lambda settings: settings.own_mongo,
    ),
    Part("topics", _topics_ready, _topics_wake, needs=("kafka",)),
    Part(
        "issuer",
        _issuer_ready,
        _issuer_ready,
        _python("deploy.local.issuer"),
        ports=("issuer",),
        # Beside somebody's own Kafka or MongoDB there is a real issuer: CHUMCHON_ISSUER.
        ours=lambda settings: settings.own_kafka and settings.own_mongo,
        grace=5.0,
    ),
    *(_service(name) for name in ("members", "funds", "otop", "reporting")),
    Part(
        "gateway",
        _asks("gateway", gateway.HEALTH),
        _asks("gateway", gateway.HEALTH),
        lambda settings, _: gateway.prepare(settings),
        needs=("members", "funds", "otop", "reporting"),
        ports=("gateway",),
        patience=15.0,
        grace=5.0,
    ),
)
NAMES = tuple(part.name for part in PARTS)


def levels(chosen: tuple[str, ...]) -> list[list[Part]]:
    """The chosen parts in groups: what is in one group starts together, after the groups before it."""
    by_name = {part.name: part for part in PARTS}

    def depth(name: str) -> int:
        return 1 + max(map(depth, by_name[name].needs), default=0)

    found: dict[int, list[Part]] = {}
    for part in PARTS:
        if part.name in chosen:
            found.setdefault(depth(part.name), []).append(part)
    return [found[level] for level in sorted(found)]
