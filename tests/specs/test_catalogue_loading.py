"""The catalogue's files: exact, strict, and everything that is wrong is named with its file, line and field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.thai import Unreadable
from services.reporting.catalogue import Faulty, load
from services.reporting.catalogue.types.printed import read_baht, read_number
from tests.specs.catalogue_rows import kpi, loaded, written

OBLIGATION = """
obligations:
  - id: O1
    th: รายงาน
    en: a report
    level: district
    who: district
    due: {within: 2021-12}
    source: "003:6640"
"""


def faults(folder: Path, **files: str) -> list[tuple[str, int, str, str]]:
    """(file, line, field, code) of what is wrong with these files."""
    with pytest.raises(Faulty) as refused:
        load(written(folder, **files))
    return [(one.file, one.line, one.field, one.code) for one in refused.value.faults]


def test_the_catalogue_of_2565_loads_and_names_its_year():
    catalogue = load(2565)
    assert catalogue.fiscal_year == 2565
    assert catalogue.budget["DEPT"].amount == 500_367_100_000
    assert catalogue.kpis["P21"].target is not None
    assert catalogue.kpis["P21"].target.value == 7704


def test_every_row_knows_where_it_stands(tmp_path: Path):
    row = loaded(tmp_path, obligations=OBLIGATION).obligations["O1"]
    assert str(row.place) == "obligations.yaml:3"
    assert str(row.source[0]) == "003:6640"
    assert row.due.within == date(2021, 12, 1)  # type: ignore[union-attr]


def test_a_wrong_field_is_named_with_its_line(tmp_path: Path):
    wrong = OBLIGATION.replace("level: district", "level: kingdom").replace("en: a report", "en: 7")
    assert faults(tmp_path, obligations=wrong) == [
        ("obligations.yaml", 5, "en", "text"),
        ("obligations.yaml", 6, "level", "choice"),
    ]


def test_an_unknown_field_and_an_unknown_section_are_refused(tmp_path: Path):
    wrong = OBLIGATION.replace("    level:", "    levle: district\n    level:") + "reports: []\n"
    assert [(line, code) for _, line, _, code in faults(tmp_path, obligations=wrong)] == [
        (6, "unknown-field"),
        (11, "section"),
    ]


def test_a_rule_that_is_none_of_the_set_names_the_set(tmp_path: Path):
    with pytest.raises(Faulty) as refused:
        load(written(tmp_path, obligations=OBLIGATION.replace("{within: 2021-12}", "{on: 2021-12-31}")))
    assert "earlier_of" in refused.value.faults[0].en
    assert "earlier_of" in refused.value.faults[0].th


def test_the_same_id_twice_is_named_in_both_places(tmp_path: Path):
    with pytest.raises(Faulty) as refused:
        load(written(tmp_path, obligations=OBLIGATION, other=OBLIGATION))
    (fault,) = refused.value.faults
    assert (fault.file, fault.code) == ("other.yaml", "duplicate")
    assert "obligations.yaml:3" in fault.en


def test_a_field_typed_twice_is_a_fault(tmp_path: Path):
    wrong = OBLIGATION.replace("    en: a report", "    en: a report\n    en: another")
    assert faults(tmp_path, obligations=wrong) == [("obligations.yaml", 6, "en", "twice")]


def test_what_names_nothing_is_dangling(tmp_path: Path):
    wrong = OBLIGATION.replace("who: district", "who: nobody").replace(
        "{within: 2021-12}", "{earlier_of: [{after: never, days: 7}, {date: 2022-03-10}]}"
    )
    found = faults(
        tmp_path, obligations=wrong, kpis="kpis:\n  " + kpi("{share: funds.upgraded, of: funds.none}")
    )
    assert [(file, field, code) for file, _, field, code in found] == [
        ("kpis.yaml", "K1.formula", "dangling"),
        ("obligations.yaml", "O1.due", "dangling"),
        ("obligations.yaml", "O1.who", "dangling"),
    ]


def test_a_row_without_a_source_is_refused(tmp_path: Path):
    assert [
        code for *_, code in faults(tmp_path, obligations=OBLIGATION.replace('    source: "003:6640"\n', ""))
    ] == ["catalogue-unsourced"]


def test_an_uncertain_row_says_why(tmp_path: Path):
    found = faults(tmp_path, obligations=OBLIGATION + "    confidence: uncertain\n")
    assert [code for *_, code in found] == ["catalogue-note"]


def test_broken_yaml_is_named_with_its_line(tmp_path: Path):
    assert faults(tmp_path, obligations="obligations:\n  - {id: O1")[0][2:] == ("", "yaml")


def test_whoever_works_at_one_file_is_not_told_of_the_others(tmp_path: Path):
    year = written(tmp_path, mine=OBLIGATION, theirs=OBLIGATION.replace("level: district", "level: kingdom"))
    assert "O1" in load(year, only="mine").obligations


@given(st.integers(0, 10**13))
def test_money_is_read_exactly_as_it_is_grouped(satang: int):
    assert read_baht(f"{Decimal(satang) / 100:,.2f}") == satang


def test_a_million_baht_is_exact():
    assert read_baht("258,307.1703 million") == 25_830_717_030_000


@pytest.mark.parametrize("typed", ["2,07,000", "2070,000", "", "12.345.678", "1e3", True, None, 2.5])
def test_a_badly_grouped_number_is_refused(typed: object):
    with pytest.raises(Unreadable):
        read_number(typed)


def test_a_part_of_a_satang_is_refused():
    with pytest.raises(Unreadable):
        read_baht("1.005")
