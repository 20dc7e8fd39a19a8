"""Derived ids are the `uuid5` that the design says, however they are made: they stand in every stream for ever."""

from __future__ import annotations

import json
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ids import NAMESPACE, derived, event_id, stream_id
from contracts.members import Network

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(TEXTS | st.integers()))
def test_an_id_is_the_uuid5_of_its_parts_as_json(parts: list[str | int]):
    assert derived(*parts) == uuid5(NAMESPACE, written(*parts))


@given(TEXTS, st.integers(), st.integers())
def test_streams_and_events_are_named_by_it(text: str, version: int, index: int):
    assert stream_id("thing", text, index) == f"thing:{uuid5(NAMESPACE, written('thing', text, index))}"
    assert event_id(text, version, index) == str(uuid5(NAMESPACE, written(text, version, index)))


def test_a_member_of_an_enumeration_counts_as_its_text():
    assert derived(Network.TSM, 1) == derived(str(Network.TSM.value), 1)


def test_a_lone_surrogate_has_no_id():
    with pytest.raises(UnicodeEncodeError):
        derived("\ud800")


def written(*parts: str | int) -> str:
    """A JSON array as the design says: no blanks, every character as it is."""
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
