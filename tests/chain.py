"""The hash chain of a stream, computed anew from ARCHITECTURE §4 and from raw documents: none of the product's code."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from confluent_kafka import Message

_NAMESPACE = UUID("6f1c1f5e-3c0e-5b7a-9a55-c0ffee256500")
_ZEROS = "0" * 64


def assert_whole(documents: Sequence[Mapping[str, Any]], *, on_the_bus: bool = False) -> str:
    """Documents of one stream as they stand in `commits`, in order: versions 1..n, times not falling, every hash right.

    Returns the last hash. `on_the_bus`: they are from `heard`, where the sealed parts never come: their digests count.
    """
    previous = _ZEROS
    before = None
    for version, document in enumerate(documents, start=1):
        stream = document["_id"]["stream"]
        assert list(document["_id"]) == ["stream", "version"]
        assert document["_id"]["version"] == version
        moment = document["recorded_at"]
        assert before is None or moment >= before
        before = moment
        for index, event in enumerate(document["events"]):
            assert event["previoushash"] == previous
            sealed = event.get("sealed")
            digest = _ZEROS if sealed is None else hashlib.sha256(sealed).hexdigest()
            if on_the_bus:
                digest = event["sealeddigest"]
            assert event.get("sealeddigest", _ZEROS) == digest
            _, service, _, _ = event["type"].split(".")
            fields = [
                previous,
                "1.0",
                str(uuid5(_NAMESPACE, json.dumps([stream, version, index], separators=(",", ":")))),
                event["type"],
                f"urn:chumchon:{service}",
                stream,
                moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z",
                "application/json",
                event["dataschema"],
                str(version),
                str(index),
                document["actor"],
                event["businessdate"],
                event["area"],
                document["correlation_id"],
                document.get("causation_id", ""),
                event["data"],
                digest,
            ]
            raw = b"".join(struct.pack(">I", len(text.encode())) + text.encode() for text in fields)
            previous = hashlib.sha256(raw).hexdigest()
            assert event["hash"] == previous
    return previous


def heard(messages: Iterable[Message]) -> dict[str, list[dict[str, Any]]]:
    """What stands in a topic, as documents like those in `commits`: stream → its commits, in the order of the bus."""
    streams: dict[str, list[dict[str, Any]]] = {}
    for message in messages:
        said = {name: raw.decode() for name, raw in message.headers() or () if isinstance(raw, bytes)}
        commits = streams.setdefault(said["ce_subject"], [])
        if said["ce_eventindex"] == "0":
            moment = datetime.strptime(said["ce_time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            commits.append(
                {
                    "_id": {"stream": said["ce_subject"], "version": int(said["ce_streamversion"])},
                    "recorded_at": moment,
                    "actor": said["ce_actor"],
                    "correlation_id": said["ce_correlationid"],
                    "causation_id": said.get("ce_causationid", ""),
                    "events": [],
                }
            )
        events = commits[-1]["events"]
        assert said["ce_eventindex"] == str(len(events))
        assert said["ce_streamversion"] == str(commits[-1]["_id"]["version"])
        of_event = ("type", "dataschema", "businessdate", "area", "hash", "previoushash", "sealeddigest")
        events.append(
            {name: said[f"ce_{name}"] for name in of_event} | {"data": (message.value() or b"").decode()}
        )
    return streams
