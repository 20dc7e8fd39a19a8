"""Example records, generated from the schemas: complete, with true ids and hashes, and plainly nobody's data."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from contracts.envelope import GENESIS, Envelope, envelopes
from contracts.event import Event
from contracts.publish.schemas import inlined, schema_of

NOBODY = "00000000-0000-5000-8000-000000000000"
SUBJECT = f"example:{NOBODY}"
AREA = "99"
"""No province has this code."""

_TEXTS = (AREA, SUBJECT, NOBODY, "0" * 64, "example", "example-1", "1")
"""Tried in turn where a field has a pattern."""


def example_of(event: type[Event]) -> Envelope:
    """The event as the first of an example stream, at position 1 of its topic."""
    data = event.model_validate_json(json.dumps(example_data(inlined(schema_of(event)))))
    (made,) = envelopes(
        subject=SUBJECT,
        version=1,
        previoushash=GENESIS,
        recorded_at=datetime(2022, 8, 1, 2, 30, tzinfo=UTC),
        actor="example-actor",
        correlationid=NOBODY,
        causationid="",
        traceparent=f"00-{'0' * 31}1-{'0' * 15}1-00",
        events=[(data, GENESIS)],
    )
    return replace(made, position=1)


def example_data(schema: Mapping[str, Any]) -> Any:
    """A value that the inlined schema accepts. Raises ValueError for a pattern that it has no example for."""
    if examples := schema.get("examples"):
        return examples[0]
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    if "enum" in schema:
        return schema["enum"][0]
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return example_data(schema[keyword][0])
    match schema.get("type"):
        case "object":
            return {name: example_data(inner) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [example_data(schema["items"])] if "items" in schema else []
        case "string":
            return _text(schema)
        case "integer" | "number":
            return max(1, schema.get("minimum", 1))
        case "boolean":
            return False
        case "null":
            return None
    raise ValueError(f"no example for the schema {schema}; give its field examples=[…]")


def _text(schema: Mapping[str, Any]) -> str:
    match schema:
        case {"format": "date"}:
            return "2022-08-01"
        case {"format": "date-time"}:
            return "2022-08-01T02:30:00.000Z"
        case {"format": "uuid"}:
            return NOBODY
        case {"pattern": pattern}:
            kind = re.match(r"\^([a-z-]+):", pattern)  # a stream id of one kind
            texts = (*_TEXTS, f"{kind[1]}:{NOBODY}") if kind else _TEXTS
            fitting = (text for text in texts if re.search(pattern, text, re.ASCII))
            if (text := next(fitting, None)) is None:
                raise ValueError(f"no example for the pattern {pattern}; give its field examples=[…]")
            return text
    return "example"
