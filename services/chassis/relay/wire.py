"""A commit's events as Kafka headers, straight from the document: a third of the time that envelopes would take.

What comes out is `to_headers` of the event's envelope, byte for byte; a spec compares the two.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from contracts.envelope import CONTENT_TYPE, GENESIS, SPECVERSION, timestamp
from contracts.ids import event_id
from services.chassis.mongo import Document

_SPECVERSION = SPECVERSION.encode()
_CONTENT_TYPE = CONTENT_TYPE.encode()
_GENESIS = GENESIS.encode()


@lru_cache(maxsize=1_000)
def _time(moment: datetime) -> bytes:
    return timestamp(moment).encode()


def headers_of(
    commit: Document, index: int, *, position: int, previousposition: int
) -> list[tuple[str, bytes]]:
    """The headers of event `index` of a commit's document, in the order of `to_headers`."""
    stream, version, event = commit["_id"]["stream"], commit["_id"]["version"], commit["events"][index]
    sealed = event.get("sealeddigest")
    headers = [
        ("ce_specversion", _SPECVERSION),
        ("ce_id", event_id(stream, version, index).encode()),
        ("ce_type", event["type"].encode()),
        ("ce_source", b"urn:chumchon:" + event["type"].split(".", 2)[1].encode()),
        ("ce_subject", stream.encode()),
        ("ce_time", _time(commit["recorded_at"])),
        ("content-type", _CONTENT_TYPE),
        ("ce_dataschema", event["dataschema"].encode()),
        ("ce_streamversion", b"%d" % version),
        ("ce_eventindex", b"%d" % index),
        ("ce_actor", commit["actor"].encode()),
        ("ce_businessdate", event["businessdate"].encode()),
        ("ce_area", event["area"].encode()),
        ("ce_correlationid", commit["correlation_id"].encode()),
        ("ce_causationid", commit.get("causation_id", "").encode()),
        ("ce_position", b"%d" % position),
        ("ce_previousposition", b"%d" % previousposition),
        ("ce_hash", event["hash"].encode()),
        ("ce_previoushash", event["previoushash"].encode()),
        ("ce_sealeddigest", sealed.encode() if sealed else _GENESIS),
        ("traceparent", commit.get("traceparent", "").encode()),
    ]
    return [header for header in headers if header[1]]
