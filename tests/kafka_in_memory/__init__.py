"""Kafka as far as the chassis uses it, in memory: a log with markers and aborted records, transactions and fencing.

`tests/contract/test_kafka_in_memory.py` binds it to a real Kafka.
"""

from __future__ import annotations

from tests.kafka_in_memory.broker import Broker, Entry
from tests.kafka_in_memory.clients import MemoryConsumer, MemoryProducer, Network

__all__ = ["Broker", "Entry", "MemoryConsumer", "MemoryProducer", "Network"]
