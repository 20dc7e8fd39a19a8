"""Rounds: positions without a gap, a chain in every partition, and exactly what is missing after a crash."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from aiokafka.partitioner import murmur2 as aiokafkas_murmur2
from bson import decode
from bson.codec_options import CodecOptions
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.envelope import GENESIS, Envelope, from_headers, timestamp, to_headers
from contracts.topics import PARTITIONS
from services.chassis.commits import Commit, Recorded, from_document, to_bson
from services.chassis.mongo import Document
from services.chassis.relay import RelayRefused
from services.chassis.relay.outbox import from_document as round_from_document
from services.chassis.relay.outbox import to_document as round_to_document
from services.chassis.relay.partition import murmur2, partition_of
from services.chassis.relay.rounds import (
    BEFORE_THE_FIRST,
    Round,
    demand_not_beyond,
    missing,
    next_round,
    outgoing,
)

NOON = datetime(2022, 3, 31, 12, tzinfo=UTC)
AWARE: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)


def a_commit(
    stream: str = "area:1", version: int = 1, events: int = 1, at: datetime = NOON, **more: str
) -> Document:
    """A commit as the outbox has it: through MongoDB's format, without what the relay does not read."""
    recorded = []
    previous = GENESIS
    for index in range(events):
        envelope = Envelope(
            type="chumchon.members.AreaRegistered.v1",
            subject=stream,
            time=timestamp(at),
            dataschema="urn:chumchon:members:AreaRegistered:v1",
            streamversion=version,
            eventindex=index,
            actor="officer-1",
            businessdate="2022-03-31",
            area=more.get("area", "5104"),
            correlationid="c-1",
            causationid=more.get("causation", ""),
            data=f'{{"name_th":"ลี้ {index}"}}',
            previoushash=previous,
            sealeddigest=more.get("digest", GENESIS),
            traceparent=more.get("trace", ""),
        ).sealed_with()
        previous = envelope.hash
        recorded.append(Recorded(envelope, b"sealed" if "digest" in more else None, stream))
    commit = Commit(
        stream=stream,
        version=version,
        events=tuple(recorded),
        command_id=uuid4(),
        fingerprint="f",
        actor="officer-1",
        recorded_at=at,
        correlation_id="c-1",
        causation_id=more.get("causation", ""),
        traceparent=more.get("trace", ""),
    )
    return decode(to_bson(commit), AWARE)


COMMITS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), min_size=1, max_size=25).map(
    lambda rows: [a_commit(f"area:{stream}", n + 1, events) for n, (stream, events) in enumerate(rows)]
)


def two_rounds(first: list[Document], second: list[Document]) -> tuple[Round, Round]:
    one = next_round(BEFORE_THE_FIRST, first, now=NOON, epoch=1)
    return one, next_round(one, second, now=NOON, epoch=2)


@settings(max_examples=50, deadline=None)
@given(first=COMMITS, second=COMMITS)
def test_positions_have_no_gap_and_every_partition_is_a_chain(first: list[Document], second: list[Document]):
    one, two = two_rounds(first, second)
    records = [*outgoing(BEFORE_THE_FIRST, one, first), *outgoing(one, two, second)]
    assert [record.position for record in records] == list(range(1, two.final + 1))
    last = dict.fromkeys(range(PARTITIONS), 0)
    for record in records:
        assert record.previousposition == last[record.partition]
        assert record.partition == partition_of(record.key.decode())
        last[record.partition] = record.position
    assert dict(two.last) == last
    assert two.first == one.final + 1


