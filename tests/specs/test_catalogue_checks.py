"""What is re-derived, what counts as a mismatch, and what must stand in the cited lines."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.catalogue import Catalogue, Fault, load
from services.reporting.catalogue.checks.check import check
from services.reporting.catalogue.checks.printed import Lines
from services.reporting.catalogue.checks.sums import outcomes, remainder
from services.reporting.catalogue.files import source_lines
from services.reporting.catalogue.types.budget import BudgetNode
from services.reporting.catalogue.types.spending import has_met
from tests.specs.catalogue_rows import kpi, loaded

SEEDS = Path(os.environ.get("CHUMCHON_SOURCES", Path(__file__).parents[2].parent / "shared" / "seeds"))
"""The five documents; they hold names and telephone numbers and are never copied into the project."""

TREE = """
budget:
  - {id: TOP, kind: plan, th: แผน, en: plan, amount: "1,000", source: "003:1", complete: true}
  - {id: ONE, kind: project, parent: TOP, th: โครงการ, en: project, amount: 600, source: "003:1"}
  - {id: TWO, kind: project, parent: TOP, th: โครงการ, en: project, amount: 300, source: "003:1",
     share: {of: TOP, percent: 30.00}}
"""

MISMATCH = """
mismatches:
  - id: M1
    en: it does not add up
    about: [budget:TOP]
    source: "003:1"
    fails:
      - {check: budget:TOP, printed: "1,000", derived: 900}
    readings:
      - {says: the total is right, in_force: true, why: it is enacted}
      - {says: the parts are right}
