"""Due lists as of a day: time alone makes a report late, and what is known later changes no day before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.event import Event
from contracts.reporting import (
    DeadlineMoved,
    DeadlineReason,
    ObligationScheduled,
    ReportAccepted,
    ReportLevel,
    ReportReturned,
    ReturnReason,
)
from services.reporting import views
from services.reporting.catalogue.due.happened import CHOSEN, Happened
from services.reporting.domain.obligation import obligation_stream
from services.reporting.plan.owing import owing
from services.reporting.plan.promised import schedules
from services.reporting.views import Duties, Duty, DutyStatus
from services.reporting.views.duty import OWED, SOON
from tests.reporting_story import Told, handed_in, scheduled

BEGAN, DUE = date(2021, 10, 1), date(2022, 7, 31)
UPGRADES = next(one for one in scheduled("5101") if one.report == "duty-12-upgrade")
DAY = timedelta(days=1)


def told(*events: Event) -> Told:
    return Told().tell(UPGRADES, *events, stream=UPGRADES.obligation_id)


def moved(after: date | None, on: date, before: date | None = DUE) -> DeadlineMoved:
    return DeadlineMoved(
        area="5101", on=on, obligation_id=UPGRADES.obligation_id, before=before, after=after,
        reason=DeadlineReason.DISASTER,
    )  # fmt: skip


def returned(on: date, n: int = 1, level: ReportLevel = ReportLevel.PROVINCE) -> ReportReturned:
    return ReportReturned(
        area="5101", on=on, obligation_id=UPGRADES.obligation_id, level=level, submission=n,
        reason=ReturnReason.INCOMPLETE,
    )  # fmt: skip


def accepted(on: date, level: ReportLevel, n: int = 1) -> ReportAccepted:
    return ReportAccepted(area="5101", on=on, obligation_id=UPGRADES.obligation_id, level=level, submission=n)


async def of(story: Told, on: date, within: str = "", year: int | None = None) -> Duties:
    async with story.owed.snapshot() as snapshot:
        return await views.duties(snapshot, within, on, fiscal_year=year)


async def one(story: Told, on: date) -> Duty:
    (found,) = (await of(story, on)).rows
    return found


async def status(story: Told, on: date) -> DutyStatus:
    return (await one(story, on)).status


async def test_a_report_becomes_due_soon_and_late_by_itself():
    story = told()
    assert (await of(story, BEGAN - DAY)).rows == ()
    assert await status(story, BEGAN) is DutyStatus.OPEN
    assert await status(story, DUE - SOON - DAY) is DutyStatus.OPEN
    assert await status(story, DUE - SOON) is DutyStatus.DUE_SOON
    assert await status(story, DUE) is DutyStatus.DUE_SOON
    assert await status(story, DUE + DAY) is DutyStatus.LATE


async def test_a_report_without_a_printed_date_is_never_late():
    undated = next(each for each in scheduled("5101") if each.due_on is None)
    story = Told().tell(undated, stream=undated.obligation_id)
    assert await status(story, date(2100, 1, 1)) is DutyStatus.OPEN
    story.tell(handed_in(undated, date(2023, 1, 1)), stream=undated.obligation_id)
    assert await status(story, date(2023, 1, 1)) is DutyStatus.SUBMITTED


async def test_the_last_day_is_in_time_and_the_next_is_not():
    assert await status(told(handed_in(UPGRADES, DUE)), DUE + DAY) is DutyStatus.SUBMITTED
    story = told(handed_in(UPGRADES, DUE + DAY))
    assert await status(story, DUE + DAY) is DutyStatus.SUBMITTED_LATE
    assert await status(story, DUE) is DutyStatus.DUE_SOON


async def test_what_was_given_back_is_late_again_and_judged_by_what_was_handed_in_last():
    story = told(handed_in(UPGRADES, DUE), returned(DUE), handed_in(UPGRADES, DUE + 3 * DAY, 2))
    assert await status(story, DUE + 3 * DAY) is DutyStatus.SUBMITTED_LATE
    before = await one(story, DUE + DAY)
    assert (before.status, before.returned, before.handed_in) == (DutyStatus.LATE, True, None)
    assert before.waits_for is ReportLevel.DISTRICT


async def test_a_return_by_the_department_is_the_provinces_affair():
    story = told(
        handed_in(UPGRADES, DUE),
        accepted(DUE, ReportLevel.PROVINCE),
        handed_in(UPGRADES, DUE, 2).model_copy(update={"level": ReportLevel.PROVINCE}),
        returned(DUE, 2, ReportLevel.DEPARTMENT),
    )
    found = await one(story, DUE + DAY)
    assert (found.status, found.waits_for) == (DutyStatus.SUBMITTED, ReportLevel.PROVINCE)


async def test_only_the_end_of_the_chain_is_accepted():
    story = told(handed_in(UPGRADES, DUE), accepted(DUE, ReportLevel.PROVINCE))
    assert await status(story, DUE) is DutyStatus.SUBMITTED
    story.tell(
        handed_in(UPGRADES, DUE, 2).model_copy(update={"level": ReportLevel.PROVINCE}),
        accepted(DUE + DAY, ReportLevel.DEPARTMENT, 2),
        stream=UPGRADES.obligation_id,
    )
    found = await one(story, DUE + DAY)
    assert (found.status, found.on_time, found.waits_for) == (DutyStatus.ACCEPTED, True, None)


async def test_a_report_is_judged_by_the_deadline_that_was_valid_when_it_was_handed_in():
    late = told(handed_in(UPGRADES, DUE + DAY), moved(DUE + 30 * DAY, DUE + 2 * DAY))
    assert await status(late, DUE + 5 * DAY) is DutyStatus.SUBMITTED_LATE
    in_time = told(moved(DUE + 30 * DAY, DUE), handed_in(UPGRADES, DUE + DAY))
    assert await status(in_time, DUE + 5 * DAY) is DutyStatus.SUBMITTED


@pytest.mark.parametrize(
    ("handed", "then"), [(DUE, DutyStatus.SUBMITTED), (DUE + DAY, DutyStatus.SUBMITTED_LATE)]
)
@pytest.mark.parametrize("after", [DUE - 9 * DAY, DUE + 30 * DAY, None])
@pytest.mark.parametrize("valid_from", [DUE - 20 * DAY, DUE, DUE + 2 * DAY])
async def test_a_deadline_moved_after_the_handing_in_does_not_judge_it(
    handed: date, then: DutyStatus, after: date | None, valid_from: date
):
    story = told(handed_in(UPGRADES, handed), moved(after, valid_from))
    found = await one(story, DUE + 5 * DAY)
    assert (found.status, found.judged_by, found.due_on) == (then, DUE, after)


async def test_a_deadline_that_was_said_before_judges_from_the_day_on_which_it_is_valid():
    story = told(moved(DUE + 30 * DAY, DUE + 5 * DAY), handed_in(UPGRADES, DUE + DAY))
    found = await one(story, DUE + 6 * DAY)
    assert (found.status, found.judged_by, found.due_on) == (
        DutyStatus.SUBMITTED_LATE, DUE, DUE + 30 * DAY,
    )  # fmt: skip
    again = told(
        handed_in(UPGRADES, DUE + DAY), returned(DUE + DAY), moved(DUE + 30 * DAY, DUE + DAY),
        handed_in(UPGRADES, DUE + 2 * DAY, 2),
    )  # fmt: skip
    found = await one(again, DUE + 6 * DAY)
    assert (found.status, found.judged_by) == (DutyStatus.SUBMITTED, DUE + 30 * DAY)


async def test_a_deadline_can_be_lifted():
    story = told(moved(None, DUE + DAY))
    assert await status(story, DUE + DAY) is DutyStatus.OPEN
    assert (await one(story, DUE + DAY)).due_on is None
    assert (await one(story, DUE)).due_on == DUE


async def test_an_area_owes_what_its_units_owe():
    story = Told()
    for code in ("51", "5101", "5102", "52"):
        story.tell(*scheduled(code))
    everything = await of(story, DUE + DAY)
    n = {code: len(scheduled(code)) for code in ("51", "5101", "5102", "52")}
    assert len(everything.rows) == sum(n.values())
    in_51 = n["51"] + n["5101"] + n["5102"]
    assert [len((await of(story, DUE, code)).rows) for code in ("51", "5101", "52", "53")] == [
        in_51, n["5101"], n["52"], 0,
    ]  # fmt: skip
    parts = everything.by_area(2)
    assert {code: len(part.rows) for code, part in parts.items()} == {"51": in_51, "52": n["52"]}
    for state in DutyStatus:
        assert everything.counts[state] == sum(part.counts[state] for part in parts.values())


async def test_what_is_to_do_begins_with_what_is_late_and_ends_with_what_has_no_day():
    reports = scheduled("5101")
    story = Told()
    for each in reports:
        story.tell(each, stream=each.obligation_id)
    rows = (await of(story, DUE + DAY)).rows
    first, *_ = rows
    told_in = next(each for each in reports if each.obligation_id == first.id)
    story.tell(handed_in(told_in, DUE), stream=told_in.obligation_id)
    rows = (await of(story, DUE + DAY)).rows
    everything = views.to_do(rows, len(rows))
    assert {row.id for row in everything} == {row.id for row in rows} - {first.id}
    assert [row.status is DutyStatus.LATE for row in everything] == sorted(
        (row.status is DutyStatus.LATE for row in everything), reverse=True
    )
    assert [row.due_on is None for row in everything] == sorted(row.due_on is None for row in everything)
    late = [row for row in everything if row.status is DutyStatus.LATE]
    coming = [row for row in everything if row.status is not DutyStatus.LATE]
    assert len(late) > 4
    assert views.to_do(rows) == (*late[:4], *coming[:4])
    assert views.to_do(late) == tuple(late[:8])
    assert views.to_do(coming) == tuple(coming[:8])


async def newest(story: Told, within: str, on: date) -> Duties:
    async with story.owed.snapshot() as snapshot:
        return await views.newest_duties(snapshot, within, on)


async def test_what_is_not_handed_in_stays_on_the_list_whatever_its_year():
    late = UPGRADES.model_copy(update={"due_on": date(2022, 10, 15)})
    done = next(each for each in scheduled("5101") if each.report == "duty-12-debt-1")
    story = Told().tell(late, stream=late.obligation_id)
    story.tell(done, handed_in(done, date(2022, 3, 1)), stream=done.obligation_id)
    for each in scheduled("5101", 2566, date(2022, 9, 1)):
        story.tell(each, stream=each.obligation_id)
    after = await newest(story, "5101", date(2022, 10, 1))
    old = [row for row in after.rows if row.fiscal_year == 2565]
    assert [(row.id, row.status) for row in old] == [(late.obligation_id, DutyStatus.DUE_SOON)]
    assert after.fiscal_year == 2566
    assert len(after.rows) == 1 + len(scheduled("5101"))
    (much_later,) = [
        row for row in (await newest(story, "5101", date(2026, 5, 1))).rows if row.fiscal_year == 2565
    ]
    assert much_later.status is DutyStatus.LATE
    story.tell(handed_in(late, date(2022, 10, 20)), stream=late.obligation_id)
    in_the_year_it_was_due = await newest(story, "5101", date(2022, 11, 1))
    assert late.obligation_id in {row.id for row in in_the_year_it_was_due.rows}
    assert all(row.fiscal_year == 2566 for row in (await newest(story, "5101", date(2023, 10, 1))).rows)


async def test_next_years_reports_are_there_before_the_year_begins():
    early = UPGRADES.model_copy(
        update={"fiscal_year": 2566, "due_on": date(2022, 10, 5), "on": date(2022, 9, 1)}
    )
    story = told().tell(early, stream="reporting:next")
    rows = (await newest(story, "5101", date(2022, 9, 25))).rows
    assert {(row.fiscal_year, row.status) for row in rows} >= {(2566, DutyStatus.DUE_SOON)}


def sapling(code: str) -> ObligationScheduled:
    """The form of the sapling villages, owed where an area was chosen (003:3013 prints อำเภอ/จังหวัด)."""
    chosen = [Happened(CHOSEN, code, BEGAN, f"choice-{code}", "MF-2.1")]
    one = next(
        each
        for each in owing(schedules(2565), code, 2565, chosen).reports
        if each.code.startswith("mf-2-1-form")
    )
    return UPGRADES.model_copy(
        update={
            "area": code, "obligation_id": obligation_stream(one.code, code, 2565, one.period), "report": one.code,
            "period": one.period, "due_on": one.due_on, "chain": one.chain,
        }
    )  # fmt: skip


def twins(*districts: str) -> tuple[ObligationScheduled, list[ObligationScheduled]]:
    """The province's row of one record and its districts'."""
    return sapling("51"), [sapling(code) for code in districts]


def telling(*events: ObligationScheduled) -> Told:
    story = Told()
    for event in events:
        story.tell(event, stream=event.obligation_id)
    return story


async def covered(story: Told, within: str, on: date = DUE) -> dict[str, DutyStatus]:
    return {row.area: row.status for row in (await of(story, on, within)).rows}


async def test_what_the_province_hands_in_ends_its_districts_twins():
    province, districts = twins("5101", "5102")
    other = sapling("5201")
    story = telling(province, *districts, other)
    assert set((await covered(story, "")).values()) == {DutyStatus.LATE}
    story.tell(handed_in(province, date(2022, 6, 1)), stream=province.obligation_id)
    assert await covered(story, "") == {
        "51": DutyStatus.SUBMITTED, "5101": DutyStatus.COVERED, "5102": DutyStatus.COVERED, "5201": DutyStatus.LATE,
    }  # fmt: skip
    assert await covered(story, "5101") == {"5101": DutyStatus.COVERED}
    assert await covered(story, "5101", date(2022, 5, 31)) == {"5101": DutyStatus.OPEN}
    async with story.owed.snapshot() as snapshot:
        found = await views.one_duty(snapshot, districts[0].obligation_id, DUE)
    assert found is not None
    assert (found[0].status, found[0].ended_by, found[0].waits_for) == (
        DutyStatus.COVERED, province.obligation_id, None,
    )  # fmt: skip


async def test_the_provinces_twin_ends_once_every_district_has_handed_in():
    province, districts = twins("5101", "5102")
    story = telling(province, *districts)
    story.tell(handed_in(districts[0], date(2022, 6, 1)), stream=districts[0].obligation_id)
    assert (await covered(story, "51"))["51"] is DutyStatus.LATE
    story.tell(handed_in(districts[1], date(2022, 6, 2)), stream=districts[1].obligation_id)
    assert await covered(story, "51") == {
        "51": DutyStatus.COVERED, "5101": DutyStatus.SUBMITTED, "5102": DutyStatus.SUBMITTED,
    }  # fmt: skip
    found = await of(story, DUE, "51")
    assert found.handed_in == 3


async def test_the_page_shows_the_year_of_the_day_or_the_latest_one_before():
    story = Told().tell(*scheduled("51"), *scheduled("51", 2566, date(2022, 10, 1)))

    async def year(on: date) -> int | None:
        async with story.owed.snapshot() as snapshot:
            return (await views.newest_duties(snapshot, "51", on)).fiscal_year

    assert [await year(day) for day in (date(2022, 9, 1), date(2023, 9, 1), date(2026, 9, 1), date(2020, 1, 1))] == [
        2565, 2566, 2566, None,
    ]  # fmt: skip


days = st.dates(BEGAN, date(2022, 12, 31))


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(("in", "back", "move")), days), max_size=8), on=days, later=days
)
async def test_what_happens_later_changes_no_day_before(steps: list[tuple[str, date]], on: date, later: date):
    events: list[Event] = []
    open_, n, limit = True, 0, DUE
    for what, day in sorted(steps, key=lambda step: step[1]):
        if what == "move":
            events.append(moved(day + 20 * DAY, day, limit))
            limit = day + 20 * DAY
        elif open_ and what == "in":
            n, open_ = n + 1, False
            events.append(handed_in(UPGRADES, day, n))
        elif not open_ and what == "back":
            open_ = True
            events.append(returned(day, n))
    known = [event for event in events if event.on <= on]
    then, now = await one(told(*known), on), await one(told(*events), on)
    assert (then.status, then.due_on, then.handed_in, then.returned) == (
        now.status, now.due_on, now.handed_in, now.returned,
    )  # fmt: skip
    assert (now.status in OWED) == (now.handed_in is None)
    if now.status is DutyStatus.LATE and later > on and not any(on < event.on <= later for event in events):
        assert (await one(told(*events), later)).status is DutyStatus.LATE  # time alone heals nothing
