"""contracts/golden.json: records with true hashes and ids, for whoever writes a subscriber in another language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.envelope import HASHED, from_headers
from contracts.ids import NAMESPACE
from contracts.publish.headers import HEADERS, hashed_order
from contracts.publish.promises import HASHES
from tests.contract import by_the_docs

GOLDEN = json.loads((Path(__file__).parents[2] / "contracts" / "golden.json").read_text("utf-8"))
RECORDS: list[dict[str, Any]] = GOLDEN["records"]


def bytes_of(record: dict[str, Any]) -> tuple[dict[str, bytes], bytes]:
    return {name: text.encode() for name, text in record["headers"].items()}, record["value"].encode()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["why"])
def test_a_reader_by_the_docs_finds_the_golden_hash_and_id(record: dict[str, Any]):
    headers, value = bytes_of(record)
    assert by_the_docs.framed(headers, value).hex() == record["hashed_bytes"]
    assert by_the_docs.hash_of(headers, value) == record["headers"]["ce_hash"]
    assert by_the_docs.id_of(headers, GOLDEN["namespace"]) == record["headers"]["ce_id"]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["why"])
def test_our_code_finds_the_golden_hash_and_id(record: dict[str, Any]):
    headers, value = bytes_of(record)
    envelope = from_headers(headers.items(), value)
    assert envelope.computed_hash() == envelope.hash
    assert envelope.parsed() is not None
    assert [envelope.subject, str(NAMESPACE)] == [record["key"], GOLDEN["namespace"]]


def test_the_golden_records_are_one_chain():
    hashes = [record["headers"]["ce_hash"] for record in RECORDS]
    assert [record["headers"]["ce_previoushash"] for record in RECORDS] == ["0" * 64, *hashes[:-1]]
    assert len({record["key"] for record in RECORDS}) == 1


def test_the_docs_print_the_order_that_the_code_hashes():
    in_code = ["content-type" if name == "datacontenttype" else f"ce_{name}" for name in HASHED]
    assert in_code == by_the_docs.ORDER == list(hashed_order())
    assert f"[previous hash, {', '.join(by_the_docs.ORDER)}, value, ce_sealeddigest]" in HASHES
    assert [header.name for header in HEADERS if header.hashed] == in_code