"""


def codes(folder: Path, **files: str) -> list[str]:
    return [fault.code for fault in check(loaded(folder, **files)).faults]


def test_children_that_do_not_make_their_node_are_a_new_mismatch(tmp_path: Path):
    (fault,) = check(loaded(tmp_path, tree=TREE)).faults
    assert (fault.file, fault.line, fault.field, fault.code) == ("tree.yaml", 3, "budget:TOP", "new-mismatch")
    assert "1,000" in fault.en
    assert "900" in fault.en


def test_a_listed_mismatch_is_no_fault(tmp_path: Path):
    assert codes(tmp_path, tree=TREE, mismatches=MISMATCH) == []


def test_a_mismatch_that_no_longer_occurs_must_go(tmp_path: Path):
    assert codes(
        tmp_path, tree=TREE.replace("300,", "400,").replace("30.00", "40.00"), mismatches=MISMATCH
    ) == ["no-longer"]


def test_a_mismatch_with_other_numbers_is_told(tmp_path: Path):
    assert codes(tmp_path, tree=TREE, mismatches=MISMATCH.replace("derived: 900", "derived: 800")) == [
        "other-numbers"
    ]


@pytest.mark.parametrize(
    ("listed", "found"),
    [("33.33", []), ("33.333", []), ("33.34", ["other-numbers"]), ("33.3", ["other-numbers"])],
)
def test_a_derived_number_without_end_is_listed_with_two_places_or_more(
    tmp_path: Path, listed: str, found: list[str]
):
    sums = """
    sums:
      - {id: S1, en: a third, printed: 30, source: "003:1",
         derived: {percent: {value: 1, en: part}, of: {value: 3, en: whole}}}
    """
    listing = MISMATCH.replace("budget:TOP", "sum:S1").replace('"1,000"', "30").replace("900", listed)
    assert codes(tmp_path, sums=sums, mismatches=listing) == found


def test_a_mismatch_of_a_check_that_is_not_there_is_told(tmp_path: Path):
    found = codes(tmp_path, tree=TREE, mismatches=MISMATCH.replace("check: budget:TOP", "check: budget:NONE"))
    assert sorted(found) == ["new-mismatch", "no-check"]


def test_what_children_leave_is_kept_at_the_centre_and_is_no_mismatch(tmp_path: Path):
    catalogue = loaded(tmp_path, tree=TREE.replace(", complete: true", ""))
    assert check(catalogue).faults == ()
    assert remainder(catalogue.budget["TOP"], catalogue) == 100_00


def test_a_share_is_compared_at_the_places_that_are_printed(tmp_path: Path):
    assert codes(tmp_path, tree=TREE.replace(", complete: true", "").replace("30.00", "30.01")) == [
        "new-mismatch"
    ]


def test_sums_products_and_percentages_are_data(tmp_path: Path):
    sums = """
    sums:
      - id: S1
        en: 321 centres of 30 households, 80 percent of them
        printed: 7,704
        derived:
          product_of: [{value: 321, en: centres}, {value: 30, en: households}, {value: 0.8, en: share}]
        source: "003:1"
      - id: S2
        en: smaller than last year by
        printed: 18.75
        derived:
          percent: {minus: [{value: "6,158,108,000", en: last year}, {value: "5,003,671,000", en: this year}]}
          of: {value: "6,158,108,000", en: last year}
        source: "003:1"
      - id: S3
        en: half of it
        printed: 3,853
        derived: {minus: [sum:S1, {value: "3,852", en: half}]}
        source: "003:1"
    """
    (fault,) = check(loaded(tmp_path, sums=sums)).faults
    assert fault.field == "sum:S3"


def test_a_sum_may_name_the_figure_that_is_printed_of_a_measure(tmp_path: Path):
    base = """
    measures:
      - {name: otop.all, th: ทั้งหมด, en: all, unit: ราย, kind: stock, source: "003:1", printed: {value: "93,214"}}
      - {name: otop.none, th: ไม่มี, en: none, unit: ราย, kind: stock, source: "003:1"}
    sums:
      - {id: S1, en: left, printed: "68,278", source: "003:1",
         derived: {minus: [measure:otop.all, {value: "24,936", en: developed}]}}
    """
    assert codes(tmp_path, base=base) == []
    assert codes(tmp_path, base=base.replace("measure:otop.all", "measure:otop.none")) == ["uncomputable"]
    (fault,) = check(loaded(tmp_path, base=base), {"003": ["93,214 24,936 76"]}).faults[:1]
    assert (fault.field, fault.code) == ("S1.printed", "not-printed")


def test_a_reference_to_what_has_no_number_is_a_fault(tmp_path: Path):
    sums = """
    sums:
      - {id: S1, en: lost, printed: 1, derived: {sum_of: [level:province, level:district]}, source: "003:1"}
    """
    assert codes(tmp_path, sums=sums) == ["uncomputable"]


def test_a_restatement_lists_its_differences_and_no_others(tmp_path: Path):
    first = kpi("{count: funds.upgraded}", 'value_kind: count, operator: ">=", target: {value: 5}')
    second = kpi("{count: funds.upgraded}", 'value_kind: count, operator: ">=", target: {value: 6}', key="K2")
    same = second.replace("source:", "restates: {kpi: K1}, source:")
    listed = second.replace(
        "source:", 'restates: {kpi: K1, differs: [{in: target, here: "6", there: "5"}]}, source:'
    )
    wrong = listed.replace("in: target", "in: unit")
    assert codes(tmp_path, kpis=f"kpis:\n  {first}  {same}") == ["undeclared-difference"]
    assert codes(tmp_path, kpis=f"kpis:\n  {first}  {listed}") == []
    assert codes(tmp_path, kpis=f"kpis:\n  {first}  {wrong}") == ["no-difference", "undeclared-difference"]


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("จำนวน ๑๒,๙๐๐,๐๐๐ ครัวเรือน", Decimal(12_900_000), "number"),
        ("งบประมาณ 2,070,000 บาท", 207_000_000, "baht"),
        ("งบประมาณ 39.4016 ล้านบาท", 3_940_160_000, "baht"),
        ("ตัวแทน ครัวเรือน\u200bที่มี", "ตัวแทนครัวเรือนที่มี", "words"),
    ],
)
def test_numbers_money_and_words_are_found_as_they_are_printed(
    text: str, value: Decimal | int | str, kind: str
):
    assert Lines(text).print(value, kind)
    assert not Lines("จำนวน 7,704 คน").print(value, kind)


def test_a_day_needs_its_month_and_its_buddhist_year():
    lines = Lines("ภายในวันที่ ๓๑ มีนาคม ๒๕๖๕")
    assert lines.print(date(2022, 3, 31), "day")
    assert not lines.print(date(2021, 3, 31), "day")
    assert not lines.print(date(2022, 5, 31), "day")


@given(st.integers(0, 10**9))
def test_every_grouped_number_is_found(number: int):
    assert Lines(f"จำนวน {number:,} บาท").print(Decimal(number), "number")


def test_a_line_that_does_not_print_it_is_named_with_the_nearest_that_does(tmp_path: Path):
    catalogue = loaded(tmp_path, tree=TREE)
    lines = ["ไม่มีอะไร", "งบ 1,000 บาท", "600", "300 ร้อยละ 30"]
    faults = [fault for fault in check(catalogue, {"003": lines}).faults if fault.code == "not-printed"]
    assert "but in 003:2" in next(fault.en for fault in faults if fault.field == "TOP.amount")
    assert {fault.field for fault in faults} == {
        "TOP.amount",
        "ONE.amount",
        "TWO.amount",
        "TWO.share.percent",
    }


def test_a_cited_line_that_is_not_there_is_a_fault(tmp_path: Path):
    catalogue = loaded(tmp_path, tree=TREE)
    assert "no-line" in {fault.code for fault in check(catalogue, {"003": []}).faults}


def test_the_catalogue_of_2565_agrees_with_itself():
    assert [str(fault) for fault in check(load(2565)).faults] == []


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the source documents are not here")
def test_the_catalogue_of_2565_agrees_with_its_sources():
    assert [str(fault) for fault in check(load(2565), source_lines(SEEDS)).faults] == []


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_who_spends_by_its_own_plan_has_met_the_quarter(spent: Decimal, planned: Decimal, target: Decimal):
    assert has_met(planned, planned, target)
    assert has_met(target, planned, target)
    assert has_met(spent, planned, target) == (spent >= planned or spent >= target)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10**9)), min_size=1, max_size=25))
def test_what_stays_at_the_centre_and_the_leaves_make_the_whole(drawn: list[tuple[int, int]]):
    """Each node hangs below an earlier one; what a parent has beyond its parts is its own."""
    own = [amount for _, amount in drawn]
    parents = [None if n == 0 else draw % n for n, (draw, _) in enumerate(drawn)]
    amounts = list(own)
    for n in range(len(drawn) - 1, 0, -1):
        amounts[parents[n] or 0] += amounts[n]
    nodes = {
        f"N{n}": BudgetNode.model_validate(
            {"id": f"N{n}", "kind": "item", "parent": None if parent is None else f"N{parent}", "th": "ก", "en": "a",
             "amount": f"{amounts[n]}", "source": "003:1"}
        )
        for n, parent in enumerate(parents)
    }  # fmt: skip
    catalogue = Catalogue(2565, budget=nodes)
    assert [remainder(node, catalogue) for node in nodes.values()] == [100 * amount for amount in own]
    assert sum(remainder(node, catalogue) for node in nodes.values()) == nodes["N0"].amount
    faults: list[Fault] = []
    assert all(outcome.agrees for outcome in outcomes(catalogue, faults))
    assert faults == []
