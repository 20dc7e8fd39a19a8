"""The due page and its calendar: who, what is ours and not printed, what still waits, deadlines as they stand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from contracts.reporting import DeadlineMoved, DeadlineReason, ObligationScheduled
from services.cli.main import app
from services.reporting.domain.obligation import obligation_stream
from services.reporting.plan.promised import schedules
from tests.reporting_story import Told, area, handed_in, lamphun, scheduled
from tests.specs.test_board_page import Board, board_of, text_of


@pytest.fixture(scope="module")
def shown() -> Board:
    return board_of(lamphun())


async def test_the_due_page_says_who_what_is_ours_and_what_still_waits(shown):
    thai = text_of((await shown.get("/due?area=5101&on=2022-03-01&lang=th")).text)
    assert "วันสิ้นเดือน ระบบกำหนด" in thai
    assert "สิ้นระยะเวลาของกิจกรรม ระบบกำหนด" in thai
    assert "ผู้ดำเนินการ พัฒนากร" in thai
    waiting = thai[thai.index("รอการคัดเลือกหรือเหตุการณ์") :]
    catalogue = schedules(2565).catalogue
    for one in schedules(2565).waiting("5101", 2565):
        assert one.obligation.th in " ".join(waiting.split())
    assert "รอมีแนวโน้มทุจริต" in waiting
    slugs = {*catalogue.levels, *catalogue.actors, *catalogue.triggers}
    assert not {slug for slug in slugs if "-" in slug and slug in thai}
    english = text_of((await shown.get("/due?area=5101&on=2022-03-01&lang=en")).text)
    assert "month's end, ours" in english
    province = text_of((await shown.get("/due?area=51&on=2022-03-01&lang=th")).text)
    assert catalogue.obligations["TSM-PLAN"].th not in province


async def test_a_report_of_another_origin_has_a_thai_name():
    old = scheduled("51")[0].model_copy(
        update={"report": "kkj-debt", "obligation_id": obligation_stream("kkj-debt", "51", 2565)}
    )
    told = Told().tell(area("51"), old)
    assert "รายงานนอกแผนของปี รหัส kkj-debt" in text_of((await board_of(told).get("/due?area=51")).text)


async def test_the_calendar_has_deadlines_as_they_stand():
    first, second, third, fourth = (
        each
        for each in scheduled("5101")
        if each.report in ("duty-12-debt-1", "duty-12-upgrade", "duty-14-grading", "duty-14-debt")
    )
    told = Told().tell(area("51"), area("5101", "เมือง"))
    for each in (first, second, third, fourth):
        told.tell(each, stream=each.obligation_id)

    def moves(which: ObligationScheduled, *days: date | None) -> None:
        before = which.due_on
        for day in days:
            event = DeadlineMoved(
                area="5101", on=date(2022, 2, 1), obligation_id=which.obligation_id, before=before, after=day,
                reason=DeadlineReason.DISASTER,
            )  # fmt: skip
            told.tell(event, stream=which.obligation_id)
            before = day

    moves(first, date(2022, 4, 10), date(2022, 4, 20))
    moves(second, None)
    told.tell(handed_in(third, date(2022, 2, 20)), stream=third.obligation_id)
    board = board_of(told)
    answer = await board.get("/due.ics?area=5101&on=2022-03-01")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = {str(event["uid"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}
    moved, lifted, done, open_ = (
        events[f"{each.obligation_id}@chumchon"] for each in (first, second, third, fourth)
    )
    assert (moved.decoded("dtstart"), str(moved["sequence"]), str(moved["status"])) == (
        date(2022, 4, 20), "2", "CONFIRMED",
    )  # fmt: skip
    assert moved.decoded("last-modified").replace(microsecond=0) == told.at.replace(microsecond=0)
    assert "เลื่อนจาก 31 มี.ค. 2565" in str(moved["description"])
    assert (lifted.decoded("dtstart"), str(lifted["sequence"]), str(lifted["status"])) == (
        second.due_on, "1", "CANCELLED",
    )  # fmt: skip
    assert [len(event.walk("VALARM")) for event in (moved, lifted, done, open_)] == [1, 0, 0, 1]
    assert (str(open_["sequence"]), open_.decoded("last-modified")) == (
        "0",
        datetime(2021, 9, 30, 17, tzinfo=UTC),
    )
    known = {"If_None_Match": answer.headers["etag"]}
    assert (await board.get("/due.ics?area=5101&on=2022-03-01", **known)).status_code == 304
    before = await board.get("/due.ics?area=5101&on=2022-01-01&lang=en", **known)
    again = {str(event["uid"]): event for event in Calendar.from_ical(before.content).walk("VEVENT")}
    assert again.keys() == events.keys()
    assert str(again[f"{first.obligation_id}@chumchon"]["sequence"]) == "0"
    assert (await board.get("/due.ics?area=99")).status_code == 404
    assert 'href="due.ics?area=5101' in (await board.get("/due?area=5101&on=2022-03-01")).text


def test_the_plans_file_and_the_offices_have_the_same_ids():
    made = CliRunner().invoke(app, ["catalogue", "calendar", "--area", "5101"])
    plan = {str(event["uid"]) for event in Calendar.from_ical(made.stdout_bytes).walk("VEVENT")}
    assert {f"{each.obligation_id}@chumchon" for each in scheduled("5101") if each.due_on} <= plan
