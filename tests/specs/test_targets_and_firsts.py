"""Growth targets, a tambon's first member, imports, funds and producers: their rules."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_CEILING, Decimal

from hypothesis import given as assume_that
from hypothesis import strategies as st

from contracts.funds import FundEstablished, FundKind
from contracts.members import (
    FirstMemberInTambonRegistered,
    GrowthTargetSet,
    ImportAccepted,
    ImportCompleted,
    Network,
)
from contracts.otop import ApplicationChannel, ProducerApplied, ProducerCategory
from services.chassis.decider import Actor, Sealed
from services.chassis.imports.intake import AcceptImport, CompleteImport
from services.funds.domain.fund import FUND, EstablishFund, fund_stream
from services.members.api.imports import imports
from services.members.domain.growth_target import GROWTH_TARGET, SetGrowthTarget, grown
from services.members.domain.tambon_reach import TAMBON_REACH, NoteMember
from services.otop.domain.producer import PRODUCER, ApplyAsProducer, producer_stream
from tests.specs.deciding import given

DAY = date(2021, 11, 26)
MEMBERSHIP_ID = "membership:00000000-0000-5000-8000-000000000001"
LAMPHUN = SetGrowthTarget(
    network=Network.TSM, area="51", fiscal_year=2565, base_value=3348, base_date=DAY, percent=5, on=DAY
)
LAMPHUN_SET = GrowthTargetSet(
    network=Network.TSM,
    area="51",
    fiscal_year=2565,
    base_value=3348,
    base_date=DAY,
    percent=5,
    on=DAY,
    target=3516,
)


def test_five_percent_on_3348_members_are_3516():
    """Seed 000 §10.2 with the base of §1; G_networks.md §5.3 rule 1 rounds up."""
    given(GROWTH_TARGET).when(LAMPHUN).then(LAMPHUN_SET)


def test_the_target_in_force_is_a_no_op_and_a_new_one_says_what_it_was():
    given(GROWTH_TARGET, LAMPHUN_SET).when(LAMPHUN).then_nothing()
    raised = LAMPHUN.model_copy(update={"percent": 10})
    [event] = given(GROWTH_TARGET, LAMPHUN_SET).when(raised).events
    assert isinstance(event, GrowthTargetSet)
    assert (event.target, event.was_target) == (3683, 3516)


@assume_that(st.integers(0, 10**8), st.integers(0, 1000))
def test_growth_is_exact_and_rounded_up(base, percent):
    exact = Decimal(base) * (100 + percent) / 100
    assert grown(base, percent) == int(exact.to_integral_value(ROUND_CEILING))


def test_only_the_first_registration_of_a_tambon_is_a_fact():
    note = NoteMember(network=Network.TSM, tambon="510101", membership_id=MEMBERSHIP_ID, on=DAY)
    first = FirstMemberInTambonRegistered(
        area="510101", on=DAY, network=Network.TSM, membership_id=MEMBERSHIP_ID
    )
    given(TAMBON_REACH).when(note).then(first)
    given(TAMBON_REACH, first).when(note).then_nothing()


IMPORT = imports.aggregate
IMPORT_ID = "import:00000000-0000-5000-8000-000000000001"
ACCEPT = AcceptImport(
    import_id=IMPORT_ID,
    kind="areas",
    area="51",
    on=DAY,
    digest="0" * 64,
    rows=3,
    parts=(({"a": 1}, {"a": 2}), ({"a": 3},)),
    by=Actor(id="officer-1", scopes=("51",)),
)


def accepted(part):
    return ImportAccepted(
        import_id=IMPORT_ID, kind="areas", area="51", on=DAY, digest="0" * 64, rows=3, part=part, parts=2
    )


def completed(refused):
    return ImportCompleted(
        import_id=IMPORT_ID,
        kind="areas",
        area="51",
        on=DAY,
        rows=3,
        written=3 - refused,
        unchanged=0,
        refused=refused,
    )


def test_an_accepted_file_is_one_commit_with_its_rows_sealed_under_a_key_of_its_own():
    when = given(IMPORT).when(ACCEPT)
    when.then(accepted(0), accepted(1))
    assert all(isinstance(item, Sealed) and item.owner == IMPORT_ID for item in when.items)
    assert when.after.running
    assert when.after.accepted_version == 1


def test_the_same_file_runs_once_and_again_only_if_rows_were_refused():
    past = (accepted(0), accepted(1))
    given(IMPORT, *past).when(ACCEPT).then_nothing()
    given(IMPORT, *past, completed(0)).when(ACCEPT).then_nothing()
    again = given(IMPORT, *past, completed(1)).when(ACCEPT)
    again.then(*past)
    assert (again.after.run, again.after.accepted_version) == (2, 3)


def test_a_running_import_is_completed_once():
    complete = CompleteImport(import_id=IMPORT_ID, on=DAY, written=3, unchanged=0, refused=0)
    past = (accepted(0), accepted(1))
    given(IMPORT, *past).when(complete).then(completed(0))
    given(IMPORT, *past, completed(0)).when(complete).then_nothing()


FUND_ID = fund_stream(FundKind.POVERTY, "51010101", 1)
ESTABLISH = EstablishFund(kind=FundKind.POVERTY, area="51010101", name_th="กองทุนตัวอย่าง", on=DAY)
ESTABLISHED = FundEstablished(
    fund_id=FUND_ID, kind=FundKind.POVERTY, area="51010101", name_th="กองทุนตัวอย่าง", on=DAY, number=1
)


def test_a_fund_is_established_once():
    given(FUND).when(ESTABLISH).then(ESTABLISHED)
    given(FUND, ESTABLISHED).when(ESTABLISH).then_nothing()
    given(FUND, ESTABLISHED).when(ESTABLISH.model_copy(update={"name_th": "อื่น"})).then_refused(
        "fund-established"
    )


def test_a_fund_belongs_to_a_village_and_a_village_has_one_poverty_fund():
    given(FUND).when(ESTABLISH.model_copy(update={"area": "510101"})).then_refused("fund-needs-a-village")
    given(FUND).when(ESTABLISH.model_copy(update={"number": 2})).then_refused("one-poverty-fund-a-village")


PRODUCER_ID = producer_stream("510101", "1/2565")
APPLY = ApplyAsProducer(
    registration_ref="1/2565",
    category=ProducerCategory.GROUP,
    channel=ApplicationChannel.OFFICE,
    area="510101",
    on=DAY,
    by=Actor(id="officer-1", scopes=("5101",)),
)
APPLIED = ProducerApplied(
    producer_id=PRODUCER_ID,
    category=ProducerCategory.GROUP,
    channel=ApplicationChannel.OFFICE,
    area="510101",
    on=DAY,
    recorder="officer-1",
)


def test_a_producer_applies_once_and_says_where_it_is():
    given(PRODUCER).when(APPLY).then(APPLIED)
    given(PRODUCER, APPLIED).when(APPLY).then_refused("producer-applied")
    given(PRODUCER).when(APPLY.model_copy(update={"area": "5101"})).then_refused("producer-needs-a-tambon")
