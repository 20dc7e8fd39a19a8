"""When things are due: every kind of rule, relative days, corrections, and who owes what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.calendar import fiscal_year, fiscal_year_end, fiscal_year_start, month_end, quarter_end
from services.reporting.catalogue import load
from services.reporting.catalogue.due.basis import Basis
from services.reporting.catalogue.due.happened import CHOSEN, Correction, Happened
from services.reporting.catalogue.due.occurrences import Year, occurrences
from services.reporting.catalogue.due.schedule import Schedules
from services.reporting.catalogue.due.undated import undated_occurrence
from services.reporting.catalogue.types.activity import Activity, Where
from services.reporting.catalogue.types.catalogue import Catalogue
from services.reporting.catalogue.types.due import (
    After,
    Conventions,
    DueRule,
    EarlierOf,
    Immediately,
    Monthly,
    MonthWindow,
    OnDate,
    OnDates,
    Quarterly,
    Unprinted,
    Window,
    Within,
    Yearly,
)
from services.reporting.catalogue.types.obligation import Obligation

ENDED = Happened("activity-ended", "5101", date(2022, 3, 1), "run-1", "DEBT-1")
YEAR = Year(2565)
in_year = st.dates(fiscal_year_start(2565), fiscal_year_end(2565))


def days(rule: DueRule, *events: Happened, year: Year = YEAR) -> list[date]:
    return [one.due for one in occurrences(rule, year, events)]


def owed(due: DueRule, **more: object) -> Catalogue:
    """A catalogue with one obligation of district offices."""
    obligation = Obligation.model_validate(
        {"id": "O1", "th": "รายงาน", "en": "report", "level": "district", "who": "district", "due": due,
         "source": "003:1", **more}
    )  # fmt: skip
    return Catalogue(2565, obligations={"O1": obligation})


def test_a_month_means_its_last_day_unless_the_year_says_otherwise():
    assert days(Within(within=date(2022, 2, 1))) == [date(2022, 2, 28)]
    first = Year(2565, Conventions(month_means="first-day"))
    assert days(Within(within=date(2022, 2, 1)), year=first) == [date(2022, 2, 1)]


def test_days_after_an_event_are_counted_from_each_event():
    later = Happened("activity-ended", "5102", date(2022, 9, 28), "run-2", "DEBT-1")
    rule = After(after="activity-ended", days=7)
    assert days(rule, ENDED, later) == [date(2022, 3, 8), date(2022, 10, 5)]
    assert days(rule) == []


def test_working_days_are_counted_by_the_calendar_that_is_given():
    def only_weekdays(day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= day.weekday() < 5
        return day

    rule = After(after="activity-ended", days=5, counted="business")
    assert days(rule, ENDED, year=Year(2565, working_days_after=only_weekdays)) == [date(2022, 3, 8)]


def test_an_immediate_duty_is_due_on_the_day_itself():
    assert days(Immediately(immediately="activity-ended"), ENDED) == [ENDED.on]


def test_last_days_of_months_are_twelve():
    found = days(Monthly(monthly="last"))
    assert len(found) == 12
    assert found[0] == date(2021, 10, 31)
    assert date(2022, 2, 28) in found


def test_a_monthly_report_may_run_for_some_months_only():
    rule = Monthly(monthly=25, first=date(2021, 10, 1), last=date(2022, 3, 1))
    assert days(rule) == [date(2021, month, 25) for month in (10, 11, 12)] + [
        date(2022, month, 25) for month in (1, 2, 3)
    ]


def test_a_quarter_is_due_on_its_last_day():
    assert days(Quarterly(quarterly="end")) == [quarter_end(2565, number) for number in (1, 2, 3, 4)]
    assert days(Quarterly(quarterly="end", quarters=(3,))) == [date(2022, 6, 30)]


def test_every_year_in_march_and_in_november_lie_in_the_fiscal_year():
    assert days(Yearly(yearly=3)) == [date(2022, 3, 31)]
    assert days(Yearly(yearly=11)) == [date(2021, 11, 30)]
    assert days(Yearly(yearly=3), year=Year(2566)) == [date(2023, 3, 31)]


def test_a_window_opens_and_is_due_when_it_closes():
    (one,) = occurrences(MonthWindow(from_month=date(2022, 5, 1), to_month=date(2022, 7, 1)), YEAR, ())
    assert (one.opens, one.due) == (date(2022, 5, 1), date(2022, 7, 31))
    (other,) = occurrences(Window(opens=date(2022, 5, 2), closes=date(2022, 7, 30)), YEAR, ())
    assert (other.opens, other.due) == (date(2022, 5, 2), date(2022, 7, 30))


def test_rounds_have_a_day_each():
    assert days(OnDates(dates=(date(2022, 2, 5), date(2022, 2, 20)))) == [date(2022, 2, 5), date(2022, 2, 20)]


def test_what_is_not_printed_has_no_day_and_is_listed_apart():
    schedules = Schedules(owed(Unprinted(unprinted="no day")))
    assert schedules.schedule("5101", 2565) == []
    assert [one.id for one in schedules.undated("5101", 2565)] == ["O1"]


def sheet(last: str | None = "2022-07") -> dict[str, Activity]:
    """An activity whose period ends with a month."""
    row = {
        "id": "FUND-1.2", "number": "1", "part": 3, "th": "กิจกรรม", "en": "activity", "level": "province",
        "runs": "province", "owner": "department", "period": {"last": last} if last else {}, "source": "003:1",
    }  # fmt: skip
    return {"FUND-1.2": Activity.model_validate(row)}


def of_activity(due: DueRule, last: str | None = "2022-07") -> Schedules:
    return Schedules(replace(owed(due, activity="FUND-1.2"), activities=sheet(last)))


def test_what_prints_no_day_is_due_at_the_end_of_its_activitys_period_and_says_so():
    (one,) = of_activity(Unprinted(unprinted="no day")).schedule("5101", 2565)
    assert (one.due, one.basis, one.occurrence) == (date(2022, 7, 31), Basis.PERIOD_END, "once")
    assert of_activity(Unprinted(unprinted="no day")).undated("5101", 2565) == []
    for rule, last in (
        (Unprinted(unprinted="after it", stays="after-the-end"), "2022-07"),
        (Unprinted(unprinted="no day"), None),
        (Unprinted(unprinted="no day"), "2022-10"),
    ):
        schedules = of_activity(rule, last)
        assert schedules.schedule("5101", 2565) == []
        assert [one.id for one in schedules.undated("5101", 2565)] == ["O1"]


def test_what_comes_before_another_is_due_when_that_is():
    first = owed(Unprinted(unprinted="before it", before="O2"), activity="FUND-1.2")
    other = owed(OnDate(date=date(2022, 3, 31))).obligations["O1"].model_copy(update={"id": "O2"})
    catalogue = replace(first, activities=sheet(), obligations={**first.obligations, "O2": other})
    assert [(one.obligation, one.due, one.basis) for one in Schedules(catalogue).schedule("5101", 2565)] == [
        ("O1", date(2022, 3, 31), Basis.BEFORE_ANOTHER), ("O2", date(2022, 3, 31), Basis.PRINTED),
    ]  # fmt: skip


def test_the_winners_of_july_are_announced_in_july():
    (one,) = [
        one for one in Schedules(load(2565)).schedule("51", 2565) if one.obligation == "FUND-1.2-ANNOUNCE"
    ]
    assert (one.due, one.basis) == (date(2022, 7, 31), Basis.PERIOD_END)


def test_everything_without_a_day_has_its_periods_end_or_says_why_not():
    catalogue = load(2565)
    for row in catalogue.obligations.values():
        if not isinstance(row.due, Unprinted) or row.due.stays:
            continue
        activity = catalogue.activities[row.activity or ""]
        year = 2565 if not row.place.programme else catalogue.programmes[row.place.programme].fiscal_year
        found = list(undated_occurrence(row.due, row, catalogue, Year(year)))
        assert bool(found) == (activity.period.last is not None), row.id


def test_a_day_of_ours_is_never_told_as_printed():
    month, printed = Within(within=date(2022, 2, 1)), OnDate(date=date(2022, 3, 31))
    assert [
        Schedules(owed(rule, **more)).schedule("5101", 2565, [ENDED])[0].basis
        for rule, more in (
            (month, {}), (printed, {}), (printed, {"confidence": "derived", "note": "x"}),
            (printed, {"confidence": "uncertain", "note": "x"}), (Quarterly(quarterly="end"), {}),
            (Quarterly(quarterly="end", day_printed=True), {}), (Monthly(monthly="last"), {}),
            (Monthly(monthly=25), {}), (After(after="activity-ended", days=7), {}),
            (After(after="activity-ended", days=5, counted="calendar"), {}), (Yearly(yearly=3), {}),
            (EarlierOf(earlier_of=(After(after="activity-ended", days=60), month)), {}),
            (month, {"confidence": "derived", "note": "x"}),
        )
    ] == [
        Basis.MONTH_END, Basis.PRINTED, Basis.READING, Basis.READING, Basis.QUARTER_END, Basis.PRINTED,
        Basis.MONTH_END, Basis.PRINTED, Basis.CALENDAR_DAYS, Basis.PRINTED, Basis.MONTH_END, Basis.MONTH_END,
        Basis.READING,
    ]  # fmt: skip


def test_what_a_deadline_rests_on_is_known_of_the_day_alone():
    either = EarlierOf(earlier_of=(After(after="activity-ended", days=7), OnDate(date=date(2022, 3, 10))))
    plan = Schedules(owed(either))
    obligation = plan.catalogue.obligations["O1"]
    assert plan.basis(obligation, 2565, date(2022, 3, 10)) is Basis.PRINTED
    assert plan.basis(obligation, 2565, date(2022, 3, 8)) is Basis.CALENDAR_DAYS
    fixed = Schedules(owed(OnDate(date=date(2022, 3, 10))))
    assert (
        fixed.basis(obligation.model_copy(update={"due": OnDate(date=date(2022, 3, 10))}), 2565, ENDED.on)
        is None
    )


def test_the_earlier_of_both_is_due():
    rule = EarlierOf(earlier_of=(After(after="activity-ended", days=7), OnDate(date=date(2022, 3, 10))))
    assert days(rule) == [date(2022, 3, 10)]
    assert days(rule, ENDED) == [date(2022, 3, 8)]
    late = Happened("activity-ended", "5101", date(2022, 3, 9), "run-3")
    assert days(rule, late) == [date(2022, 3, 10)]
    assert days(rule, ENDED, late) == [date(2022, 3, 8), date(2022, 3, 10)]


def test_a_district_owes_what_districts_owe_and_a_province_does_not():
    schedules = Schedules(owed(OnDate(date=date(2022, 3, 31))))
    assert [one.due for one in schedules.schedule("5101", 2565)] == [date(2022, 3, 31)]
    assert schedules.schedule("51", 2565) == []
    assert schedules.schedule("5101", 2566) == []


def test_events_of_another_district_or_another_activity_set_nothing_running():
    schedules = Schedules(owed(After(after="activity-ended", days=7), activity="DEBT-1"))
    elsewhere = Happened("activity-ended", "5202", ENDED.on, "run-4", "DEBT-1")
    other = Happened("activity-ended", "5101", ENDED.on, "run-5", "DEBT-2")
    assert [one.event for one in schedules.schedule("5101", 2565, [ENDED, elsewhere, other])] == ["run-1"]


def test_an_activity_of_named_provinces_is_owed_there_only():
    schedules = Schedules(owed(OnDate(date=date(2022, 3, 31)), where=Where(provinces=("51",))))
    assert schedules.schedule("5101", 2565) != []
    assert schedules.schedule("5001", 2565) == []


def test_where_the_source_names_no_province_the_choice_is_an_event():
    schedules = Schedules(
        owed(OnDate(date=date(2022, 3, 31)), activity="DEBT-3", where=Where(chosen="27 provinces"))
    )
    assert schedules.schedule("5101", 2565) == []
    chosen = Happened(CHOSEN, "5101", date(2021, 12, 1), "choice-1", "DEBT-3")
    assert len(schedules.schedule("5101", 2565, [chosen])) == 1


def test_what_waits_for_a_choice_or_for_an_event_is_listed_apart():
    chosen_there = Where(chosen="27 provinces")
    rule = After(after="activity-ended", days=7)
    choice = Schedules(owed(OnDate(date=date(2022, 3, 31)), activity="DEBT-3", where=chosen_there))
    event = Schedules(owed(rule, activity="DEBT-1"))
    either = Schedules(owed(EarlierOf(earlier_of=(rule, OnDate(date=date(2022, 3, 10)))), activity="DEBT-1"))
    assert [one.waits_for for one in choice.waiting("5101", 2565)] == ["choice"]
    assert [one.waits_for for one in event.waiting("5101", 2565)] == ["event"]
    assert either.waiting("5101", 2565) == event.waiting("5101", 2565, [ENDED]) == []
    elsewhere = Schedules(owed(OnDate(date=date(2022, 3, 31)), where=Where(provinces=("51",), chosen="some")))
    assert elsewhere.waiting("5001", 2565) == choice.waiting("51", 2565) == []


def test_every_obligation_of_a_unit_is_dated_undated_or_waiting():
    schedules = Schedules(load(2565))
    for unit in ("51", "5101"):
        dated = {one.obligation for one in schedules.schedule(unit, 2565)}
        undated = {one.id for one in schedules.undated(unit, 2565)}
        waiting = {one.obligation.id for one in schedules.waiting(unit, 2565)}
        assert not dated & undated
        assert not dated & waiting
        assert not undated & waiting


def test_a_programme_of_one_province_is_owed_by_it_alone():
    schedules = Schedules(load(2565))
    ids = {one.obligation for one in schedules.schedule("51", 2565)}
    assert "TSM-SUMMARY" in ids
    assert "TSM-SUMMARY" not in {one.obligation for one in schedules.schedule("50", 2565)}


@given(st.one_of(in_year.map(lambda day: OnDate(date=day)), st.just(Monthly(monthly="last")), st.just(Quarterly(quarterly="end"))),
       st.one_of(in_year.map(lambda day: OnDate(date=day)), st.integers(1, 28).map(lambda day: Monthly(monthly=day))),
       in_year)  # fmt: skip
def test_a_correction_changes_only_what_is_due_from_its_day_on(before: DueRule, after: DueRule, since: date):
    catalogue = owed(before)
    old = Schedules(catalogue).schedule("5101", 2565)
    new = Schedules(catalogue, [Correction("O1", since, after)]).schedule("5101", 2565)
    assert [one for one in old if one.due < since] == [one for one in new if one.due < since]
    assert all(not one.corrected for one in new if one.due < since)


def test_a_postponed_report_is_due_once():
    schedules = Schedules(
        owed(OnDate(date=date(2022, 3, 15))),
        [Correction("O1", date(2022, 3, 1), OnDate(date=date(2022, 4, 20)))],
    )
    (one,) = schedules.schedule("5101", 2565)
    assert (one.due, one.corrected) == (date(2022, 4, 20), True)


def test_a_report_brought_forward_is_never_due_before_it_was_brought_forward():
    schedules = Schedules(
        owed(OnDate(date=date(2022, 3, 15))),
        [Correction("O1", date(2022, 3, 10), OnDate(date=date(2022, 3, 5)))],
    )
    assert [one.due for one in schedules.schedule("5101", 2565)] == [date(2022, 3, 10)]


@given(in_year, st.integers(0, 60))
def test_a_relative_day_is_so_many_days_after_its_event(day: date, count: int):
    event = Happened("activity-ended", "5101", day, "run")
    assert days(After(after="activity-ended", days=count), event) == [day + timedelta(days=count)]


@given(st.integers(2560, 2600), st.integers(1, 12))
def test_a_yearly_month_ends_in_its_own_fiscal_year(year: int, month: int):
    (due,) = days(Yearly(yearly=month), year=Year(year))
    assert fiscal_year(due) == year
    assert due == month_end(due)
    assert due.month == month


@given(in_year, in_year)
def test_the_earlier_of_two_days_is_the_smaller(one: date, other: date):
    assert days(EarlierOf(earlier_of=(OnDate(date=one), OnDate(date=other)))) == [min(one, other)]
