"""The CloudEvents envelope: its attributes, the hash chain over them, and Kafka's binary mode both ways."""

from __future__ import annotations

from contracts.envelope.attributes import (
    CONTENT_TYPE,
    GENESIS,
    HASHED,
    SPECVERSION,
    Envelope,
    Unwritable,
    chain_hash,
    envelopes,
    timestamp,
)
from contracts.envelope.binding import Unreadable, business_date, from_headers, number, to_headers

__all__ = [
    "CONTENT_TYPE",
    "GENESIS",
    "HASHED",
    "SPECVERSION",
    "Envelope",
    "Unreadable",
    "Unwritable",
    "business_date",
    "chain_hash",
    "envelopes",
    "from_headers",
    "number",
    "timestamp",
    "to_headers",
]
