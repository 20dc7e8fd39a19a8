"""The hash and the id of a record, written from docs/events.md alone: nothing of ours is imported."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from uuid import UUID, uuid5

ORDER = [
    *("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "content-type"),
    *("ce_dataschema", "ce_streamversion", "ce_eventindex", "ce_actor", "ce_businessdate", "ce_area"),
    *("ce_correlationid", "ce_causationid"),
]


def framed(headers: Mapping[str, bytes], value: bytes) -> bytes:
    """The bytes under the hash: each field as a 4-byte big-endian length and itself."""
    fields = [headers["ce_previoushash"]]
    fields += [headers.get(name, b"") for name in ORDER]
    fields += [value, headers["ce_sealeddigest"]]
    return b"".join(struct.pack(">I", len(field)) + field for field in fields)


def hash_of(headers: Mapping[str, bytes], value: bytes) -> str:
    """What `ce_hash` has to be."""
    return hashlib.sha256(framed(headers, value)).hexdigest()


def id_of(headers: Mapping[str, bytes], namespace: str) -> str:
    """What `ce_id` has to be. The array is written by hand; our stream names have nothing to escape."""
    subject, version, index = (
        headers[name].decode() for name in ("ce_subject", "ce_streamversion", "ce_eventindex")
    )
    return str(uuid5(UUID(namespace), f'["{subject}",{version},{index}]'))
