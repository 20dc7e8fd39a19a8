"""The headers of a record, told once: their order is that of `to_headers`, their schemas are what a reader may trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.areas import SCOPE
from contracts.event import Event

_NUMBER = r"^(0|[1-9][0-9]{0,17})$"
_HASH = "^[0-9a-f]{64}$"


@dataclass(frozen=True, slots=True)
class Header:
    """One Kafka header: its name, what it means, what its UTF-8 text looks like, whether it is always there."""

    name: str
    meaning: str
    looks: Mapping[str, Any]
    required: bool = True
    hashed: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """As JSON Schema; every header is text."""
        return {"type": "string", "description": self.meaning, **self.looks}


def _h(name: str, meaning: str, *, required: bool = True, **looks: Any) -> Header:
    return Header(name, meaning, looks, required, hashed=True)


HEADERS: tuple[Header, ...] = (
    _h("ce_specversion", "CloudEvents version.", const="1.0"),
    _h(
        "ce_id",
        "Id of the event: uuid5 of stream, version and index, so a repeat has the same. Unique.",
        format="uuid",
    ),
    _h(
        "ce_type",
        "`chumchon.<service>.<Name>.v<n>`. Ignore a type that you do not know.",
        pattern=r"^chumchon\.[a-z]+\.[A-Za-z0-9]+\.v[1-9][0-9]*$",
    ),
    _h("ce_source", "The service that said it: `urn:chumchon:<service>`.", pattern="^urn:chumchon:[a-z]+$"),
    _h(
        "ce_subject",
        "The stream (one thing with a history), `kind:uuid`; equal to the record's key.",
        minLength=1,
    ),
    _h(
        "ce_time",
        "When it was recorded, UTC, always with three decimals and Z. Never runs backwards in a stream.",
        format="date-time",
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$",
    ),
    _h("content-type", "Media type of the value (`datacontenttype`).", const="application/json"),
    _h(
        "ce_dataschema",
        "`$id` of the JSON Schema of the value.",
        pattern="^urn:chumchon:[a-z]+:[A-Za-z0-9]+:v[1-9][0-9]*$",
    ),
    _h("ce_streamversion", "Number of the commit in its stream, from 1.", pattern=_NUMBER),
    _h("ce_eventindex", "Number of the event in its commit, from 0.", pattern=_NUMBER),
    _h("ce_actor", "Who caused it: the opaque subject of a token, never a name.", minLength=1),
    _h("ce_businessdate", "When it happened, Gregorian; the same as `on` in the value.", format="date"),
    _h(
        "ce_area",
        "Area code of 2, 4, 6 or 8 digits; left out for the nation.",
        required=False,
        pattern=SCOPE,
        minLength=2,
    ),
    _h("ce_correlationid", "Shared by everything that came of one request.", minLength=1),
    _h(
        "ce_causationid",
        "`ce_id` of the event that this is a reaction to; left out where there is none.",
        required=False,
        minLength=1,
    ),
    Header(
        "ce_position",
        "Place in the service's log: 1, 2, 3 … over all partitions of the topic, without a gap.",
        {"pattern": _NUMBER},
    ),
    Header(
        "ce_previousposition",
        "Position of the record before this one in the same partition; 0 for the first.",
        {"pattern": _NUMBER},
    ),
    Header("ce_hash", "Hash of this event, hex.", {"pattern": _HASH}),
    Header(
        "ce_previoushash",
        "`ce_hash` of the event before it in the stream; 64 zeros for the first.",
        {"pattern": _HASH},
    ),
    Header(
        "ce_sealeddigest",
        "Digest of the encrypted personal part, which never leaves its service; 64 zeros where there is none.",
        {"pattern": _HASH},
    ),
    Header(
        "traceparent",
        "W3C trace context, where the request had one.",
        {"pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
        required=False,
    ),
)


def headers_schema() -> dict[str, Any]:
    """What holds for the headers of every event. More headers may come; readers ignore what they do not know."""
    return {
        "type": "object",
        "description": "Kafka headers, CloudEvents 1.0 binary mode: UTF-8 bytes, none null, numbers in decimal ASCII.",
        "required": [header.name for header in HEADERS if header.required],
        "properties": {header.name: header.schema for header in HEADERS},
    }


def headers_of(event: type[Event]) -> dict[str, Any]:
    """What holds for the headers of this event type besides."""
    source = "urn:chumchon:" + event.service
    said = {"ce_type": event.type, "ce_source": source, "ce_dataschema": event.dataschema}
    return {
        "type": "object",
        "allOf": [{"$ref": "#/components/schemas/Headers"}],
        "properties": {name: {"type": "string", "const": text} for name, text in said.items()},
    }


def hashed_order() -> Sequence[str]:
    """The headers under the hash, in its order."""
    return [header.name for header in HEADERS if header.hashed]
