"""The envelope: what is hashed, what goes into the headers and comes out of them, and what is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError, create_model

from contracts.envelope import (
    GENESIS,
    HASHED,
    Envelope,
    Unreadable,
    Unwritable,
    business_date,
    chain_hash,
    envelopes,
    from_headers,
    timestamp,
    to_headers,
)
from contracts.event import Event
from contracts.members import AreaRegistered
from tests.contract.by_the_docs import ORDER, hash_of

NOW = datetime(2022, 8, 1, 2, 30, 0, 999_999, tzinfo=UTC)
NUMBERS = ("streamversion", "eventindex", "position", "previousposition")
TEXTS = (
    *("subject", "time", "dataschema", "actor", "businessdate", "correlationid"),
    *("previoushash", "sealeddigest", "data"),
)
UNHASHED = {"position", "previousposition", "traceparent", "hash"}

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
maybe = st.just("") | words
numbers = st.integers(0, 10**18 - 1)


def area(name: str = "น้ำ") -> AreaRegistered:
    return AreaRegistered(area="5104", on=date(2022, 8, 1), name_th=name, name_en="Li")


def chain(*events: Event, **changed: Any) -> list[Envelope]:
    said: dict[str, Any] = {
        "subject": "area:1",
        "version": 7,
        "previoushash": GENESIS,
        "recorded_at": NOW,
        "actor": "o-1",
        "correlationid": "c-1",
        "causationid": "d-1",
        "traceparent": "",
    }
    return envelopes(**said | changed, events=[(event, GENESIS) for event in events])


def one() -> Envelope:
    return replace(chain(area())[0], position=9, previousposition=4, traceparent="t")


@st.composite
def any_envelope(draw: st.DrawFn) -> Envelope:
    said: dict[str, Any] = {
        **{name: draw(words) for name in TEXTS},
        **{name: draw(maybe) for name in ("area", "causationid", "traceparent")},
        **{name: draw(numbers) for name in NUMBERS},
    }
    service = draw(st.from_regex("[a-z]{1,9}", fullmatch=True))
    return Envelope(type=f"chumchon.{service}.Said.v1", **said).sealed_with()


@given(any_envelope())
def test_whatever_is_written_is_read_back_the_same(envelope: Envelope):
    headers = to_headers(envelope)
    assert from_headers(headers, envelope.data.encode()) == envelope
    assert all(isinstance(raw, bytes) and raw for _, raw in headers)


@given(any_envelope())
def test_the_hash_is_the_one_that_the_docs_describe(envelope: Envelope):
    assert hash_of(dict(to_headers(envelope)), envelope.data.encode()) == envelope.hash


@given(any_envelope(), st.data())
def test_one_flipped_bit_on_the_wire_is_noticed(envelope: Envelope, data: st.DataObject):
    headers, value = dict(to_headers(envelope)), envelope.data.encode()
    where = data.draw(
        st.sampled_from(
            [*(name for name in headers if name in ORDER), "ce_previoushash", "ce_sealeddigest", "value"]
        )
    )
    raw = bytearray(value if where == "value" else headers[where])
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if where == "value":
        value = bytes(raw)
    else:
        headers[where] = bytes(raw)
    assert hash_of(headers, value) != envelope.hash
    try:
        read = from_headers(headers.items(), value)
    except Unreadable:
        return
    assert read.computed_hash() != envelope.hash


@pytest.mark.parametrize("name", [field.name for field in fields(Envelope)])
def test_every_field_but_positions_and_trace_is_under_the_hash(name: str):
    was = getattr(one(), name)
    other: Any = was + 1 if isinstance(was, int) else f"chumchon.funds.{was}" if name == "type" else was + "x"
    changed = replace(one(), **{name: other}).computed_hash() != one().hash
    assert changed is (name not in UNHASHED)


@given(st.lists(words, min_size=2, max_size=6), st.integers(0, 40))
def test_field_boundaries_matter(texts: list[str], at: int):
    moved = ["".join(texts)[:at], "".join(texts)[at:]]
    assert (chain_hash(moved) == chain_hash(texts)) is (moved == texts)
    assert chain_hash([*texts, ""]) != chain_hash(texts)


def test_the_attributes_come_in_the_order_of_the_hash():
    assert tuple(one().attributes()) == HASHED


def test_an_absent_attribute_counts_as_length_zero_and_is_no_header():
    bare = chain(area(), causationid="")[0]
    assert "ce_causationid" not in dict(to_headers(bare))
    assert hash_of(dict(to_headers(bare)), bare.data.encode()) == bare.hash


def test_each_event_of_a_commit_is_chained_to_the_one_before():
    first, second, third = chain(area("a"), area("a"), area("b"), previoushash="f" * 64)
    assert (first.previoushash, second.previoushash, third.previoushash) == (
        "f" * 64,
        first.hash,
        second.hash,
    )
    assert [made.eventindex for made in (first, second, third)] == [0, 1, 2]
    assert len({first.id, second.id, third.id}) == len({first.hash, second.hash, third.hash}) == 3


def test_an_id_depends_on_stream_version_and_index_alone():
    assert chain(area("a"))[0].id == chain(area("b"), actor="o-2")[0].id
    assert (
        chain(area("a"), subject="area:17", version=1)[0].id
        != chain(area("a"), subject="area:1", version=71)[0].id
    )


def test_a_time_is_utc_with_three_decimals_cut_and_never_rounded():
    assert timestamp(NOW) == "2022-08-01T02:30:00.999Z"
    assert (
        timestamp(datetime(2022, 8, 1, 7, 0, tzinfo=timezone(timedelta(hours=7))))
        == "2022-08-01T00:00:00.000Z"
    )


@pytest.mark.parametrize("lone", ["\ud800", "a\udfffb"])
def test_a_lone_surrogate_is_refused_before_anything_is_hashed(lone: str):
    with pytest.raises(Unwritable, match=r"chumchon\.members\.AreaRegistered\.v1 cannot be written as UTF-8"):
        chain(area(lone))
    with pytest.raises(Unwritable, match="lone surrogate"):
        chain(area(), actor=lone)
    with pytest.raises(ValidationError):
        AreaRegistered.model_validate_json('{"area":"51","on":"2022-08-01","name_th":"\\ud800","name_en":""}')


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused_from_code_and_from_json(number: str):
    weighed = create_model("Weighed", __base__=Event, kilograms=(float, ...))
    with pytest.raises(ValidationError, match="finite"):
        weighed.model_validate({"area": "", "on": date(2022, 8, 1), "kilograms": float(number)})
    with pytest.raises(ValidationError, match="finite"):
        weighed.model_validate_json(f'{{"area":"","on":"2022-08-01","kilograms":{number}}}')


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("ce_id", None, "header ce_id is null"),
        ("ce_id", b"", "header ce_id is missing"),
        ("ce_subject", b"\xff", "header ce_subject is not UTF-8"),
        ("ce_specversion", b"0.3", "header ce_specversion is not 1.0"),
        ("content-type", b"text/plain", "header content-type is not application/json"),
        ("ce_type", b"Said", "header ce_type is not chumchon.<service>.<Name>.v<n>"),
        ("ce_source", b"urn:chumchon:funds", "header ce_source is not the service of ce_type"),
        ("ce_position", b"-1", "header ce_position is not a decimal number"),
        ("ce_position", b"01", "header ce_position is not a decimal number"),
        ("ce_position", b"1\n", "header ce_position is not a decimal number"),
        ("ce_position", "๑".encode(), "header ce_position is not a decimal number"),
        ("ce_streamversion", b"1" * 19, "header ce_streamversion is not a decimal number"),
    ],
)
def test_a_wrong_header_is_named_and_its_content_is_not_told(name: str, raw: bytes | None, said: str):
    headers: dict[str, bytes | None] = {**dict(to_headers(one())), name: raw}
    with pytest.raises(Unreadable) as caught:
        from_headers(headers.items(), one().data.encode())
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "name", ["ce_id", "ce_source", "ce_hash", "ce_position", "ce_specversion", "content-type"]
)
def test_a_missing_header_makes_a_record_unreadable(name: str):
    headers = [(other, raw) for other, raw in to_headers(one()) if other != name]
    with pytest.raises(Unreadable, match=name):
        from_headers(headers, one().data.encode())


@pytest.mark.parametrize(
    ("value", "said"), [(None, "the value is null"), (b"\xff", "the value is not UTF-8")]
)
def test_a_wrong_value_makes_a_record_unreadable(value: bytes | None, said: str):
    with pytest.raises(Unreadable, match=said):
        from_headers(to_headers(one()), value)


def test_headers_of_tomorrow_are_ignored_and_of_a_repeated_one_the_last_counts():
    headers = [("ce_id", b"first"), *to_headers(one()), ("ce_tomorrow", b"1")]
    assert from_headers(headers, one().data.encode()) == one()


def test_an_unknown_type_has_no_class_and_is_no_error():
    assert replace(one(), type="chumchon.members.Tomorrow.v1").parsed() is None


def test_fields_of_tomorrow_are_ignored():
    data = one().data.removesuffix("}") + ',"tomorrow":1}'
    assert replace(one(), data=data).parsed() == area()


@pytest.mark.parametrize("text", ["20220801", "2022-W31-1", "2022-08-32", "", "๒๐๒๒-๐๘-๐๑"])
def test_a_business_date_has_one_spelling(text: str):
    assert business_date(one()) == date(2022, 8, 1)
    with pytest.raises(Unreadable, match="ce_businessdate"):
        business_date(replace(one(), businessdate=text))
