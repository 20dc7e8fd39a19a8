"""contracts/asyncapi.json: true to the code, whole in itself, and accepted by the parser that everybody uses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from contracts import catalogue
from contracts.compatibility import channel_changes
from contracts.envelope import from_headers
from contracts.event import Event
from contracts.funds import FundEstablished
from contracts.publish import ASYNCAPI, published
from contracts.publish.headers import headers_of, headers_schema
from contracts.topics import HUNDRED_YEARS_MS, MAX_MESSAGE_BYTES, TOPICS
from tests.contract.by_the_docs import hash_of
from tests.contract.npm import installed, run_node

PARSER = "3.6.3"
EVENTS = sorted(catalogue.event_types().values(), key=lambda event: event.type)
Document = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> Document:
    made: Document = json.loads(published()[ASYNCAPI])
    return made


def no_address(it: Document) -> None:
    it["channels"]["funds"]["address"] = 5


def no_such_message(it: Document) -> None:
    it["operations"]["publish-funds"]["messages"][0] = {"$ref": "#/channels/funds/messages/Nothing"}


def no_such_schema(it: Document) -> None:
    it["components"]["messages"]["chumchon.funds.FundEstablished.v1"]["payload"] = {
        "$ref": "#/components/schemas/No"
    }


def no_such_version(it: Document) -> None:
    it["asyncapi"] = "3.9.0"


def no_title(it: Document) -> None:
    del it["info"]["title"]


def wrong_schema(it: Document) -> None:
    it["components"]["schemas"]["chumchon.funds.FundEstablished.v1"]["properties"]["number"]["type"] = "whole"


def wrong_binding(it: Document) -> None:
    it["channels"]["funds"]["bindings"]["kafka"]["partitions"] = 0


def wrong_action(it: Document) -> None:
    it["operations"]["publish-funds"]["action"] = "publish"


BROKEN: list[Callable[[Document], None]] = [
    no_address,
    no_such_message,
    no_such_schema,
    no_such_version,
    no_title,
    wrong_schema,
    wrong_binding,
    wrong_action,
]


@pytest.mark.node
def test_the_official_parser_accepts_ours_and_refuses_every_broken_copy(document: Document, tmp_path: Path):
    modules = installed("@asyncapi/parser", PARSER)
    whole = tmp_path / "whole.json"
    whole.write_text(json.dumps(document), "utf-8")
    small = tmp_path / "small.json"  # of one event, so that many broken copies are parsed quickly
    small.write_text(published([FundEstablished])[ASYNCAPI], "utf-8")
    paths = {}
    for break_it in BROKEN:
        broken = json.loads(small.read_text("utf-8"))
        break_it(broken)
        paths[break_it.__name__] = tmp_path / f"{break_it.__name__}.json"
        paths[break_it.__name__].write_text(json.dumps(broken), "utf-8")
    script = Path(__file__).parent / "parse.cjs"
    told = json.loads(run_node(modules, script, str(whole), str(small), *map(str, paths.values())))

    assert told[str(whole)]["problems"] == told[str(small)]["problems"] == []
    assert told[str(whole)]["channels"] == [topic.name for topic in TOPICS]
    assert sorted(told[str(whole)]["messages"]) == [event.type for event in EVENTS]
    accepted = [
        name
        for name, path in paths.items()
        if not any(found["error"] for found in told[str(path)]["problems"])
    ]
    assert accepted == []


def test_every_topic_is_a_channel_with_its_partitions_and_retention(document: Document):
    assert document["asyncapi"] == "3.0.0"
    for topic in TOPICS:
        channel = document["channels"][topic.service]
        assert channel["address"] == topic.name
        assert channel["bindings"]["kafka"] == {
            "topic": topic.name,
            "partitions": 12,
            "topicConfiguration": {
                "cleanup.policy": ["delete"],
                "retention.ms": -1,
                "max.message.bytes": MAX_MESSAGE_BYTES,
                "message.timestamp.after.max.ms": HUNDRED_YEARS_MS,
            },
            "bindingVersion": "0.5.0",
        }


def test_every_event_is_a_message_of_its_owner_and_of_nobody_else(document: Document):
    said = {
        service: [
            message["$ref"].removeprefix("#/components/messages/") for message in channel["messages"].values()
        ]
        for service, channel in document["channels"].items()
    }
    assert said == {
        topic.service: [event.type for event in EVENTS if event.service == topic.service] for topic in TOPICS
    }


@pytest.mark.parametrize("said", EVENTS, ids=lambda said: said.type)
def test_the_example_of_a_message_fits_its_schemas_and_its_hash_is_true(
    document: Document, said: type[Event]
):
    message = document["components"]["messages"][said.type]
    example = message["examples"][0]
    schemas = document["components"]["schemas"]
    Draft202012Validator(schemas[said.type], validate_formats=True).validate(example["payload"])
    Draft202012Validator(headers_schema(), validate_formats=True).validate(example["headers"])
    own = {key: value for key, value in headers_of(said).items() if key != "allOf"}
    Draft202012Validator(own).validate(example["headers"])
    assert message["headers"]["allOf"] == [{"$ref": "#/components/schemas/Headers"}]

    headers = {name: text.encode() for name, text in example["headers"].items()}
    value = said.model_validate(example["payload"]).model_dump_json().encode()
    assert hash_of(headers, value) == example["headers"]["ce_hash"]
    envelope = from_headers(headers.items(), value)
    assert (envelope.type, envelope.subject[:8], envelope.position) == (said.type, "example:", 1)


def test_the_promises_are_told(document: Document):
    told = document["info"]["description"]
    for words in (
        "At least once",
        "step back and repeat",
        "ce_previousposition",
        "sha256",
        "retention.ms=-1",
    ):
        assert words in told


def test_nothing_outside_the_document_is_referred_to(document: Document):
    def references(node: Any) -> list[str]:
        if isinstance(node, list):
            return [ref for item in node for ref in references(item)]
        if not isinstance(node, dict):
            return []
        inner = [ref for value in node.values() for ref in references(value)]
        return [*inner, node["$ref"]] if isinstance(node.get("$ref"), str) else inner

    found = references(document)
    assert found
    assert all(ref.startswith("#/") for ref in found)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda it: it["channels"].pop("funds"), "the topic chumchon.funds.events.v1 is gone"),
        (
            lambda it: it["channels"]["funds"].update(address="funds"),
            "the topic chumchon.funds.events.v1 is gone",
        ),
        (
            lambda it: it["channels"]["funds"]["bindings"]["kafka"].update(partitions=24),
            "another number of partitions moves keys",
        ),
        (
            lambda it: it["components"]["schemas"]["Headers"]["properties"].pop("ce_hash"),
            "headers.ce_hash: the field was removed",
        ),
        (
            lambda it: it["components"]["schemas"]["Headers"]["required"].remove("ce_area_of_tomorrow"),
            "headers.ce_area_of_tomorrow: the field is no longer always there",
        ),
    ],
)
def test_a_topic_or_a_header_taken_away_is_a_break(
    document: Document, change: Callable[[Document], Any], told: str
):
    before = copy.deepcopy(document)
    headers = before["components"]["schemas"]["Headers"]
    headers["properties"]["ce_area_of_tomorrow"] = {"type": "string"}
    headers["required"].append("ce_area_of_tomorrow")
    after = copy.deepcopy(before)
    change(after)
    found = [str(one) for one in channel_changes(before, after) if one.breaking]
    assert len(found) == 1
    assert told in found[0]
