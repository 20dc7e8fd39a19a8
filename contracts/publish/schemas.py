"""An event class as a JSON Schema 2020-12 that a reader in any language can use."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from enum import Enum
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from contracts.event import Event
from contracts.publish.meanings import meanings

Schema = dict[str, Any]


class _EventSchema(GenerateJsonSchema):
    """Pydantic's generator, without the titles it makes of names, and with what each enum value means."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._enums: dict[str, type[Enum]] = {}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic calls it with the schema
        return False

    def enum_schema(self, schema: core_schema.EnumSchema) -> Schema:
        self._enums[schema["cls"].__name__] = schema["cls"]
        return super().enum_schema(schema)

    def generate(self, schema: core_schema.CoreSchema, mode: JsonSchemaMode = "validation") -> Schema:
        made = super().generate(schema, mode)
        for definition in made.get("$defs", {}).values():
            if "enum" in definition:
                cls = self._enums[definition.pop("title")]
                told = meanings(cls)
                values = [f"`{member.value}`: {told[member.name]}" for member in cls if member.name in told]
                definition["description"] = " ".join([inspect.cleandoc(cls.__doc__ or ""), *values])
        return made


def schema_of(event: type[Event]) -> Schema:
    """The schema of the event's data. `$id` is the record's `ce_dataschema`; unknown fields are allowed."""
    mode: JsonSchemaMode = "validation"  # what a reader may meet: an older event lacks a newer optional field
    made = event.model_json_schema(schema_generator=_EventSchema, mode=mode)
    head = {"$schema": GenerateJsonSchema.schema_dialect, "$id": event.dataschema}
    return {**head, **made}


def inlined(schema: Mapping[str, Any]) -> Schema:
    """The schema without `$defs`, each definition where it is used, to stand inside another document.

    Raises ValueError for a definition that contains itself.
    """
    defs: Mapping[str, Any] = schema.get("$defs", {})
    body = {key: value for key, value in schema.items() if key not in {"$defs", "$schema", "$id"}}
    made = _inlined(body, defs, ())
    assert isinstance(made, dict)
    return made


def _inlined(node: Any, defs: Mapping[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, defs, inside) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {key: _inlined(value, defs, inside) for key, value in node.items()}
    name = node["$ref"].removeprefix("#/$defs/")
    if name in inside:
        raise ValueError(f"{name} contains itself and cannot stand inline")
    beside = {key: value for key, value in node.items() if key != "$ref"}
    return {**_inlined(defs[name], defs, (*inside, name)), **_inlined(beside, defs, inside)}
