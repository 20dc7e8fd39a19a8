"""Kafka as far as the chassis uses it, in memory: a log with markers and aborted records, transactions and fencing.

No contract suite binds it to a real Kafka yet: what it promises was read from aiokafka's code and from `tests/system/test_relay.py`.
"""

from __future__ import annotations

from tests.kafka_in_memory.broker import Broker, Entry
from tests.kafka_in_memory.clients import MemoryConsumer, MemoryProducer, Network

__all__ = ["Broker", "Entry", "MemoryConsumer", "MemoryProducer", "Network"]