@settings(max_examples=100, deadline=None)
@given(first=COMMITS, second=COMMITS, data=st.data())
def test_whatever_part_of_the_last_round_is_in_the_topic_exactly_the_rest_is_missing(
    first: list[Document], second: list[Document], data: st.DataObject
):
    one, two = two_rounds(first, second)
    records = list(outgoing(one, two, second))
    topic = dict(one.last)
    for partition in range(PARTITIONS):
        here = [record.position for record in records if record.partition == partition]
        topic[partition] = data.draw(st.sampled_from([topic[partition], *here]))
    lacking = missing(one, two, second, topic)
    assert lacking == [record for record in records if record.position > topic[record.partition]]
    demand_not_beyond(two, topic)
    assert missing(one, two, second, two.last) == []


def test_a_service_that_has_said_nothing_misses_nothing():
    assert missing(BEFORE_THE_FIRST, BEFORE_THE_FIRST, [], BEFORE_THE_FIRST.last) == []


def refusal(previous: Round, found: Round, commits: list[Document], topic: dict[int, int]) -> str:
    try:
        demand_not_beyond(found, topic)
        missing(previous, found, commits, topic)
    except RelayRefused as refused:
        return refused.code if refused.en and refused.th else "said nothing"
    return "sent"


def test_a_topic_that_knows_more_or_less_or_another_story_than_the_rounds_is_refused():
    first = [a_commit("area:1", 1, 2), a_commit("area:2", 1, 2)]
    second = [a_commit("area:1", 2, 3)]
    one, two = two_rounds(first, second)
    here = partition_of("area:1")
    assert refusal(one, two, second, {**two.last, here: 8}) == "topic_beyond_rounds"
    assert refusal(one, two, second, {**two.last, here: 1}) == "topic_behind_rounds"
    assert refusal(one, two, second, {**two.last, here: 3}) == "topic_and_rounds_disagree"
    assert refusal(one, two, [], dict(one.last)) == "topic_and_rounds_disagree"
    assert (
        refusal(one, replace(two, first=two.first + 1), second, dict(one.last)) == "topic_and_rounds_disagree"
    )


def test_the_time_of_publication_never_runs_backwards_and_is_never_before_the_recording():
    late = NOON + timedelta(hours=1)
    fast = next_round(BEFORE_THE_FIRST, [a_commit(at=late)], now=NOON, epoch=1)
    assert fast.at == late
    assert next_round(fast, [a_commit(version=2)], now=NOON, epoch=1).at == late
    now = late + timedelta(microseconds=1_999)
    assert next_round(fast, [a_commit(version=2)], now=now, epoch=1).at == late + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"area": ""},
        {"causation": "event-1", "trace": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
        {"digest": "a" * 64},
    ],
)
def test_the_headers_are_those_of_the_envelope_byte_for_byte(more: dict[str, str]):
    document = a_commit("area:1", 3, 2, NOON, **more)
    envelopes = [recorded.envelope for recorded in from_document(document).events]
    made = next_round(BEFORE_THE_FIRST, [document], now=NOON, epoch=1)
    records = list(outgoing(BEFORE_THE_FIRST, made, [document]))
    assert {record.timestamp for record in records} == {1_648_728_000_000}
    for record, envelope in zip(records, envelopes, strict=True):
        told = replace(envelope, position=record.position, previousposition=record.previousposition)
        assert record.headers == to_headers(told)
        assert from_headers(record.headers, record.value) == told


def test_a_round_comes_back_from_mongodb_as_it_was():
    made = next_round(BEFORE_THE_FIRST, [a_commit(), a_commit("area:2", 1, 2)], now=NOON, epoch=7)
    document = round_to_document(made)
    assert round_from_document(document) == made
    assert list(document["commits"][0]) == ["stream", "version"]


@given(st.binary(max_size=70))
def test_the_hash_of_a_key_is_aiokafkas(key: bytes):
    assert murmur2(key) == aiokafkas_murmur2(key) & 0xFFFFFFFF


@pytest.mark.parametrize(
    ("key", "java"),
    # From Apache Kafka's own UtilsTest: signed 32-bit.
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536)],
)
def test_the_hash_of_a_key_is_javas(key: str, java: int):
    assert murmur2(key.encode()) == java & 0xFFFFFFFF
