"""Area codes roll up by prefix, and the register is the official one."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.areas import NATION, AreaCode, AreaLevel, Scope, level, parent, parents, within
from services.cli.areas import COUNTS, AreaRow, area_rows, write_areas

codes = st.integers(1, 4).flatmap(lambda pairs: st.text("0123456789", min_size=pairs * 2, max_size=pairs * 2))
scopes = st.one_of(st.just(NATION), codes)
area_code, scope = TypeAdapter[str](AreaCode), TypeAdapter[str](Scope)
WRONG = ["5", "510", "51010", "5101010101", "5a", "๕๑", "51\n", " 51", "51 01"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("", "nation"), ("51", "province"), ("5104", "district"), ("510402", "tambon"), ("51040203", "village")],
)
def test_the_number_of_digits_is_the_level(code: str, expected: str):
    assert level(code) == AreaLevel(expected)


def test_parents_begin_with_the_nation():
    assert parents("51040203") == ("", "51", "5104", "510402")
    assert parents("51") == ("",)
    assert parents(NATION) == ()


@given(codes)
def test_the_parent_is_the_nearest_of_the_parents_and_one_level_up(code: str):
    assert parent(code) == parents(code)[-1]
    levels = [*AreaLevel]
    assert levels.index(level(code)) == levels.index(level(parent(code))) + 1


@given(codes, scopes)
def test_an_area_is_within_exactly_itself_and_its_parents(code: str, other: str):
    assert within(code, other) == (other in (*parents(code), code))


def test_the_nation_has_no_parent():
    with pytest.raises(ValueError, match="nation"):
        parent(NATION)


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_code_is_refused_everywhere(wrong: str):
    for function in (level, parent, parents):
        with pytest.raises(ValueError, match="no area code"):
            function(wrong)
    with pytest.raises(ValueError, match="no area code"):
        within("51", wrong)
    for model in (area_code, scope):
        with pytest.raises(ValidationError):
            model.validate_python(wrong)


def test_the_nation_is_a_scope_and_no_area():
    assert scope.validate_python(NATION) == NATION
    with pytest.raises(ValidationError):
        area_code.validate_python(NATION)


def test_the_register_has_every_province_district_and_tambon_once():
    rows = list(area_rows())
    assert Counter(row.level for row in rows) == COUNTS
    assert len({row.code for row in rows}) == sum(COUNTS.values()) == 8441
    assert all(level(row.code) == row.level for row in rows)
    assert all(row.name_th.strip() == row.name_th != "" and row.name_en.isascii() for row in rows)


def test_the_register_is_sorted_and_parents_come_first():
    seen = {NATION}
    for row in area_rows():
        assert parent(row.code) in seen
        assert row.code not in seen
        seen.add(row.code)
    listed = [row.code for row in area_rows()]
    assert listed == sorted(listed)


def test_lamphun_is_51_with_8_districts_and_51_tambons():
    rows = {row.code: row for row in area_rows() if within(row.code, "51")}
    assert rows["51"].name_th == "ลำพูน"
    assert rows["5104"].name_en == "Li"
    assert rows["510402"].name_th == "แม่ตืน"
    assert Counter(row.level for row in rows.values()) == {"province": 1, "district": 8, "tambon": 51}


def test_the_register_is_written_in_the_shape_of_the_area_import():
    file = io.StringIO()
    assert write_areas(file) == 8441
    file.seek(0)
    read = csv.DictReader(file)
    assert read.fieldnames == ["code", "level", "name_th", "name_en", "valid_from"]
    assert [AreaRow(**row) for row in read] == list(area_rows())
