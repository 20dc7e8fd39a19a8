"""The Kafka of docker-compose.yml, its configuration as the job `secrets` writes it, on the real broker: it starts and is locked."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import confluent_kafka
import pytest
from confluent_kafka.admin import AdminClient

from contracts.topics import PARTITIONS, TOPICS, topic_of
from deploy import bus_access, topics
from deploy.jobs.kafka_properties import properties
from deploy.jobs.make_secrets import write
from deploy.jobs.make_topics import passwords
from deploy.local import kafka
from deploy.local.jars import classpath
from services.chassis.bootstrap import Bootstrap, Security
from services.chassis.consumer.subscription import Subscription
from services.chassis.probes import kafka_check
from tests.certificates import broker_of
from tests.house.deployed import compose
from tests.local_stack import free_ports

pytestmark = pytest.mark.system
SECONDS = 90
SECURITY: Mapping[str, Security] = {"inside": "SASL_PLAINTEXT", "outside": "SASL_SSL"}


async def test_it_starts_locked_on_both_listeners_one_under_tls_and_the_job_makes_users_and_rights(
    tmp_path: Path,
):
    write(tmp_path / "secrets", own=lambda path, user: None)
    mine = tmp_path / "secrets" / "kafka"
    ports = free_ports(["inside", "outside", "controller"])
    (command,) = [one for one in compose()["services"]["kafka"]["entrypoint"] if "format" in one]
    assert command.count("--add-scram") == 2, "the broker and the admin; the test does what this command does"
    text = properties((mine / "kafka-broker").read_text(), host="127.0.0.1", logs=str(tmp_path / "logs"))
    for port, name in (("19092", "inside"), ("9092", "outside"), ("9093", "controller")):
        text = text.replace(f"//:{port}", f"//127.0.0.1:{ports[name]}").replace(f":{port}", f":{ports[name]}")
    ca, store = broker_of(tmp_path)  # as kafka_properties.py says: OUTSIDE under TLS
    text = text.replace("OUTSIDE:SASL_PLAINTEXT", "OUTSIDE:SASL_SSL")
    text += f"ssl.keystore.type=PEM\nssl.keystore.location={store}\n"
    (tmp_path / "kafka.properties").write_text(text)
    java = (kafka.java(), *kafka.JVM, kafka.QUICK, "-cp", classpath(lambda _: None))
    users = [
        f"--add-scram=SCRAM-SHA-512=[name={user},password={(mine / f'kafka-{user}').read_text()}]"
        for user in ("broker", "admin")
    ]
    config = ("--config", str(tmp_path / "kafka.properties"))
    cluster = (mine / "kafka-cluster").read_text()
    tool = ("kafka.tools.StorageTool", "format", "--ignore-formatted", "--cluster-id", cluster, *config)
    subprocess.run([*java, *tool, *users], check=True, capture_output=True)
    broker = subprocess.Popen(
        [*java, kafka.MAIN, config[1]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for listener in ("inside", "outside"):
            servers = f"127.0.0.1:{ports[listener]}"
            password = (mine / "kafka-admin").read_text()
            admin = Bootstrap(servers, SECURITY[listener], "admin", password, str(ca))
            await asyncio.to_thread(until_it_answers, admin)
        made = passwords(tmp_path / "secrets" / "topics")
        assert set(await topics.ensure(admin)) == {topic.name for topic in TOPICS}
        await asyncio.to_thread(bus_access.ensure, admin, made)
        password = (tmp_path / "secrets" / "funds" / "kafka").read_text()
        funds = Bootstrap(servers, "SASL_SSL", "funds", password, str(ca))
        seen = await asyncio.to_thread(AdminClient(funds.librdkafka()).list_topics, timeout=10)
        assert set(seen.topics) == {topic_of(name) for name in ("funds", "members", "otop")}
        await reads_through_faststream(funds)
        async with kafka_check(funds) as check:
            assert await check() == (True, "1 broker(s)")
        async with kafka_check(replace(funds, ca="")) as check:
            assert not (await check())[0], "a broker whom nobody signed that we trust"
        with pytest.raises(confluent_kafka.KafkaException):
            AdminClient(Bootstrap(servers).librdkafka() | {"log_level": 0}).list_topics(timeout=3)
    finally:
        broker.kill()
        broker.wait()


async def reads_through_faststream(who: Bootstrap) -> None:
    async def handle(_: object) -> None: ...

    group = "chumchon.funds.looking"
    reader = Subscription(who, group, [topic_of("members")], handle, app_name="test", max_records=1)
    await reader.start()
    try:
        async with asyncio.timeout(SECONDS):
            while len(reader.assigned()) != PARTITIONS:
                await asyncio.sleep(0.1)
    finally:
        await reader.stop()


def until_it_answers(admin: Bootstrap) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            AdminClient(admin.librdkafka() | {"log_level": 0}).list_topics(timeout=3)
        except confluent_kafka.KafkaException:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        else:
            return
