"""The catalogue's commands: what they show, in JSON too; and a wrong question is answered in both languages with code 2."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from rich.console import Console
from typer.testing import CliRunner, Result

from services.cli.catalogue.page import page
from services.cli.main import app
from services.reporting.plan.calendar_file import WARNING, Entry, calendar_file, uid
from services.reporting.plan.promised import catalogue_of, report, report_code, schedules

MADE = datetime(2022, 1, 3, 2, 0, tzinfo=UTC)
DEBT = catalogue_of(2565).obligations["DUTY-12-DEBT-1"]


def asked(*words: str) -> Result:
    return CliRunner().invoke(app, ["catalogue", *words])


def told(*words: str) -> Any:
    result = asked(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_check_counts_rows_by_file_and_tells_every_known_mismatch():
    answer = told("check")
    assert answer["faults"] == []
    assert sum(answer["rows"].values()) == sum(sum(kinds.values()) for kinds in answer["files"].values())
    failing = {one["check"] for one in answer["outcomes"] if not one["agrees"]}
    assert failing == {one["check"] for one in answer["mismatches"]}
    table = asked("check").stdout
    assert "kpis/part5.yaml" in table
    assert "sum:A-DATA-CLASSES" in table


def test_the_official_list_has_69_kpis_with_their_measures():
    rows = told("kpis", "--list", "official")["kpis"]
    assert len(rows) == 69
    assert all(row["measures"] for row in rows)
    (debt,) = [row for row in rows if row["id"] == "P21"]
    assert (debt["target"], debt["operator"], debt["formula"]) == (
        7704,
        "=",
        "distinct: debt.households-solved-budgeted",
    )
    assert "M12.1" in asked("kpis", "--owner", "capital-bureau", "--list", "mission").stdout


def test_a_restatement_without_a_formula_has_the_formula_of_what_it_restates():
    rows = {row["id"]: row for row in told("kpis")["kpis"]}
    restating = [row for row in rows.values() if row["restates"]]
    assert restating
    assert all(row["formula"] for row in rows.values())


def test_the_budget_is_a_tree_of_the_whole_appropriation():
    answer = told("budget", "--quarter", "2")
    nodes = {node["id"]: node for node in answer["nodes"]}
    assert nodes["DEPT"]["amount"] == 5_003_671_000
    assert sum(node["cost_object"] for node in nodes.values()) == 14
    assert nodes["DEPT"]["cumulative_target"] == pytest.approx(5_003_671_000 * 0.54)
    assert nodes["SOC-DATA-INV"]["mismatches"] == ["M1"]
    assert "SOC-DATA.M1" in asked("budget").stdout


def test_the_percentage_of_a_quarter_is_the_departments_and_cumulative():
    answer = told("budget", "--quarter", "2")
    assert [node["id"] for node in answer["nodes"] if node["cumulative_target"] is not None] == ["DEPT"]
    assert asked("budget", "--quarter", "2").stdout.count("เป้าหมายสะสมของกรม") == 1


def test_the_due_list_of_a_unit_is_its_schedule_between_two_days():
    answer = told("due", "--area", "๕๑๐๑", "--from", "1 ก.ค. 2565", "--to", "2022-07-31")
    expected = [one for one in schedules(2565).schedule("5101", 2565) if one.due.month == 7]
    assert [(row["due_on"], row["id"]) for row in answer["due"]] == [
        (one.due.isoformat(), one.obligation) for one in expected
    ]
    people = asked("due", "--area", "5101", "--from", "2022-07-01", "--to", "2022-07-31").stdout
    assert "31 ก.ค. 2565" in people
    assert "อำเภอเมืองลำพูน" in people


def test_a_tambon_owes_what_its_committee_and_its_workers_owe():
    rows = {row["id"]: row for row in told("due", "--area", "510101")["due"]}
    assert (rows["BMN-1.2.1-SUBMIT"]["opens_on"], rows["BMN-1.2.1-SUBMIT"]["due_on"]) == (
        "2022-01-01",
        "2022-05-31",
    )
    asked_by_days = told("due", "--area", "510101", "--from", "2024-10-01", "--to", "2025-09-30")
    assert "LEV-SUMMARY" in {row["id"] for row in asked_by_days["others"]["due"]}
    assert told("due", "--area", "510101", "--year", "2568") == asked_by_days


@pytest.mark.parametrize(("area", "year"), [("510101", "2565"), ("51", "2565"), ("51", "2568")])
def test_duties_of_other_departments_offices_are_listed_apart_and_everybody_says_who(area: str, year: str):
    catalogue = catalogue_of(2565)
    answer = told("due", "--area", area, "--year", year)
    ours = [row for kind in ("due", "undated", "waiting") for row in answer[kind]]
    others = [row for kind in ("due", "undated", "waiting") for row in answer["others"][kind]]
    assert others
    receives = {"deqp", "dla"}
    programme = {row["id"]: catalogue.obligations[row["id"]].place.programme for row in [*ours, *others]}
    assert not [row["id"] for row in ours if programme[row["id"]]]
    assert {catalogue.programmes[programme[row["id"]]].receives for row in others} <= receives
    for row in [*ours, *others]:
        assert any("ก" <= letter <= "๛" for letter in row["who_th"])


def test_the_letter_of_a_provincial_office_of_ours_is_ours():
    answer = told("due", "--area", "3401", "--year", "2564")
    assert "UBON-PLAN" in {row["id"] for row in answer["due"]}
    assert answer["others"]["due"] == []


def test_what_waits_for_a_choice_or_an_event_is_listed_with_what_it_waits_for():
    answer = told("due", "--area", "5101")
    waiting = {row["id"]: row for row in answer["waiting"]}
    assert (waiting["OCC-2-BPM"]["waits_for"], waiting["DUTY-12-FRAUD"]["waits_for"]) == ("choice", "event")
    assert "การคัดเลือก" in waiting["OCC-2-BPM"]["waits_for_th"]
    assert "ทุจริต" in waiting["DUTY-12-FRAUD"]["waits_for_th"]
    people = "".join(asked("due", "--area", "5101").stdout.split())
    assert all(key in people for key in waiting)


SLUG = re.compile(r"[a-z]+(-[a-z]+)+")


@pytest.mark.parametrize("area", ["51", "5101", "510101", "65"])
def test_no_name_of_the_vocabulary_stands_in_a_thai_table(area: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "services.cli.catalogue.due_tables.console",
        lambda: Console(width=5000, highlight=False, color_system=None),
    )
    people = asked("due", "--area", area).stdout
    catalogue = catalogue_of(2565)
    slugs = {*catalogue.levels, *catalogue.actors, *catalogue.triggers, "report", "record", "plan", "act"}
    cells = {cell.strip() for line in people.splitlines() if "│" in line for cell in line.split("│")}
    words = {word.strip() for cell in cells for word in cell.split(",")}
    assert not words & slugs
    assert not [cell for cell in cells if SLUG.fullmatch(cell)]


def test_a_day_of_ours_is_shown_as_such_in_the_list_and_in_the_calendar():
    rows = {row["id"]: row for row in told("due", "--area", "5101")["due"]}
    assert (rows["DUTY-12-DEBT-1"]["basis"], rows["DUTY-14-GRADING"]["basis"]) == ("month-end", "printed")
    assert rows["DUTY-11-PLAN"]["basis"] == "period-end"
    assert "ระบบกำหนด" in asked("due", "--area", "5101").stdout
    calendar = Calendar.from_ical(
        CliRunner().invoke(app, ["catalogue", "calendar", "--area", "5101"]).stdout_bytes
    )
    said = {
        str(event["description"]).splitlines()[-1].split(" ")[0]: event for event in calendar.walk("VEVENT")
    }
    assert "วันสิ้นเดือน ระบบกำหนด" in str(said["DUTY-12-DEBT-1"]["description"])
    assert "พิมพ์ไว้ในเอกสาร" in str(said["DUTY-14-GRADING"]["description"])
    assert "พัฒนากร" in str(said["DUTY-12-DEBT-1"]["description"])


def test_the_calendar_has_our_offices_alone_unless_the_others_are_asked_for():
    def names(*more: str) -> set[str]:
        result = CliRunner().invoke(app, ["catalogue", "calendar", "--area", "51", *more])
        return {str(event["summary"]) for event in Calendar.from_ical(result.stdout_bytes).walk("VEVENT")}

    obligations = catalogue_of(2565).obligations
    assert obligations["TSM-SUMMARY"].th not in names()
    assert obligations["TSM-SUMMARY"].th in names("--others")
    assert obligations["DUTY-15-WISDOM"].th in names()
    assert obligations["DUTY-15-WISDOM"].en in names("--lang", "en")


@pytest.mark.parametrize(
    "words",
    [
        ("due", "--area", "9999"),
        ("due", "--area", "100101"),
        ("due", "--area", "10"),
        ("due", "--area", "x"),
        ("due", "--area", "51", "--from", "2022-05-01", "--to", "2022-04-30"),
        ("due", "--area", "51", "--from", "yesterday"),
        ("calendar", "--area", "1001"),
        ("kpis", "--owner", "nobody"),
        ("kpis", "--list", "mine"),
        ("budget", "--quarter", "5"),
        ("check", "--year", "2570"),
        ("due", "--area", "51", "--year", "2570"),
    ],
)
def test_a_wrong_question_is_answered_in_both_languages(words: tuple[str, ...]):
    result = asked(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    thai, english = result.stderr.strip().split("\n")
    assert any("ก" <= letter <= "๛" for letter in thai)
    assert not any("ก" <= letter <= "๛" for letter in english.split("Write")[0])


def test_the_calendar_reads_back_what_the_due_list_says():
    result = CliRunner().invoke(app, ["catalogue", "calendar", "--area", "51"])
    events = Calendar.from_ical(result.stdout_bytes).walk("VEVENT")
    rows = told("due", "--area", "51")["due"]
    assert [(event.decoded("dtstart").isoformat(), str(event["summary"])) for event in events] == [
        (row["due_on"], row["th"]) for row in rows
    ]
    assert len({str(event["uid"]) for event in events}) == len(events)


def entry(day: date, mark: str, **more: Any) -> Entry:
    return Entry(
        uid=uid(f"obligation:{day}{mark}"), due=day, name=DEBT.th, kind="รายงาน", told=("x",), **more
    )


@given(
    st.lists(st.dates(date(2021, 10, 1), date(2022, 9, 30)), max_size=20, unique=True),
    st.text("abc/ ", max_size=8),
)
def test_every_calendar_reads_back_with_whole_days_and_stable_ids(days: list[date], mark: str):
    made = calendar_file("สำนักงานพัฒนาชุมชนอำเภอ", [entry(day, mark) for day in days], MADE)
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    events = Calendar.from_ical(made).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == days
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1) for event in events)
    assert all(str(event["summary"]) == DEBT.th for event in events)
    assert all(alarm.decoded("trigger") == WARNING for event in events for alarm in event.walk("VALARM"))
    assert len({event["uid"] for event in events}) == len(days)


def test_a_moved_deadline_has_its_number_and_when_it_was_moved_and_a_lifted_one_is_cancelled():
    moved = entry(date(2022, 3, 31), "a", sequence=2, modified=datetime(2022, 2, 1, 3, tzinfo=UTC))
    lifted = entry(date(2022, 4, 30), "b", sequence=1, cancelled=True)
    done = entry(date(2022, 5, 31), "c", open=False)
    events = Calendar.from_ical(calendar_file("x", [moved, lifted, done], MADE)).walk("VEVENT")
    assert [str(event["sequence"]) for event in events] == ["2", "1", "0"]
    assert events[0].decoded("last-modified") == datetime(2022, 2, 1, 3, tzinfo=UTC)
    assert events[0].decoded("dtstamp") == MADE
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [len(event.walk("VALARM")) for event in events] == [1, 0, 0]


def test_codes_of_reports_are_those_of_the_catalogue_and_no_two_are_the_same():
    obligations = catalogue_of(2565).obligations
    assert len({report_code(key) for key in obligations}) == len(obligations)
    assert all(report(report_code(key), 2565) is row for key, row in obligations.items())
    assert report("duty-12-debt-1", 2570) is None
    assert report("kkj-upgrades", 2565) is None


def test_the_page_lists_every_mismatch_and_asks_every_question():
    catalogue = catalogue_of(2565)
    text = page(catalogue)
    assert all(f"| {key} |" in text for key in catalogue.mismatches)
    places = [text.index(row.question_th) for row in catalogue.open_readings.values()]
    assert all(one < other for one, other in pairwise(places))
    assert text == page(catalogue)


def test_a_stale_page_is_found_and_written_anew(tmp_path: Path):
    there = ("docs", "--root", str(tmp_path))
    assert asked(*there, "--check").exit_code == 1
    assert asked(*there).exit_code == 0
    assert asked(*there, "--check").exit_code == 0
    (tmp_path / "docs/catalogue-fy2565.md").write_text("old", "utf-8")
    assert asked(*there, "--check").exit_code == 1
    assert (tmp_path / "docs/catalogue-fy2565.md").read_text("utf-8") == "old"
