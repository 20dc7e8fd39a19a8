"""What is forbidden and what is only described; named rows of the handbook that an officer must not miss."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from contracts.calendar import month_end
from services.reporting.catalogue import load
from services.reporting.catalogue.due.schedule import Schedules
from services.reporting.catalogue.types.due import OnDate
from services.reporting.catalogue.types.rule import Rule

CATALOGUE = load(2565)
REFUSED = {
    "DRUG-MF-X1", "MF-1.2-X1", "MF-2.1-X2", "FUND-1.2-X1", "DEBT-1-X1", "KBO-X4", "MKT-1.1.2-X2", "MKT-2.2.1-X2",
    "BMN-X1", "DUTY-1-X3",
}  # fmt: skip
WARNED = {
    "SOC-LIVE-X4", "BASE-ENT-X1", "MF-1.1-X2", "MF-1.2-X2", "MF-1.2-X3", "TOUR-1.3-X1", "FUND-KK-X3", "FUND-1.3-X1",
    "FUND-2.1.1-X1", "FUND-2.2-X3", "DEBT-2-X1", "ENT-1-X1", "KBO-X1", "DUTY-13-X3", "DUTY-15-X1", "DUTY-16-X1",
    "DUTY-18-X1",
}  # fmt: skip


def test_only_what_the_source_excludes_or_requires_is_refused():
    refuse = {
        rule.id for rule in CATALOGUE.rules.values() if rule.kind == "eligibility" and rule.then == "refuse"
    }
    assert refuse == REFUSED
    assert {CATALOGUE.rules[key].then for key in WARNED} == {"warn"}


def test_each_of_the_27_has_its_verdict_with_the_sentence():
    found = {rule.id: rule.verdict for rule in CATALOGUE.rules.values() if rule.verdict is not None}
    assert set(found) == REFUSED | WARNED
    assert len(found) == 27
    for key, verdict in found.items():
        assert (verdict.reads in ("excluded", "required")) == (key in REFUSED)


@pytest.mark.parametrize(
    "verdict", [None, {"reads": "described", "sentence": "กลุ่มเป้าหมาย", "why": "a group"}]
)
def test_an_eligibility_without_a_sentence_that_forbids_cannot_refuse(verdict: object):
    row = {
        "id": "X1", "kind": "eligibility", "subject": "person", "th": "คน", "en": "people", "source": "003:1",
        "verdict": verdict,
    }  # fmt: skip
    assert Rule.model_validate({**row, "then": "warn"}).then == "warn"
    with pytest.raises(ValidationError, match="needs a verdict"):
        Rule.model_validate({**row, "then": "refuse"})


@pytest.mark.parametrize(
    ("obligation", "lines"),
    [
        ("AGR-S3-BOOK", {"003:1856", "003:1880"}),
        ("AGR-O3-BOOK", {"003:1990", "003:1996"}),
        ("MKT-2.1.1-REPORT", {"003:5143", "003:5149"}),
        ("DUTY-20-LESSONS", {"003:6480", "003:6487"}),
        ("DUTY-15-WISDOM", {"003:6264", "003:6269"}),
        ("FUND-2.2.3-VIDEO", {"003:3665", "003:3683"}),
    ],
)
def test_a_day_that_does_not_agree_with_its_window_or_its_office_is_a_mismatch(
    obligation: str, lines: set[str]
):
    rows = [row for row in CATALOGUE.mismatches.values() if f"obligation:{obligation}" in row.about]
    assert lines in [{str(one) for one in row.source} for row in rows]
    assert all(any(one.in_force for one in row.readings) for row in rows)


def test_the_team_of_the_mobile_clinic_reports_to_its_district():
    row = CATALOGUE.obligations["FUND-1.1-TEAM-REPORT"]
    assert (row.who, row.to, row.level) == ("move-for-fund-team", ("district",), "district")
    assert "003:3366-3367" in map(str, row.source)
    assert row.id in {one.id for one in Schedules(CATALOGUE).undated("5101", 2565)}


def test_twins_name_each_other_and_are_owed_at_two_levels():
    twins = {row.id: row.twin for row in CATALOGUE.obligations.values() if row.twin}
    assert len(twins) == 6
    for key, other in twins.items():
        assert twins[other] == key
        assert {CATALOGUE.obligations[one].level for one in (key, other)} == {"district", "province"}


def test_every_row_that_says_one_record_ends_both_has_its_twin():
    for row in CATALOGUE.obligations.values():
        assert ("one record ends both" in row.note) == (row.twin is not None), row.id


EXPLAINED = {
    "FUND-2.3-BOOK": "the fair of that activity has days of its own, 6 to 8 March",
    "DUTY-14-DEBT": "the period is of all the duty's steps, of which this report is the last but one",
    "FUND-2.2-NAME": "the name of the chosen fund opens the activity, it does not close it",
}


def test_every_report_that_is_due_in_the_last_month_of_its_activity_but_before_its_end_is_told():
    early = {
        row.id
        for row in CATALOGUE.obligations.values()
        if row.kind == "report"
        and isinstance(row.due, OnDate)
        and (last := CATALOGUE.activities[row.activity or ""].period.last) is not None
        and last <= row.due.date < month_end(last)
    }
    told = {
        about.partition(":")[2]
        for row in CATALOGUE.mismatches.values()
        for about in row.about
        if about.startswith("obligation:")
    }
    assert early - told == EXPLAINED.keys()
    assert len(early & told) >= 5
