"""Folding changes of a batch: one write a document, with the same effect as the changes one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo import DeleteOne, ReplaceOne, UpdateOne

from services.chassis.consumer.folding import Fold, identity
from services.chassis.consumer.projecting import operation
from services.chassis.projection import Change
from services.chassis.read_models import InMemoryReadModels

names = st.sampled_from(["n", "m", "label"])
keys = st.fixed_dictionaries({"measure": st.sampled_from(["a", "b"]), "year": st.integers(2565, 2566)})


@st.composite
def changes(draw: st.DrawFn) -> Change:
    key: dict[str, Any] = draw(keys)
    if draw(st.booleans()):
        key = dict(reversed(key.items()))  # the same document, written the other way round
    if draw(st.integers(0, 4)) == 0:
        return Change("shards", key, delete=True)
    values = st.dictionaries(names, st.integers(-9, 9), max_size=2)
    return Change("shards", key, inc=draw(values), set=draw(values))


@given(st.lists(st.lists(changes(), max_size=4), max_size=10), st.lists(changes(), max_size=3))
def test_one_write_a_document_does_what_the_changes_do_one_by_one(
    batch: list[list[Change]], before: list[Change]
):
    one_by_one = InMemoryReadModels()
    one_by_one.apply(before)
    documents: dict[str, dict[str, Any]] = {
        identity(dict(key)): dict(document)
        for key, document in one_by_one.documents.get("shards", {}).items()
    }
    fold = Fold()
    for record in batch:
        one_by_one.apply(record)
        fold.add(record)
    for _, key, folded in fold.folded():
        carry_out(documents, key, operation(key, folded))
    wanted = {identity(dict(key)): doc for key, doc in one_by_one.documents.get("shards", {}).items()}
    assert documents == wanted


def carry_out(documents: dict[str, dict[str, Any]], key: str, write: Any) -> None:
    """What MongoDB does."""
    if isinstance(write, DeleteOne):
        documents.pop(key, None)
    elif isinstance(write, ReplaceOne):
        documents[key] = dict(write._doc)
    else:
        assert isinstance(write, UpdateOne)
        update = write._doc
        assert isinstance(update, dict)
        document = documents.setdefault(key, dict(update["$setOnInsert"]))
        for name, n in update.get("$inc", {}).items():
            document[name] = document.get(name, 0) + n
        document.update(update.get("$set", {}))


def test_the_id_is_the_key_whatever_the_order_of_its_fields():
    assert identity({"b": 1, "a": "ก"}) == identity({"a": "ก", "b": 1}) == '[["a","ก"],["b",1]]'


@given(keys, keys)
def test_two_keys_are_two_documents(one: dict[str, Any], other: dict[str, Any]):
    assert (identity(one) == identity(other)) == (one == other)


def test_numbers_and_texts_stay_apart():
    assert identity({"a": 1}) != identity({"a": "1"})
    assert identity({"a": 'x"],["b","y'}) != identity({"a": "x", "b": "y"})


@pytest.mark.parametrize(
    "bad",
    [
        Change("shards", {"a": 1.5}, inc={"n": 1}),  # type: ignore[dict-item]
        Change("shards", {"a": ["x"]}, inc={"n": 1}),  # type: ignore[dict-item]
        Change("shards", {"a": "x"}, inc={"n": 1.0}),  # type: ignore[dict-item]
        Change("shards", {"a": "x"}, inc={"n": True}),
    ],
)
def test_a_change_that_cannot_be_folded_folds_nothing_of_its_record(bad: Change):
    fold = Fold()
    with pytest.raises(TypeError):
        fold.add([Change("shards", {"a": "x"}, inc={"n": 1}), bad])
    assert list(fold.folded()) == []


def test_a_document_that_only_has_to_be_there_is_made():
    fold = Fold()
    fold.add([Change("facets", {"kind": "k"})])
    [(collection, key, folded)] = fold.folded()
    assert (collection, key) == ("facets", '[["kind","k"]]')
    assert operation(key, folded) == UpdateOne({"_id": key}, {"$setOnInsert": {"kind": "k"}}, upsert=True)
