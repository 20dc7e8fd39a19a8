"""What the budget part of the handbook holds: its cost objects, its project KPIs, its known mismatches."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.reporting.catalogue import Catalogue, load
from services.reporting.catalogue.checks.sums import outcomes
from services.reporting.catalogue.checks.terms import worth


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(2565, only="budget.yaml")


def test_there_are_two_outputs_and_twelve_projects(catalogue: Catalogue):
    kinds = [node.kind for node in catalogue.budget.values() if node.cost_object]
    assert (kinds.count("output"), kinds.count("project"), len(kinds)) == (2, 12, 14)


def test_every_project_says_whom_it_is_for_what_it_does_and_when(catalogue: Catalogue):
    bare = [
        node.id
        for node in catalogue.budget.values()
        if node.cost_object
        and not (node.objectives and node.beneficiaries and node.steps and node.expects and node.period)
    ]
    assert bare == []


def test_34_project_kpis_of_which_all_but_the_three_of_time_stand_in_part_5_again(catalogue: Catalogue):
    printed = [kpi for kpi in catalogue.kpis.values() if kpi.printed_in == "project"]
    again = {kpi.restates.kpi for kpi in printed if kpi.restates is not None}
    assert len(printed) == 34
    assert again == {f"P{number}" for number in range(1, 32)}
    assert {kpi.id for kpi in printed if kpi.restates is None} == {
        "SOC-TAMBON-K3",
        "SOC-LIVE-K3",
        "SOC-SEP-K5",
    }


def test_the_twenty_mismatches_of_part_2_are_listed(catalogue: Catalogue):
    assert {f"M{number}" for number in range(1, 21)} <= set(catalogue.mismatches)


def test_every_number_of_the_infographic_that_was_misread_is_found_by_a_check(catalogue: Catalogue):
    failing = {
        outcome.check
        for outcome in outcomes(catalogue, [])
        if not outcome.agrees and outcome.check.startswith("sum:A-INFO")
    }
    assert failing == {f"sum:{key}" for key in catalogue.sums if key.startswith("A-INFO")}


def test_what_part_3_does_not_describe_is_eleven_percent_of_the_money(catalogue: Catalogue):
    rest = sum(
        (worth(row.derived, catalogue) for row in catalogue.sums.values() if row.id.startswith("A-REST")),
        Decimal(0),
    )
    assert rest == Decimal(566782700)
    assert round(rest * 100 / worth("budget:DEPT", catalogue)) == 11
