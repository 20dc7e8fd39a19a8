"""The board's queries, on events told in any order: every level adds up, as of any day, and nothing is made up."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.areas import AreaLevel
from contracts.funds import FundKind
from contracts.ids import stream_id
from contracts.members import (
    AreaAbolished,
    AreaRenamed,
    AreaSplit,
    Cohort,
    FirstMemberInTambonRegistered,
    MembershipConfirmedCurrent,
    Network,
)
from contracts.otop import ProducerCategory
from services.cli.lamphun import AS_OF, UNCOVERED_ASSUMED
from services.reporting import views
from services.reporting.views import GrowthStatus, Headcount
from tests.reporting_story import LONG_AGO, Told, area, fund, joined, lamphun, left, producer, target

DAY = date(2022, 3, 1)
LATER = date(2022, 6, 1)


def place(*codes: str) -> Told:
    return Told().tell(*(area(code) for code in codes))


async def members(told: Told, within: str, on: date = DAY, at: AreaLevel | None = None) -> views.Members:
    async with told.models.snapshot() as snapshot:
        return await views.members_by_area(snapshot, within, on, at=at)


async def coverage(told: Told, within: str, on: date = DAY) -> views.Coverage:
    async with told.models.snapshot() as snapshot:
        return await views.coverage(snapshot, within, on)


async def growth(told: Told, code: str, on: date = DAY, year: int | None = None) -> views.Growth:
    async with told.models.snapshot() as snapshot:
        return await views.growth(snapshot, code, on, fiscal_year=year)


async def area_of(told: Told, code: str, on: date = DAY) -> views.Area | None:
    async with told.models.snapshot() as snapshot:
        return await views.area(snapshot, code, on)


def codes(tambons: tuple[views.Tambon, ...]) -> list[str]:
    return [tambon.area.code for tambon in tambons]


async def test_nothing_told_is_nothing_and_nothing_yet():
    shown = await views.board(Told().models, "", DAY)
    assert shown is not None
    assert shown.empty
    assert shown.newest is None
    assert shown.members.total == Headcount()
    assert shown.growth.status is GrowthStatus.NO_BASELINE


async def test_an_area_that_nobody_knows_has_no_board():
    assert await views.board(place("51").models, "52", DAY) is None


async def test_one_registration_is_one_member_at_every_level():
    told = place("51", "5101", "510101", "51010101").tell(joined("51010101", cohort=Cohort.NEW))
    for within in ("", "51", "5101", "510101", "51010101"):
        assert (await members(told, within)).total == Headcount(members=1, new=1)


async def test_one_who_left_is_counted_until_the_day_before():
    told = place("51").tell(joined("51010101"), left("51010101", LATER))
    assert (await members(told, "51", LATER - timedelta(days=1))).total.members == 1
    assert (await members(told, "51", LATER)).total.members == 0


async def test_old_and_new_members_make_the_total():
    told = place("51").tell(joined("51010101"), joined("51010101", cohort=Cohort.NEW, n=1))
    count = (await members(told, "51")).total
    assert (count.old, count.new, count.members) == (1, 1, 2)


async def test_areas_without_members_are_listed_with_none():
    told = place("51", "5101", "5102").tell(joined("51010101"))
    assert [(row.area.code, row.count.members) for row in (await members(told, "51")).rows] == [
        ("5101", 1),
        ("5102", 0),
    ]


async def test_members_of_an_area_that_is_not_in_the_register_are_shown_and_marked():
    told = place("51").tell(joined("51990101"))
    [row] = (await members(told, "51")).rows
    assert (row.area.code, row.area.known, row.count.members) == ("5199", False, 1)


async def test_members_whose_village_was_not_recorded_are_unplaced_and_not_lost():
    told = place("51", "5101", "510101", "51010101").tell(joined("510101"), joined("51010101"))
    found = await members(told, "510101")
    assert (found.total.members, found.rows[0].count.members, found.unplaced.members) == (2, 1, 1)


async def test_members_can_be_listed_for_any_level_below():
    told = place("51", "5101", "510101", "51010101", "51010102").tell(joined("51010102"))
    found = await members(told, "51", at=AreaLevel.VILLAGE)
    assert [(row.area.code, row.count.members) for row in found.rows] == [("51010101", 0), ("51010102", 1)]


async def test_confirmations_are_those_of_the_fiscal_year():
    told = place("51")
    for day in (date(2021, 9, 30), date(2021, 10, 1), DAY, LATER):
        told.tell(
            MembershipConfirmedCurrent(
                area="510101", on=day, membership_id=stream_id("membership", 1), network=Network.TSM
            )
        )
    assert (await members(told, "51")).total.confirmations == 2


async def test_lamphun_shows_the_totals_of_the_seed():
    told = lamphun()
    found = await members(told, "51", AS_OF)
    assert found.total.members == 3348
    assert found.total.generated == 3348
    assert len(found.rows) == 8
    assert all(row.count.members for row in found.rows)
    covered = await coverage(told, "51", AS_OF)
    assert (len(covered.tambons), len(covered.covered), covered.villages) == (51, 48, 405)
    assert codes(covered.uncovered) == list(UNCOVERED_ASSUMED)
    grown = await growth(told, "51", AS_OF)
    assert grown.target is not None
    assert (grown.current, grown.target.target, grown.missing, grown.progress) == (3348, 3516, 168, 0.0)


async def test_a_tambon_is_covered_by_its_first_member_and_uncovered_by_its_last():
    told = place("51", "5101", "510101", "510102").tell(joined("51010101"), left("51010101", LATER))
    assert codes((await coverage(told, "51")).covered) == ["510101"]
    assert codes((await coverage(told, "51", LATER)).uncovered) == ["510101", "510102"]


async def test_coverage_counts_the_tambons_that_were_valid_that_day():
    told = place("51", "510101", "510102").tell(
        area("510103", on=LATER), AreaAbolished(area="510102", on=LATER, successor="510101")
    )
    assert codes((await coverage(told, "51")).tambons) == ["510101", "510102"]
    assert codes((await coverage(told, "51", LATER)).tambons) == ["510101", "510103"]


async def test_members_left_in_an_abolished_tambon_are_outside_and_seen():
    told = place("51", "5101", "510101").tell(area("510102"), stream="province:51")
    told.tell(AreaAbolished(area="510102", on=LATER, successor="510101"), stream="province:51")
    told.tell(joined("51010201"))
    found = await coverage(told, "51", LATER)
    assert codes(found.outside) == ["510102"]
    assert found.outside[0].area.successor == "510101"
    assert not found.covered


async def test_a_split_leaves_the_old_area_and_names_the_new_ones():
    told = place("51").tell(
        area("510101"), AreaSplit(area="510101", on=LATER, into=("510103",)), stream="province:51"
    )
    found = await area_of(told, "510101", LATER)
    assert found is not None
    assert found.into == ("510103",)
    assert found.valid(LATER)


async def test_an_area_has_the_name_of_the_day():
    told = place("51").tell(area("5101", "เดิม"))
    for day, name in ((LATER, "ใหม่"), (LATER + timedelta(days=9), "ใหม่กว่า")):
        told.tell(
            AreaRenamed(area="5101", on=day, name_th=name, name_en=name, was_name_th="", was_name_en="")
        )
    names = {}
    for day in (DAY, LATER, LATER + timedelta(days=9)):
        found = await area_of(told, "5101", day)
        names[day] = found.name_th if found else None
    assert list(names.values()) == ["เดิม", "ใหม่", "ใหม่กว่า"]


async def test_the_day_of_a_tambons_first_member_is_shown_from_that_day():
    told = place("51", "510101").tell(
        FirstMemberInTambonRegistered(
            area="510101", on=LATER, network=Network.TSM, membership_id=stream_id("membership", 1)
        )
    )
    assert (await coverage(told, "51")).tambons[0].first_member_on is None
    assert (await coverage(told, "51", LATER)).tambons[0].first_member_on == LATER


async def test_growth_without_a_baseline_has_no_percentage():
    found = await growth(place("51").tell(joined("51010101")), "51")
    assert (found.current, found.status) == (1, GrowthStatus.NO_BASELINE)
    assert (found.grown, found.wanted, found.missing, found.progress) == (None, None, None, None)


async def test_a_base_of_zero_gives_no_percentage_either():
    found = await growth(place("51").tell(target("51", base=0), joined("51010101")), "51")
    assert (found.grown, found.wanted, found.progress) == (1, 0, None)


async def test_growth_is_measured_from_the_base():
    told = place("51").tell(target("51", base=2, percent=100), *(joined("51010101", n=n) for n in range(3)))
    found = await growth(told, "51")
    assert (found.grown, found.wanted, found.missing, found.progress) == (1, 2, 1, 0.5)
    assert found.status is GrowthStatus.BELOW


async def test_a_year_is_judged_by_its_last_day_and_later_members_count_for_now():
    told = place("51").tell(
        target("51", base=1, percent=100), joined("51010101"), joined("51010101", date(2022, 10, 1), n=1)
    )
    running = await growth(told, "51", date(2022, 9, 30))
    assert (running.current, running.closing) == (1, None)
    over = await growth(told, "51", date(2022, 10, 1))
    assert (over.current, over.closing) == (2, 1)
    assert (over.status, over.closing_status) == (GrowthStatus.REACHED, GrowthStatus.BELOW)


async def test_a_changed_target_leaves_the_one_that_was_in_force_before():
    told = place("51").tell(target("51", percent=5), target("51", on=LATER, percent=10))
    before, after = await growth(told, "51", DAY), await growth(told, "51", LATER)
    assert before.target is not None
    assert after.target is not None
    assert (before.target.percent, after.target.percent) == (5, 10)


async def test_a_day_before_the_target_was_typed_is_measured_by_it_from_its_base_on():
    typed = target("51", base=2, percent=100).model_copy(update={"on": LATER})
    told = place("51").tell(typed, joined("51010101"))
    base = await growth(told, "51", AS_OF)
    assert base.target is not None
    assert (base.status, base.target.set_on, base.current) == (GrowthStatus.BELOW, LATER, 1)
    before = await growth(told, "51", AS_OF - timedelta(days=1))
    assert before.status is GrowthStatus.NO_BASELINE
    changed = told.tell(target("51", base=2, percent=50).model_copy(update={"on": LATER + timedelta(days=9)}))
    still = await growth(changed, "51", LATER - timedelta(days=1))
    assert still.target is not None
    assert still.target.percent == 100


async def test_the_latest_year_with_a_target_is_shown_unless_another_is_asked_for():
    told = place("51").tell(target("51", year=2565), target("51", year=2566, percent=6))
    shown, asked = (
        await growth(told, "51", date(2023, 1, 1)),
        await growth(told, "51", date(2023, 1, 1), 2565),
    )
    still = await growth(told, "51", DAY)
    assert [found.target and found.target.fiscal_year for found in (shown, asked, still)] == [
        2566,
        2565,
        2565,
    ]
    assert (await growth(told, "51", DAY, 2570)).status is GrowthStatus.NO_BASELINE


async def test_funds_and_producers_are_counted_by_area_and_kind():
    told = place("51", "5101", "5102").tell(
        fund("51010101"),
        fund("51020101", FundKind.MOTHER),
        fund("51020101", FundKind.MOTHER, on=LATER, n=2),
        producer("51020101", ProducerCategory.SME),
    )
    async with told.models.snapshot() as snapshot:
        funds = await views.funds_by_area(snapshot, "51", DAY)
        producers = await views.producers_by_area(snapshot, "51", DAY)
        whole = await views.funds_by_area(snapshot, "", LATER, rows=False)
    assert (funds.total, funds.parts["kkj"], funds.parts["mother"], funds.parts["women"]) == (2, 1, 1, 0)
    assert [(row.area.code, row.total) for row in funds.rows] == [("5101", 1), ("5102", 1)]
    assert (producers.total, producers.parts["sme"]) == (1, 1)
    assert (whole.total, whole.rows) == (3, ())


async def test_the_board_says_when_the_newest_fact_was_recorded_and_what_it_saw():
    told = place("51").tell(joined("51010101"))
    shown = await views.board(told.models, "51", DAY)
    assert shown is not None
    assert shown.newest == told.at
    assert shown.vector.positions == told.models.positions
    assert [each.code for each in shown.trail] == ["", "51"]


FACTS = st.lists(
    st.tuples(
        st.sampled_from(["51", "5101", "510101", "51010101", "51010102", "51010201", "51020101", "52010101"]),
        st.integers(min_value=0, max_value=400),
        st.sampled_from(list(Cohort)),
        st.one_of(st.none(), st.integers(min_value=0, max_value=200)),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(facts=FACTS, asked=st.integers(min_value=0, max_value=600))
async def test_roll_ups_add_up_at_every_level_on_every_day(facts, asked):
    told, on = place("51", "52", "5101", "510101", "51010101"), LONG_AGO + timedelta(days=asked)
    expected = 0
    for n, (code, day, cohort, stayed) in enumerate(facts):
        told.tell(joined(code, LONG_AGO + timedelta(days=day), cohort, n=n))
        expected += day <= asked
        if stayed is not None:
            told.tell(left(code, LONG_AGO + timedelta(days=day + stayed), cohort, n=n))
            expected -= day + stayed <= asked
    assert (await members(told, "", on)).total.members == expected
    for within in ("", "51", "5101", "510101"):
        found = await members(told, within, on)
        assert sum((row.count for row in found.rows), found.unplaced) == found.total
        for row in found.rows:
            assert (await members(told, row.area.code, on)).total == row.count
        covered = await coverage(told, within, on)
        assert len(covered.covered) + len(covered.uncovered) == len(covered.tambons)


@settings(max_examples=30, deadline=None)
@given(facts=FACTS, order=st.randoms(use_true_random=False))
async def test_the_order_between_streams_does_not_matter(facts, order):
    events = [
        joined(code, AS_OF + timedelta(days=day), cohort, n=n)
        for n, (code, day, cohort, _) in enumerate(facts)
    ]
    events += [area(code) for code in ("51", "5101", "510101")]
    told = Told().tell(*events)
    order.shuffle(events)
    again = Told().tell(*events)
    on = AS_OF + timedelta(days=200)
    assert await members(told, "51", on) == await members(again, "51", on)
