"""docs/events.md: the catalogue of events for people who want to subscribe, with code that runs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.envelope import Envelope, to_headers
from contracts.event import Event
from contracts.publish.examples import example_of
from contracts.publish.headers import HEADERS
from contracts.publish.promises import PROMISES
from contracts.publish.schemas import inlined, schema_of
from contracts.publish.subscribe import SUBSCRIBE
from contracts.topics import TOPICS

_HEAD = """\
# Events

Made by `chumchon schemas` from `contracts/`; change it there. For programs the same is in `contracts/asyncapi.json`
(AsyncAPI 3.0) and `contracts/schemas/` (JSON Schema 2020-12, one file per event). All examples are generated:
nobody's data."""


def page(events: Sequence[type[Event]]) -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, _contents(events), "## How to subscribe", SUBSCRIBE, "## What you can rely on"]
    parts += [f"### {title}\n\n{text}" for title, text in PROMISES]
    parts += ["## Headers", _headers()]
    for topic in TOPICS:
        said = [event for event in events if event.service == topic.service]
        parts.append(f"## {topic.service}\n\nTopic `{topic.name}`, {topic.partitions} partitions.")
        parts += [_event(event) for event in said] or ["Says nothing yet."]
    return "\n\n".join(parts) + "\n"


def _contents(events: Sequence[type[Event]]) -> str:
    rows = [
        f"| [`{event.type}`](#{_anchor(event)}) | {event.service} | {_first_sentence(event)} |"
        for event in events
    ]
    return "\n".join(["| event | owner | |", "|---|---|---|", *rows])


def _headers() -> str:
    rows = [
        f"| `{header.name}` | {'yes' if header.required else 'no'} | {header.meaning} |" for header in HEADERS
    ]
    return "\n".join(["| header | always there | meaning |", "|---|---|---|", *rows])


def _event(event: type[Event]) -> str:
    schema = inlined(schema_of(event))
    required = schema.get("required", [])
    rows = [
        f"| `{name}` | {_kind(field)} | {'yes' if name in required else 'no'} | {_meaning(field)} |"
        for name, field in schema["properties"].items()
    ]
    return "\n\n".join(
        [
            f'<a id="{_anchor(event)}"></a>\n\n### {event.__name__}',
            f"`{event.type}`, said by `{event.service}`. {_doc(event)}",
            "\n".join(["| field | type | always there | meaning |", "|---|---|---|---|", *rows]),
            f"```\n{_record(example_of(event))}\n```",
        ]
    )


def _record(example: Envelope) -> str:
    headers = [f"{name}: {raw.decode()}" for name, raw in to_headers(example)]
    return "\n".join([f"key: {example.subject}", *headers, "", example.data])


def _kind(field: Mapping[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(option) for option in field["anyOf"])
    if "enum" in field:
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"])
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return str(field.get("format") or field.get("type") or "anything")


def _meaning(field: Mapping[str, Any]) -> str:
    told = [str(field.get("description", ""))]
    if "default" in field:
        told.append(f"Default {json.dumps(field['default'], ensure_ascii=False)}.")
    limits = [
        f"{word} {field[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in field
    ]
    if limits:
        told.append(f"Range: {' '.join(limits)}.")
    return ". ".join(text.rstrip(".") for text in told if text).replace("|", "\\|")


def _doc(event: type[Event]) -> str:
    return inspect.cleandoc(event.__doc__ or "").replace("\n", " ")


def _first_sentence(event: type[Event]) -> str:
    return _doc(event).split(". ", 1)[0].rstrip(".") + "."


def _anchor(event: type[Event]) -> str:
    return event.type.replace(".", "-").lower()
