"""Any sequence of assessments: the KPI's sums from events alone equal what a reader of the whole history would count."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.calendar import fiscal_year
from contracts.fund_levels import SCALES
from contracts.funds import DevelopmentPlanPrepared, FundEstablished, FundKind, FundLevel, FundLevelAssessed
from services.chassis.decider import Actor
from services.funds.domain.fund import FUND, AssessFundLevel, PrepareDevelopmentPlan, fund_stream
from tests.specs.deciding import given

VILLAGE = "51010101"
CODES = ("I-1", "I-2", "I-3")
KINDS = tuple(SCALES)
WORKER = Actor(id="worker-1", scopes=("5101",))


class Assessments(RuleBasedStateMachine):
    """A fund that is assessed again and again, over some years; and what reporting would add up."""

    @initialize(kind=st.sampled_from(KINDS))
    def establish(self, kind: FundKind) -> None:
        self.scale = SCALES[kind]
        self.today = date(2021, 10, 1)
        fund_id = fund_stream(kind, VILLAGE, 1)
        self.events: list[Any] = [
            FundEstablished(area=VILLAGE, on=self.today, fund_id=fund_id, kind=kind, number=1, name_th="ก")
        ]
        self.upgraded: dict[int, int] = {}
        self.base: dict[int, int] = {}

    @rule(
        days=st.integers(0, 300), rank=st.integers(0, 3), failed=st.sets(st.sampled_from(CODES)),
        budgeted=st.booleans(),
    )  # fmt: skip
    def assess(self, days: int, rank: int, failed: set[str], budgeted: bool) -> None:
        self.today += timedelta(days=days)
        level = self.scale.levels[rank % len(self.scale.levels)]
        command = AssessFundLevel(
            on=self.today, level=level, database_fiscal_year=2564, form_version="e", by=WORKER,
            passed=tuple(set(CODES) - failed), failed=tuple(failed), budgeted=budgeted,
        )  # fmt: skip
        when = given(FUND, *self.events).when(command)
        given(FUND, *self.events, *when.events).when(command).then_nothing()
        for event in when.events:
            assert isinstance(event, FundLevelAssessed)
            self.add(event)

    @rule(days=st.integers(0, 60), codes=st.sets(st.sampled_from(CODES), min_size=1))
    def plan(self, days: int, codes: set[str]) -> None:
        last = next((e for e in reversed(self.events) if isinstance(e, FundLevelAssessed)), None)
        command = PrepareDevelopmentPlan(on=self.today + timedelta(days=days), indicators=tuple(codes))
        when = given(FUND, *self.events).when(command)
        if last is None:
            when.then_refused("fund-not-assessed")
        elif not codes <= set(last.failed):
            when.then_refused("indicator-did-not-fail")
        else:
            self.today = command.on if when.events else self.today
            self.events += when.events

    def add(self, event: FundLevelAssessed) -> None:
        """As reporting does: from this event alone."""
        year = event.fiscal_year
        step = event.counts_as_upgrade - event.takes_back_upgrade
        self.upgraded[year] = self.upgraded.get(year, 0) + step
        self.base[year] = self.base.get(year, 0) + event.eligible - bool(event.was_eligible)
        self.events.append(event)

    @invariant()
    def a_fund_is_upgraded_at_most_once_a_year_and_only_if_it_ends_above_where_it_began(self) -> None:
        history = [e for e in getattr(self, "events", ()) if isinstance(e, FundLevelAssessed)]
        for year in {event.fiscal_year for event in history}:
            own = [event for event in history if event.fiscal_year == year]
            start = own[0].was_level or own[0].level
            steps = zip([start, *(event.level for event in own)], own, strict=False)
            above = self.rank(own[-1].level) > self.rank(start)
            counted = any((was, event.level) in self.scale.counted for was, event in steps)
            assert self.upgraded[year] in (0, 1)
            assert self.upgraded[year] <= (above and counted)
            assert self.base[year] == own[-1].eligible

    @invariant()
    def an_event_says_the_level_before_and_its_own_fiscal_year(self) -> None:
        history = [e for e in getattr(self, "events", ()) if isinstance(e, FundLevelAssessed)]
        assert [event.was_level for event in history] == [None, *(event.level for event in history)][
            : len(history)
        ]
        assert all(event.fiscal_year == fiscal_year(event.on) for event in history)
        assert all(set(event.failed).isdisjoint(event.passed) for event in history)

    @invariant()
    def the_warning_is_what_failed_and_was_never_planned_for(self) -> None:
        last: FundLevelAssessed | None = None
        planned: set[str] = set()
        for event in getattr(self, "events", ()):
            if isinstance(event, FundLevelAssessed):
                assert set(event.without_plan) == (set(last.failed) - planned if last else set())
                same = last is not None and last.fiscal_year == event.fiscal_year
                planned = planned & set(event.failed) if same else set()
                last = event
            elif isinstance(event, DevelopmentPlanPrepared) and last is not None:
                planned |= set(event.indicators)
                assert set(event.without_plan) == set(last.failed) - planned

    def rank(self, level: FundLevel) -> int:
        return self.scale.levels.index(level)


TestAssessments = Assessments.TestCase
TestAssessments.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
