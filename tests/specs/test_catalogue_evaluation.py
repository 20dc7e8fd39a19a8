"""KPIs over measure values: numerator, denominator, status, and exactly which input is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.catalogue import load
from services.reporting.catalogue.evaluation.evaluate import evaluate, formula_of
from services.reporting.catalogue.evaluation.value import Evaluation, Missing
from services.reporting.catalogue.evaluation.values import Recorded, RecordedValues
from services.reporting.catalogue.types.measure import Measure
from tests.specs.catalogue_rows import kpi, loaded

AREAS = ["50", "51", "5001", "5101", "5102"]
ON = date(2022, 3, 31)
COUNT = 'value_kind: count, operator: ">=", target: {value: 10}'


def evaluated(
    folder: Path,
    row: str,
    *entries: Recorded,
    area: str = "",
    quotas: dict[tuple[str, str], Decimal] | None = None,
) -> Evaluation:
    catalogue = loaded(folder, kpis=f"kpis:\n  {row}")
    values = RecordedValues(catalogue.measures, AREAS, entries)
    return evaluate(catalogue.kpis["K1"], catalogue, area, ON, values, quotas)


def of(measure: str, area: str, amount: int = 1, on: date = date(2022, 1, 15), key: str = "") -> Recorded:
    return Recorded(measure, area, on, Decimal(amount), key)


def test_a_count_adds_over_areas_until_the_day(tmp_path: Path):
    later = of("funds.upgraded", "5101", 9, date(2022, 4, 1))
    found = evaluated(
        tmp_path, kpi("{count: funds.upgraded}", COUNT), of("funds.upgraded", "5101", 4), of("funds.upgraded", "5001", 6), later
    )  # fmt: skip
    assert (found.value.value, found.status) == (Decimal(10), "achieved")


def test_a_flow_begins_anew_each_fiscal_year(tmp_path: Path):
    before = of("funds.upgraded", "5101", 99, date(2021, 9, 30))
    found = evaluated(
        tmp_path, kpi("{count: funds.upgraded}", COUNT), of("funds.upgraded", "5101", 4), before
    )
    assert (found.value.value, found.status) == (Decimal(4), "not-achieved")


def test_a_share_gives_numerator_and_denominator(tmp_path: Path):
    found = evaluated(
        tmp_path,
        kpi("{share: funds.upgraded, of: funds.all}"),
        of("funds.upgraded", "51", 8),
        of("funds.all", "51", 10),
    )
    assert (found.value.numerator, found.value.denominator, found.value.value) == (
        Decimal(8),
        Decimal(10),
        Decimal(80),
    )
    assert found.status == "achieved"


def test_a_share_of_nothing_is_no_number(tmp_path: Path):
    found = evaluated(
        tmp_path,
        kpi("{share: funds.upgraded, of: funds.all}"),
        of("funds.upgraded", "51", 8),
        of("funds.all", "51", 0),
    )
    assert (found.value.value, found.status) == (None, "empty-denominator")


def test_exactly_the_missing_input_is_named(tmp_path: Path):
    found = evaluated(
        tmp_path, kpi("{share: funds.upgraded, of: funds.all}"), of("funds.upgraded", "51", 8), area="51"
    )
    assert (found.status, found.missing) == ("missing-input", (Missing("funds.all", "51"),))


def test_a_share_is_asked_of_every_part_and_a_national_number_is_not(tmp_path: Path):
    entries = (of("funds.upgraded", "5101", 8), of("funds.all", "5101", 10))
    assert (
        evaluated(tmp_path, kpi("{share: funds.upgraded, of: funds.all}"), *entries, area="5101").status
        == "achieved"
    )
    count = kpi("{count: funds.upgraded}", COUNT)
    assert evaluated(tmp_path, count, *entries, area="5101").status == "no-target-here"
    quota = {("K1", "5101"): Decimal(8)}
    assert evaluated(tmp_path, count, *entries, area="5101", quotas=quota).status == "achieved"


def test_a_household_solved_in_two_districts_is_one_household_of_the_province(tmp_path: Path):
    row = kpi("{distinct: debt.solved}", COUNT)
    entries = (
        of("debt.solved", "5101", key="h1"),
        of("debt.solved", "5102", key="h1"),
        of("debt.solved", "5102", key="h2"),
    )
    assert evaluated(tmp_path, row, *entries, area="51").value.value == 2
    assert [evaluated(tmp_path, row, *entries, area=one).value.value for one in ("5101", "5102")] == [1, 2]


def test_growth_over_a_recorded_baseline(tmp_path: Path):
    row = kpi(
        "{growth: otop.income, since: otop.base}", 'value_kind: growth, operator: ">=", target: {value: 6}'
    )
    base = of("otop.base", "", 100, date(2021, 9, 30))
    assert evaluated(tmp_path, row, of("otop.income", "51", 106), base).status == "achieved"
    assert evaluated(tmp_path, row, of("otop.income", "51", 105), base).value.value == 5


def test_growth_without_a_baseline_says_so_and_is_never_a_hundred_percent(tmp_path: Path):
    row = kpi(
        "{growth: otop.income, since: otop.base}", 'value_kind: growth, operator: ">=", target: {value: 6}'
    )
    found = evaluated(tmp_path, row, of("otop.income", "51", 106))
    assert (found.value.value, found.status, found.missing) == (
        None,
        "no-baseline",
        (Missing("otop.base", ""),),
    )
    zero = evaluated(tmp_path, row, of("otop.income", "51", 106), of("otop.base", "", 0))
    assert (zero.value.value, zero.status) == (None, "no-baseline")


def test_a_flag_counts_the_provinces_where_it_is_so(tmp_path: Path):
    row = kpi("{holds: funds.database, each: province}", 'value_kind: boolean, operator: "="')
    one = evaluated(tmp_path, row, of("funds.database", "51", 1), of("funds.database", "50", 0))
    assert (one.value.value, one.value.denominator, one.status) == (Decimal(1), Decimal(2), "not-achieved")
    half = evaluated(tmp_path, row, of("funds.database", "51", 1))
    assert (half.status, half.missing) == ("missing-input", (Missing("funds.database", "50"),))
    newest = of("funds.database", "50", 1, date(2022, 2, 1))
    assert (
        evaluated(tmp_path, row, of("funds.database", "51"), of("funds.database", "50", 0), newest).status
        == "achieved"
    )


def test_all_of_needs_every_part_and_can_ask_it_of_each_province(tmp_path: Path):
    row = kpi(
        '{all_of: [{formula: {count: funds.upgraded}, operator: ">=", target: 10},'
        ' {formula: {count: funds.upgraded}, operator: ">=", target: 5, each: province}]}',
        'value_kind: count, operator: ">="',
    )
    uneven = evaluated(tmp_path, row, of("funds.upgraded", "51", 9), of("funds.upgraded", "50", 1))
    assert (uneven.value.value, uneven.target, uneven.status) == (Decimal(1), Decimal(2), "not-achieved")
    even = evaluated(tmp_path, row, of("funds.upgraded", "51", 5), of("funds.upgraded", "50", 5))
    assert even.status == "achieved"
    lacking = evaluated(tmp_path, row, of("funds.upgraded", "51", 15))
    assert (lacking.status, lacking.missing) == ("missing-input", (Missing("funds.upgraded", "50"),))


def test_a_province_is_not_asked_the_number_of_the_nation(tmp_path: Path):
    row = kpi(
        '{all_of: [{formula: {count: funds.upgraded}, operator: ">=", target: 380},'
        ' {formula: {count: funds.upgraded}, operator: ">=", target: 5, each: province}]}',
        'value_kind: count, operator: ">="',
    )
    entry = of("funds.upgraded", "5101", 5)
    province = evaluated(tmp_path, row, entry, area="51")
    assert (province.value.value, province.target, province.status) == (Decimal(1), Decimal(1), "achieved")
    short = evaluated(tmp_path, row, of("funds.upgraded", "5101", 4), area="51")
    assert (short.value.value, short.status) == (Decimal(0), "not-achieved")
    district = evaluated(tmp_path, row, entry, area="5101")
    assert (district.target, district.status) == (None, "no-target-here")


def test_what_is_asked_of_each_province_is_the_number_of_provinces_that_meet_it(tmp_path: Path):
    row = kpi("{count: funds.upgraded}", COUNT + ", scope: per-province")
    entries = (of("funds.upgraded", "51", 12), of("funds.upgraded", "50", 9))
    whole = evaluated(tmp_path, row, *entries)
    assert (whole.value.value, whole.target, whole.status) == (Decimal(1), Decimal(2), "not-achieved")
    assert evaluated(tmp_path, row, *entries, area="51").status == "achieved"


def test_what_is_asked_of_each_province_is_asked_where_its_activity_is_held():
    """AGR-S3 is held in 9 provinces of the lower North: Chiang Mai (50) does not count."""
    catalogue = load(2565)
    held = [of("agriculture.safe-market-events", "65"), of("agriculture.safe-market-events", "63")]
    values = RecordedValues(catalogue.measures, ["50", "63", "65"], held)
    found = evaluate(catalogue.kpis["AGR-S3-K1"], catalogue, "", ON, values)
    assert (found.value.value, found.target, found.status) == (Decimal(2), Decimal(2), "achieved")


def test_every_kpi_of_2565_names_its_inputs_when_nothing_was_recorded():
    catalogue = load(2565)
    values = RecordedValues(catalogue.measures, [*AREAS, "65", "510101", "51010101"], ())
    for row in catalogue.kpis.values():
        assert formula_of(row, catalogue) is not None
        found = evaluate(row, catalogue, "", ON, values)
        assert found.missing, row.id
        assert found.status in ("missing-input", "no-baseline")


@pytest.mark.parametrize("scope", ["", "51"])
@given(amounts=st.lists(st.tuples(st.sampled_from(AREAS), st.integers(-50, 50)), min_size=1))
def test_parts_of_an_area_add_up_to_it(scope: str, amounts: list[tuple[str, int]]):
    measure = Measure.model_validate(
        {"name": "a.b", "th": "ก", "en": "a", "unit": "คน", "kind": "stock", "source": "003:1"}
    )
    values = RecordedValues({"a.b": measure}, AREAS, [of("a.b", area, amount) for area, amount in amounts])
    inside = [amount for area, amount in amounts if area.startswith(scope)]
    assert values.value("a.b", scope, ON) == (sum(inside) if inside else None)
