"""AsyncAPI 3.0 made from the contracts. FastStream's own names channels after handlers and lacks our headers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from typing import Any

from contracts.envelope import to_headers
from contracts.event import Event
from contracts.publish.examples import example_of
from contracts.publish.headers import headers_of, headers_schema
from contracts.publish.promises import PROMISES
from contracts.publish.schemas import inlined, schema_of
from contracts.topics import TOPICS, Topic

Document = dict[str, Any]

_BINDING = "0.5.0"


def asyncapi(events: Sequence[type[Event]]) -> Document:
    """The whole document: one channel per topic, one message per event type, nothing outside it referred to."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:chumchon:bus",
        "info": {
            "title": "Chumchon events",
            "version": "1.0.0",
            "description": "\n\n".join(f"## {title}\n\n{text}" for title, text in PROMISES),
            "license": {"name": "MIT"},
            "tags": [{"name": topic.service} for topic in TOPICS],
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:9092",
                "protocol": "kafka",
                "description": "The stack of `make up`; other installations give their own addresses, and TLS.",
                "security": [{"$ref": "#/components/securitySchemes/scram"}],
            }
        },
        "channels": {topic.service: _channel(topic, events) for topic in TOPICS},
        "operations": {
            f"publish-{topic.service}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic.service}"},
                "summary": f"`{topic.service}` says what happened. Subscribers read the same channel.",
                "messages": [
                    {"$ref": f"#/channels/{topic.service}/messages/{name_of(event)}"}
                    for event in events
                    if event.service == topic.service
                ],
            }
            for topic in TOPICS
        },
        "components": {
            "securitySchemes": {
                "scram": {
                    "type": "scramSha512",
                    "description": "A user and its password; see docs/events.md.",
                }
            },
            "messages": {event.type: _message(event) for event in events},
            "schemas": {
                "Headers": headers_schema(),
                **{event.type: inlined(schema_of(event)) for event in events},
            },
        },
    }


def name_of(event: type[Event]) -> str:
    """`<Name>.v<n>`: the event within its service."""
    return event.type.split(".", 2)[2]


def _channel(topic: Topic, events: Sequence[type[Event]]) -> Document:
    config = {
        key: int(value) if value.lstrip("-").isdigit() else value for key, value in topic.config.items()
    }
    return {
        "address": topic.name,
        "title": f"Events of {topic.service}",
        "description": f"Everything that `{topic.service}` ever said, in order within each partition.",
        "tags": [{"name": topic.service}],
        "messages": {
            name_of(event): {"$ref": f"#/components/messages/{event.type}"}
            for event in events
            if event.service == topic.service
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {**config, "cleanup.policy": [topic.config["cleanup.policy"]]},
                "bindingVersion": _BINDING,
            }
        },
    }


def _message(event: type[Event]) -> Document:
    example = example_of(event)
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": inspect.cleandoc(event.__doc__ or "").replace("\n", " "),
        "contentType": "application/json",
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "headers": headers_of(event),
        "payload": {"$ref": f"#/components/schemas/{event.type}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "The stream: the same text as `ce_subject`, UTF-8."},
                "bindingVersion": _BINDING,
            }
        },
        "examples": [
            {
                "name": "generated",
                "summary": "Made by a program from the schema; nobody's data.",
                "headers": {name: raw.decode() for name, raw in to_headers(example)},
                "payload": json.loads(example.data),
            }
        ],
    }
