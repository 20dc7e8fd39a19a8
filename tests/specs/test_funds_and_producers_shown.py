"""Funds by level and producers by stage on the board: what moves is counted once, at every level of area, as of any day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.event import Event
from contracts.funds import (
    FundKind,
    FundLevel,
    FundRecordReviewed,
    FundRecordVerified,
    ProducerGroupLinked,
    ProducerGroupUnlinked,
)
from contracts.ids import stream_id
from services.cli.lamphun import AS_OF
from services.reporting import views
from services.reporting.views.funds import FundCount, Funds
from services.reporting.views.producers import Producers
from tests.reporting_story import Producing, Told, area, assessed, fund

VILLAGE, OTHER = "51010101", "51020101"
ONE, TWO, THREE = FundLevel.ONE, FundLevel.TWO, FundLevel.THREE
LATER = date(2022, 6, 1)
FUND = {"area": VILLAGE, "fund_id": stream_id("fund", 1), "kind": FundKind.POVERTY}


async def board(told: Told, within: str = "51", on: date = LATER) -> views.Board:
    found = await views.board(told.models, within, on)
    assert found is not None
    return found


async def funds(told: Told, within: str = "51", on: date = LATER) -> Funds:
    return (await board(told, within, on)).funds


async def poverty(told: Told, on: date = LATER) -> FundCount:
    return next(kind for kind in (await funds(told, on=on)).kinds if kind.kind == "kkj")


async def producers(told: Told, on: date = LATER) -> Producers:
    return (await board(told, on=on)).producers


def known(*events: Event) -> Told:
    return Told().tell(area("51"), area("5101"), area("5102"), *events)


async def test_a_fund_stands_at_one_level_and_the_rest_is_not_assessed():
    told = known(fund(VILLAGE), fund(OTHER), assessed(VILLAGE, ONE), assessed(VILLAGE, TWO, ONE, LATER))
    before, after = await poverty(told, LATER - timedelta(days=1)), await poverty(told)
    assert (dict(before.levels), before.unassessed) == ({"1": 1, "2": 0, "3": 0}, 1)
    assert (dict(after.levels), after.unassessed) == ({"1": 0, "2": 1, "3": 0}, 1)
    told.tell(assessed(VILLAGE, TWO, TWO, LATER))
    assert dict((await poverty(told)).levels) == {"1": 0, "2": 1, "3": 0}


async def test_a_kind_without_a_printed_scale_has_no_levels():
    told = known(fund(VILLAGE, FundKind.WOMEN))
    women = next(kind for kind in (await funds(told)).kinds if kind.kind == "women")
    assert (women.total, dict(women.levels), women.unassessed) == (1, {}, None)


async def test_upgrades_are_those_that_the_kpi_counts_in_the_fiscal_year():
    told = known(
        assessed(VILLAGE, TWO, ONE),
        assessed(OTHER, THREE, ONE),  # no single step: not counted
        assessed(OTHER, TWO, ONE, kind=FundKind.SAVINGS),
        assessed(VILLAGE, THREE, TWO, date(2021, 9, 1), year=2564),
    )
    assert {each.kind: each.n for each in (await funds(told)).upgrades} == {"kkj": 1, "savings": 1}
    told.tell(assessed(VILLAGE, ONE, TWO, LATER, takes_back=True))
    assert {each.kind: each.n for each in (await funds(told)).upgrades} == {"kkj": 0, "savings": 1}
    async with told.models.snapshot() as snapshot:
        tally = await views.upgrades_by_area(snapshot, "51", date(2022, 5, 1))
    assert [(row.area.code, row.parts["kkj"]) for row in tally.rows] == [("5101", 1), ("5102", 0)]


async def test_the_national_targets_stand_beside_upgrades_and_other_years_have_none():
    told = known(assessed(VILLAGE, TWO, ONE))
    assert {each.kind: each.target for each in (await funds(told, "")).upgrades} == {
        "kkj": 1377,
        "savings": 1623,
    }
    after = await funds(told, on=date(2026, 1, 1))  # the latest year that has a target
    assert (after.fiscal_year, [each.n for each in after.upgrades]) == (2565, [1, 0])
    before = await funds(told, on=date(2021, 9, 1))
    assert (before.fiscal_year, before.upgrades) == (2564, ())


async def test_records_are_reviewed_and_verified_once_a_year_and_again_after_another_review():
    def reviewed(on: date, *, first: bool, was: bool = False) -> Event:
        return FundRecordReviewed(
            **FUND, on=on, fiscal_year=2565, reviewer="a", first_in_fiscal_year=first, was_verified=was
        )

    def verified(on: date, *, first: bool) -> Event:
        return FundRecordVerified(
            **FUND, on=on, fiscal_year=2565, reviewed_on=on, verifier="b", first_in_fiscal_year=first
        )

    told = known(fund(VILLAGE), reviewed(AS_OF, first=True), verified(AS_OF, first=True))
    assert ((await poverty(told)).reviewed, (await poverty(told)).verified) == (1, 1)
    told.tell(reviewed(LATER, first=False, was=True))
    assert ((await poverty(told)).reviewed, (await poverty(told)).verified) == (1, 0)
    told.tell(verified(LATER, first=False))
    assert ((await poverty(told)).reviewed, (await poverty(told)).verified) == (1, 1)


async def test_groups_belong_to_a_fund_until_they_do_not():
    group = {**FUND, "producer_id": stream_id("producer", 1)}
    told = known(ProducerGroupLinked(**group, on=AS_OF), ProducerGroupUnlinked(**group, on=LATER))
    assert ((await funds(told, on=AS_OF)).groups, (await funds(told)).groups) == (1, 0)


async def test_a_producer_stands_where_its_last_step_left_it():
    one = Producing(VILLAGE)
    told = known(one.applied(), one.opined())
    assert (await producers(told)).stages["agreed"] == 1
    told.tell(one.opined(agreed=False))
    assert (await producers(told)).stages["not-agreed"] == 1
    told.tell(one.refused(), one.appealed())
    shown = await producers(told)
    assert (shown.stages["refused"], shown.appeals) == (1, 1)
    told.tell(*one.upheld(LATER))
    shown = await producers(told)
    assert (shown.stages["certified"], shown.stages["refused"], shown.appeals) == (1, 0, 0)
    assert (await producers(told, LATER - timedelta(days=1))).stages["refused"] == 1
    told.tell(one.revoked(LATER))
    assert (await producers(told)).stages["revoked"] == 1


moves = st.lists(
    st.sampled_from(("agree", "not", "back", "certify", "refuse", "appeal", "uphold", "dismiss", "revoke"))
)


@settings(max_examples=60, deadline=None)
@given(ways=st.lists(moves, max_size=4), on=st.integers(0, 12))
async def test_stages_add_up_to_those_who_applied_on_any_day(ways: list[list[str]], on: int):
    told = known()
    for n, way in enumerate(ways):
        one, at, day = Producing(VILLAGE, n), "open", AS_OF
        told.tell(one.applied(day))
        for move in way:
            day += timedelta(days=1)
            match move, at:
                case (("agree" | "not"), "open"):
                    told.tell(one.opined(day, agreed=move == "agree"))
                case "back", "open":
                    told.tell(one.returned(day))
                case "certify", "open":
                    told.tell(one.certified(day))
                    at = "certified"
                case "refuse", "open":
                    told.tell(one.refused(day))
                    at = "refused"
                case "appeal", "refused":
                    told.tell(one.appealed(day))
                    at = "appealed"
                case "uphold", "appealed":
                    told.tell(*one.upheld(day))
                    at = "certified"
                case "dismiss", "appealed":
                    told.tell(one.dismissed(day))
                    at = "dismissed"
                case "revoke", "certified":
                    told.tell(one.revoked(day))
                    at = "revoked"
    shown = await producers(told, AS_OF + timedelta(days=on))
    assert sum(shown.stages.values()) == shown.total == len(ways)
    assert min(shown.stages.values()) >= 0
    assert 0 <= shown.appeals <= shown.stages["refused"]


async def test_figures_have_the_same_names_for_every_area_and_day():
    told = known(fund(VILLAGE), assessed(VILLAGE, ONE), Producing(VILLAGE).applied())
    names = [list(views.figures(await board(told, within))) for within in ("", "51", "5102")]
    names.append(list(views.figures(await board(told, on=date(2021, 1, 1)))))
    assert names == [names[0]] * 4
    figures = views.figures(await board(told))
    assert (figures["funds.kkj.established"], figures["funds.kkj.level.1"]) == (1, 1)
    assert (figures["producers.stage.applied"], figures["producers.appeals.open"]) == (1, 0)
