"""Problems: stable codes, two languages, and nothing of what was typed."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from services.chassis.days import Day
from services.chassis.decider import Refused
from services.chassis.problems import (
    CATALOGUE,
    FieldError,
    Problem,
    ProblemDocument,
    catalogue,
    document,
    field_errors,
    invalid,
    kind,
    language,
    refusal,
)

SECRET = "สมชาย-ลับ-1111111111111"
THAI = re.compile(r"[ก-๙]")


class Colour(StrEnum):
    RED = "red"


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    text: str = Field(min_length=2, max_length=5, pattern="^[a-z]*$")
    whole: int = Field(ge=1, le=9)
    number: float = Field(gt=0, lt=10)
    exact: Decimal = Decimal(0)
    even: int = Field(default=2, multiple_of=2)
    flag: bool = False
    day: date = date(2022, 1, 1)
    typed: Day = date(2022, 1, 1)
    moment: AwareDatetime = datetime(2022, 1, 1)  # noqa: DTZ001 - never used
    uuid: UUID = UUID(int=0)
    colour: Colour = Colour.RED
    word: Literal["a", "b"] = "a"
    few: list[int] = Field(default=[1], min_length=1, max_length=2)
    inner: Inner | None = None


class Inner(BaseModel):
    area: str


def errors_of(**typed) -> dict[str, FieldError]:
    with pytest.raises(ValidationError) as wrong:
        Everything.model_validate({"text": "abc", "whole": 1, "number": 1, **typed})
    found = field_errors(wrong.value.errors())
    assert SECRET not in repr(found)
    assert all(THAI.search(error.th) and not THAI.search(error.en) for error in found)
    return {error.field: error for error in found}


@pytest.mark.parametrize(
    ("field", "typed", "code", "en"),
    [
        ("text", "a", "too-short", "needs at least 2 characters"),
        ("text", SECRET, "too-long", "may have 5 characters at most"),
        ("text", "A1", "pattern", "does not have the right form"),
        ("text", 5, "text", "must be text"),
        ("text", None, "text", "must be text"),
        ("whole", SECRET, "whole-number", "must be a whole number"),
        ("whole", 1.5, "whole-number", "must be a whole number"),
        ("whole", 0, "too-small", "must be 1 or more"),
        ("whole", 10, "too-big", "must be 9 or less"),
        ("number", 0, "too-small", "must be more than 0.0"),
        ("number", 10, "too-big", "must be less than 10.0"),
        ("number", "x", "number", "must be a number"),
        ("number", float("nan"), "number", "must be a number"),
        ("exact", SECRET, "number", "must be a number"),
        ("even", 3, "multiple", "must be a multiple of 2"),
        ("flag", SECRET, "yes-no", "must be true or false"),
        ("day", SECRET, "date", "must be a Gregorian date as 2021-11-26"),
        (
            "typed",
            "26/11/64",
            "date-year-digits",
            "The year needs four digits, as 2564: two digits could be B.E. or C.E.",
        ),
        ("moment", "2022-01-01T00:00:00", "time", "must be a date and time as 2021-11-26T09:30:00Z"),
        ("uuid", SECRET, "uuid", "must be a UUID"),
        ("colour", SECRET, "choice", "must be one of 'red'"),
        ("word", SECRET, "choice", "must be one of 'a' or 'b'"),
        ("few", [], "too-few", "needs at least 1 items"),
        ("few", [1, 2, 3], "too-many", "may have 2 items at most"),
        ("few", SECRET, "list", "must be a list"),
        ("few.1", {"few": [1, SECRET]}, "whole-number", "must be a whole number"),
        ("inner", [], "object", "must be a JSON object"),
        ("inner.area", {"inner": {}}, "missing", "is needed"),
        (SECRET, "x", "unknown-field", "is not a field of this"),
    ],
)
def test_each_kind_of_wrong_value_has_a_code_and_a_sentence(field, typed, code, en):
    if field == SECRET:  # the name of a field is its sender's; it is told, its value is not
        with pytest.raises(ValidationError) as wrong:
            Everything.model_validate({"text": "abc", "whole": 1, "number": 1, field: "value"})
        [error] = field_errors(wrong.value.errors())
        assert "value" not in repr(error)
    else:
        error = errors_of(**(typed if isinstance(typed, dict) and "." in field else {field: typed}))[field]
    assert (error.code, error.en) == (code, en)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_any_value_in_any_field_is_told_without_being_quoted(value):
    for field in Everything.model_fields:
        try:
            Everything.model_validate({"text": "abc", "whole": 1, "number": 1, field: value})
        except ValidationError as wrong:
            for error in field_errors(wrong.errors()):
                assert error.code
                assert error.th
                assert error.en


def test_rows_of_an_import_are_numbered():
    with pytest.raises(ValidationError) as wrong:
        Inner.model_validate({})
    [error] = field_errors(wrong.value.errors(), row=7)
    told = document(invalid([error]), "th", "c-1")
    assert told["errors"] == [
        {"row": 7, "field": "area", "code": "missing", "th": "ต้องกรอกช่องนี้", "en": "is needed"}
    ]
    assert told["correlation_id"] == "c-1"


def test_every_kind_of_the_catalogue_is_whole_and_unlike_the_others():
    assert len({one.code for one in CATALOGUE.values()}) == len(CATALOGUE)
    for code, one in CATALOGUE.items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)
        assert 400 <= one.status < 600
        assert THAI.search(one.th)
        assert THAI.search(one.title_th)
        assert not THAI.search(one.en + one.title_en)
    with pytest.raises(TypeError, match="invalid"):
        kind("invalid", 400, title=("ก", "a"), th="ก", en="a")


def test_a_refusal_keeps_its_code_its_sentences_and_its_rule():
    sorts: tuple[tuple[Literal["conflict", "invalid", "missing", "forbidden"], int], ...] = (
        ("conflict", 409),
        ("invalid", 422),
        ("missing", 404),
        ("forbidden", 403),
    )
    for sort, status in sorts:
        told = document(refusal(Refused("too-young", "อายุน้อย", "Too young.", kind=sort, rule="ข้อ 7")), "en")
        assert (told["status"], told["code"], told["detail"], told["rule"]) == (
            status,
            "too-young",
            "Too young.",
            "ข้อ 7",
        )
        assert told["type"] == "urn:chumchon:problem:too-young"
    assert "rule" not in document(refusal(Refused("a", "ก", "a")), "th")


def test_own_sentences_replace_the_kinds_and_the_document_fits_its_schema():
    problem = Problem(catalogue.BODY_TOO_LARGE, th="ใหญ่", en="large", more={"limit": 5})
    told = document(problem, "th")
    assert (told["detail"], told["detail_en"], told["limit"]) == ("ใหญ่", "large", 5)
    assert ProblemDocument.model_validate(told).code == "body-too-large"
    assert json.dumps(told)
    assert str(problem) == "body-too-large: large"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "th"),
        ("en", "en"),
        ("EN-us", "en"),
        ("th, en", "th"),
        ("en;q=0.8, th;q=0.9", "th"),
        ("en;q=0.9, th;q=0.8", "en"),
        ("en;q=0", "th"),
        ("en;q=nonsense", "th"),
        ("de, fr;q=0.5", "th"),
        ("*", "th"),
        ("english", "th"),
        (";;,,=", "th"),
    ],
)
def test_the_better_liked_of_the_two_languages_is_chosen(accept, expected):
    assert language(accept) == expected
