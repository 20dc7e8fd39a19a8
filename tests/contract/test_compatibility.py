"""What breaks a reader is refused, kind by kind; what readers must expect is written with a note."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, create_model

from contracts.compatibility import breaks, changes
from contracts.event import Event, event_type
from contracts.publish import published
from contracts.publish.schemas import schema_of
from services.cli.contract_files import difference, write


class Few(StrEnum):
    A = "a"
    B = "b"


class More(StrEnum):
    A = "a"
    B = "b"
    C = "c"


def event(**fields: Any) -> type[Event]:
    """A small event class outside the register; `funds` says it."""
    made = create_model("Paid", __base__=Event, **fields)
    made.service, made.type, made.dataschema = "funds", "chumchon.funds.Paid.v1", "urn:chumchon:funds:Paid:v1"
    assert event_type(made.type) is None
    return made


def text(**limits: Any) -> Any:
    return (str, Field(**limits))


def whole(**limits: Any) -> Any:
    return (int, Field(**limits))


BEFORE: dict[str, Any] = {
    "amount_satang": whole(ge=0, le=100),
    "code": text(pattern="^[a-z]+$", max_length=9),
    "free": (str, ...),
    "note": (str, ""),
    "kind": (Few, ...),
    "parts": (tuple[str, ...], Field(max_length=9)),
    "was": (int | None, None),
}

BREAKING: dict[str, dict[str, Any]] = {
    "a field removed": {"note": None},
    "a required field removed": {"code": None},
    "a field renamed": {"code": None, "kode": BEFORE["code"]},
    "a field retyped": {"code": (int, ...)},
    "an integer made a number": {"amount_satang": (float, Field(ge=0, le=100))},
    "a text made a date": {"free": (date, ...)},
    "a pattern tightened": {"code": text(pattern="^[aelmpx]+$", max_length=9)},
    "a pattern added": {"note": (str, Field("", pattern="^x*$"))},
    "a minimum raised": {"amount_satang": whole(ge=1, le=100)},
    "a maximum lowered": {"amount_satang": whole(ge=0, le=99)},
    "a minimum taken away": {"amount_satang": whole(le=100)},
    "a maximum raised, which an old reader checks": {"amount_satang": whole(ge=0, le=101)},
    "a text made shorter": {"code": text(pattern="^[a-z]+$", max_length=8)},
    "a list made shorter": {"parts": (tuple[str, ...], Field(max_length=8))},
    "the elements of a list retyped": {"parts": (tuple[int, ...], Field(max_length=9))},
    "an optional field made required": {"note": (str, ...)},
    "a required field made optional": {"code": (str, Field("x", pattern="^[a-z]+$", max_length=9))},
    "a nullable field made required and never null": {"was": (int, ...)},
    "a nullable field never null": {"was": (int, 0)},
    "null where there was none": {"kind": (Few | None, ...)},
    "a new required field": {"more": (str, ...)},
    "another default": {"note": (str, "nothing")},
    "an enumeration made free text": {"kind": (str, ...)},
    "free text made an enumeration": {"note": (Few, Few.A)},
}


def changed(by: dict[str, Any]) -> dict[str, Any]:
    return {name: field for name, field in {**BEFORE, **by}.items() if field is not None}


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """A repository in which an event of `BEFORE` is published."""
    assert not write(tmp_path, published([event(**BEFORE)])).breaking
    return tmp_path


@pytest.mark.parametrize("by", BREAKING.values(), ids=BREAKING)
def test_a_breaking_change_is_refused_and_nothing_is_written(baseline: Path, by: dict[str, Any]):
    before = {file: file.read_bytes() for file in baseline.rglob("*.*")}
    told = write(baseline, published([event(**changed(by))]))
    assert told.breaking
    assert {file: file.read_bytes() for file in baseline.rglob("*.*")} == before


@pytest.mark.parametrize("by", BREAKING.values(), ids=BREAKING)
def test_the_way_back_of_a_breaking_change_breaks_too_or_only_adds_an_option(by: dict[str, Any]):
    back = changes(schema_of(event(**changed(by))), schema_of(event(**BEFORE)))
    assert back
    assert all(change.breaking or change.what == "a new optional field" for change in back)


@pytest.mark.parametrize(
    ("by", "note"),
    [
        ({"more": (str, "")}, "more: a new optional field"),
        ({"more": (int | None, None)}, "more: a new optional field"),
        ({"kind": (More, ...)}, "kind: a new value 'c'; readers must expect new values"),
        ({"note": (str, Field("", description="told better"))}, ""),
    ],
)
def test_what_readers_must_expect_is_written_with_a_note(baseline: Path, by: dict[str, Any], note: str):
    made = published([event(**changed(by))])
    told = write(baseline, made)
    path = "contracts/schemas/funds/Paid.v1.json"
    assert told.notes == ([f"{path}: {note}"] if note else [])
    assert not told.breaking
    assert (baseline / path).read_text("utf-8") == made[path]


def test_an_enum_value_taken_away_breaks():
    old, new = event(kind=(More, ...)), event(kind=(Few, ...))
    assert [str(change) for change in breaks(schema_of(old), schema_of(new))] == [
        "kind: tightened: the value 'c' was removed, and old events have it"
    ]


def test_a_rename_is_called_by_its_name():
    told = [
        str(change)
        for change in breaks(
            schema_of(event(**BEFORE)), schema_of(event(**changed({"code": None, "kode": BEFORE["code"]})))
        )
    ]
    assert told == [
        "code: the field was removed (renamed to kode?)",
        "kode: a new field is required, and old events lack it",
    ]


def test_a_keyword_that_we_cannot_judge_counts_as_breaking():
    old = schema_of(event())
    assert breaks(old, {**old, "dependentRequired": {"area": ["on"]}})


def test_an_event_that_no_class_says_any_more_breaks(baseline: Path):
    (break_,) = difference(baseline, published([])).breaking
    assert break_.startswith("contracts/schemas/funds/Paid.v1.json: ")


def test_a_new_version_beside_the_old_one_breaks_nothing(baseline: Path):
    second = event(code=(int, ...))
    second.type, second.dataschema = "chumchon.funds.Paid.v2", "urn:chumchon:funds:Paid:v2"
    assert not write(baseline, published([event(**BEFORE), second])).breaking
    assert (baseline / "contracts/schemas/funds/Paid.v2.json").exists()
