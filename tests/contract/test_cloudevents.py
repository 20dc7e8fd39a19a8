"""Our records are CloudEvents 1.0 in Kafka's binary mode: the SDK reads them, and we check what it would fill in."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, from_kafka_event

from contracts import catalogue
from contracts.envelope import GENESIS, Envelope, envelopes, to_headers
from contracts.event import Event
from contracts.members import AreaRegistered
from contracts.publish.examples import example_of
from contracts.publish.headers import HEADERS
from contracts.publish.subscribe import CLOUDEVENTS

EVENTS = sorted(catalogue.event_types().values(), key=lambda event: event.type)
NUMBERS = ("position", "previousposition", "streamversion", "eventindex")


def record() -> Envelope:
    """A record with every header, Thai text and all."""
    made = envelopes(
        subject="area:00000000-0000-5000-8000-000000000000",
        version=12,
        previoushash="ab" * 32,
        recorded_at=datetime(2022, 8, 1, 2, 30, tzinfo=UTC),
        actor="ผู้ใช้-1",
        correlationid="c-1",
        causationid="d-1",
        traceparent=f"00-{'1' * 32}-{'2' * 16}-01",
        events=[(AreaRegistered(area="5104", on=date(2022, 8, 1), name_th="น้ำ", name_en="Li"), "cd" * 32)],
    )
    return replace(made[0], position=1234567890123, previousposition=1234567890120)


def message(envelope: Envelope) -> KafkaMessage:
    return KafkaMessage(
        headers=dict(to_headers(envelope)), key=envelope.subject.encode(), value=envelope.data.encode()
    )


@pytest.mark.parametrize("read", [from_kafka_event, from_binary_event])
def test_the_sdk_reads_every_attribute_as_we_wrote_it(read):
    ours = record()
    theirs = read(message(ours))
    assert theirs.get_specversion() == "1.0"
    assert theirs.get_id() == ours.id
    assert theirs.get_type() == "chumchon.members.AreaRegistered.v1"
    assert theirs.get_source() == "urn:chumchon:members"
    assert theirs.get_subject() == ours.subject
    assert theirs.get_time() == datetime(2022, 8, 1, 2, 30, tzinfo=UTC)
    assert theirs.get_datacontenttype() == "application/json"
    assert theirs.get_dataschema() == "urn:chumchon:members:AreaRegistered:v1"
    extensions = {header.name.removeprefix("ce_") for header in HEADERS if header.name.startswith("ce_")}
    extensions -= {"specversion", "id", "type", "source", "subject", "time", "dataschema"}
    assert {name: theirs.get_extension(name) for name in extensions} == {
        name: str(getattr(ours, name)) for name in extensions
    }
    assert theirs.get_extension("partitionkey") == ours.subject
    assert theirs.get_data() == json.loads(ours.data)


@pytest.mark.parametrize("said", EVENTS, ids=lambda said: said.type)
def test_the_sdk_reads_every_event_type(said: type[Event]):
    ours = example_of(said)
    theirs = from_kafka_event(message(ours))
    assert (theirs.get_type(), theirs.get_id(), theirs.get_data()) == (
        ours.type,
        ours.id,
        json.loads(ours.data),
    )


def test_the_docs_way_to_use_the_sdk_works():
    class Record:
        """As confluent-kafka gives it."""

        def headers(self):
            return to_headers(record())

        def key(self):
            return record().subject.encode()

        def value(self):
            return record().data.encode()

    names: dict[str, Any] = {}
    exec(CLOUDEVENTS, names)
    assert names["read"](Record()) == (
        record().id,
        record().type,
        str(record().position),
        json.loads(record().data),
    )


def test_the_headers_are_ours_to_the_letter():
    """The SDK fills in what is missing, so this reads the raw headers."""
    raw = to_headers(record())
    assert [name for name, _ in raw] == [header.name for header in HEADERS]
    headers = dict(raw)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["content-type"] == b"application/json"
    assert headers["ce_source"] == b"urn:chumchon:members"
    assert headers["ce_actor"].decode() == "ผู้ใช้-1"
    for name in NUMBERS:
        assert re.fullmatch(rb"0|[1-9][0-9]*", headers[f"ce_{name}"]), name
    assert re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", headers["ce_time"])
    assert headers["ce_time"] == b"2022-08-01T02:30:00.000Z"
    assert headers["ce_businessdate"] == b"2022-08-01"


@pytest.mark.parametrize("said", EVENTS, ids=lambda said: said.type)
def test_no_header_is_null_or_empty_or_twice_there(said: type[Event]):
    raw = to_headers(example_of(said))
    assert all(isinstance(value, bytes) and value for _, value in raw)
    assert len(dict(raw)) == len(raw)
    assert {header.name for header in HEADERS if header.required} <= dict(raw).keys()


def test_absent_attributes_are_left_out():
    bare = replace(record(), area="", causationid="", traceparent="", previoushash=GENESIS)
    assert {name for name, _ in to_headers(record())} - {name for name, _ in to_headers(bare)} == {
        "ce_area",
        "ce_causationid",
        "traceparent",
    }


def test_extension_names_are_as_cloudevents_wants_them():
    names = [header.name.removeprefix("ce_") for header in HEADERS if header.name.startswith("ce_")]
    assert all(re.fullmatch("[a-z0-9]{1,20}", name) for name in names)
