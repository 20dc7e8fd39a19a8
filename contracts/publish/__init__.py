"""The published contract as text: JSON Schemas, AsyncAPI 3.0 and the event catalogue, all made from the code."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from contracts import catalogue
from contracts.event import Event
from contracts.publish.asyncapi import asyncapi
from contracts.publish.page import page
from contracts.publish.schemas import schema_of

ASYNCAPI = "contracts/asyncapi.json"
PAGE = "docs/events.md"
SCHEMAS = "contracts/schemas"


def published(classes: Collection[type[Event]] | None = None) -> dict[str, str]:
    """Every generated file, from its path under the repository's root to its text; by default of all events."""
    events = sorted(
        catalogue.event_types().values() if classes is None else classes, key=lambda event: event.type
    )
    return {
        **{schema_path(event): text_of(schema_of(event)) for event in events},
        ASYNCAPI: text_of(asyncapi(events)),
        PAGE: page(events),
    }


def schema_path(event: type[Event]) -> str:
    """`contracts/schemas/<service>/<Name>.v<n>.json`, from the type."""
    _, service, name, version = event.type.split(".")
    return f"{SCHEMAS}/{service}/{name}.{version}.json"


def text_of(document: Mapping[str, Any]) -> str:
    """The JSON as it is committed: two spaces, Thai as Thai, a line feed at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
