"""How to subscribe, with code that a test runs. Markdown."""

from __future__ import annotations

from contracts.principals import SUBSCRIBER
from contracts.topics import topic_of

TOPIC = topic_of("members")

CONFLUENT = f'''\
from pathlib import Path

from confluent_kafka import Consumer

consumer = Consumer({{
    "bootstrap.servers": "127.0.0.1:9092",
    "security.protocol": "SASL_PLAINTEXT",  # SASL_SSL, with ssl.ca.location, where it leaves the machine
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": "{SUBSCRIBER}",
    "sasl.password": Path(".local/kafka/{SUBSCRIBER}").read_text().strip(),
    "group.id": "{SUBSCRIBER}.my-service",
    "isolation.level": "read_committed",
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
}})
consumer.subscribe(["{TOPIC}"])
last = {{}}  # partition -> position; keep it in your database, in the transaction that uses the event
while True:
    record = consumer.poll(1.0)
    if record is None:
        continue
    if record.error():
        raise RuntimeError(record.error())
    headers = {{name: value.decode() for name, value in record.headers()}}
    position, before = int(headers["ce_position"]), int(headers["ce_previousposition"])
    known = last.get(record.partition(), 0)
    if position <= known:
        continue  # a repeat after a crash
    if before != known:
        raise RuntimeError(f"a hole in partition {{record.partition()}} after position {{known}}: read it again")
    print(headers["ce_type"], headers.get("ce_area", ""), record.value().decode())
    last[record.partition()] = position
'''

CLOUDEVENTS = '''\
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event


def read(record):
    """A CloudEvent from a record of confluent-kafka."""
    message = KafkaMessage(headers=dict(record.headers()), key=record.key(), value=record.value())
    event = from_kafka_event(message)
    return event.get_id(), event.get_type(), event.get_extension("position"), event.get_data()
'''

SUBSCRIBE = f"""\
One topic per service. Subscribe to what you need; take a consumer group of your own. The addresses below are those of the
local stack (`make up`).

**Log in.** The bus turns away whoever has no name: SASL with SCRAM-SHA-512, in the clear on one machine and within one network
of containers, under TLS (SASL_SSL, with the certificate of whoever signed the brokers') everywhere else. A subscriber reads every
topic and writes none; its groups begin with its name and a dot (`{SUBSCRIBER}.my-service`). Every installation has the user
`{SUBSCRIBER}`; the local stack keeps its password in `.local/kafka/{SUBSCRIBER}`. For a user of your own ask an operator:
`chumchon subscriber NAME` makes it, its rights, and `.local/kafka/NAME`. What each service itself may do stands in
`contracts/principals.py`: it writes its own topic with its own `transactional.id`, and reads what it hears.

**kcat**, to look:

```sh
kcat -b 127.0.0.1:9092 -C -t {TOPIC} -o beginning -e -X isolation.level=read_committed \\
  -X security.protocol=SASL_PLAINTEXT -X sasl.mechanism=SCRAM-SHA-512 \\
  -X sasl.username={SUBSCRIBER} -X sasl.password="$(cat .local/kafka/{SUBSCRIBER})" \\
  -f '%p/%o %k\\n%h\\n%s\\n\\n'
```

**Python, confluent-kafka**, with the check for holes:

```python
{CONFLUENT}```

**Python, the CloudEvents SDK** (`cloudevents` 2.x):

```python
{CLOUDEVENTS}```

The default of the Java client and of aiokafka is `read_uncommitted`: set it."""
