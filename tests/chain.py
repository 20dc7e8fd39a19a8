"""The hash chain of a stream, computed anew from ARCHITECTURE §4 and from raw documents: none of the product's code."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

_NAMESPACE = UUID("6f1c1f5e-3c0e-5b7a-9a55-c0ffee256500")
_ZEROS = "0" * 64


def assert_whole(documents: Sequence[Mapping[str, Any]]) -> str:
    """Documents of one stream as they stand in `commits`, in order: versions 1..n, times not falling, every hash right.

    Returns the last hash.
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
