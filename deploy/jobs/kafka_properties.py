"""`server.properties` of the one Kafka in docker-compose.yml: locked in the same words as the local stack's."""

from __future__ import annotations

from deploy.local.kafka import lock

PROTOCOLS = "INSIDE:SASL_PLAINTEXT,OUTSIDE:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"


def properties(owner: str, *, host: str = "kafka", logs: str = "/var/lib/kafka/data") -> str:
    """`owner` is the broker's own password. INSIDE is for containers, OUTSIDE for this machine. For other machines make
    OUTSIDE a SASL_SSL with a key store, and tell clients CHUMCHON_KAFKA_SECURITY and CHUMCHON_KAFKA_CA."""
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:9093
listeners=INSIDE://:19092,OUTSIDE://:9092,CONTROLLER://:9093
advertised.listeners=INSIDE://{host}:19092,OUTSIDE://127.0.0.1:9092
controller.listener.names=CONTROLLER
inter.broker.listener.name=INSIDE
{lock(("inside", "outside"), PROTOCOLS, owner)}
log.dirs={logs}
auto.create.topics.enable=false
log.retention.ms=-1
message.max.bytes=2097152
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
"""
