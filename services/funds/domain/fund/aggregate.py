"""The fund as one aggregate: it is established, and every command and event goes to the file of its step."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from pydantic import Field

from contracts.areas import AreaCode
from contracts.funds import (
    DevelopmentPlanPrepared,
    FundCommitteeRenewed,
    FundEstablished,
    FundKind,
    FundLevelAssessed,
    FundRecordReviewed,
    FundRecordVerified,
    ProducerGroupLinked,
    ProducerGroupUnlinked,
)
from services.chassis.decider import Aggregate, Command, Decision, Refused
from services.funds.domain.fund.committee import RenewFundCommittee, renew, renewed
from services.funds.domain.fund.level import (
    AssessFundLevel,
    PrepareDevelopmentPlan,
    assess,
    assessed,
    plan,
    planned,
)
from services.funds.domain.fund.producers import (
    LinkProducerGroup,
    UnlinkProducerGroup,
    link,
    linked,
    unlink,
    unlinked,
)
from services.funds.domain.fund.record import (
    ReviewFundRecord,
    VerifyFundRecord,
    review,
    reviewed,
    verified,
    verify,
)
from services.funds.domain.fund.state import NOT_FOUND, Fund


class EstablishFund(Command):
    """Enter a fund that exists from `on`. `number` is which of its kind in the village it is."""

    fund_id: str
    kind: FundKind
    area: AreaCode
    number: int = Field(default=1, ge=1, le=99)
    name_th: str = Field(min_length=1, max_length=200)
    on: date


NOT_A_VILLAGE = Refused(
    "fund-needs-a-village",
    "กองทุนต้องระบุรหัสหมู่บ้าน ๘ หลัก",
    "A fund needs a village's 8-digit code.",
    kind="invalid",
)
ONE_A_VILLAGE = Refused(
    "one-poverty-fund-a-village",
    "กองทุน กข.คจ. มีได้หมู่บ้านละหนึ่งกองทุน",
    "A village has one poverty-alleviation fund.",
    kind="invalid",
    rule="003 L6047",
)
ESTABLISHED = Refused("fund-established", "กองทุนนี้มีอยู่แล้ว", "This fund is established already.")

FundCommand = (
    EstablishFund
    | AssessFundLevel
    | PrepareDevelopmentPlan
    | ReviewFundRecord
    | VerifyFundRecord
    | RenewFundCommittee
    | LinkProducerGroup
    | UnlinkProducerGroup
)
FundEvent = (
    FundEstablished
    | FundLevelAssessed
    | DevelopmentPlanPrepared
    | FundRecordReviewed
    | FundRecordVerified
    | FundCommitteeRenewed
    | ProducerGroupLinked
    | ProducerGroupUnlinked
)


def decide(command: FundCommand, state: Fund) -> Decision:
    """See each command; a step that is so already is a no-op or a refusal, never a second event."""
    match command:
        case EstablishFund():
            return _establish(command, state)
        case _ if not state.fund_id:
            return NOT_FOUND
        case AssessFundLevel():
            return assess(command, state)
        case PrepareDevelopmentPlan():
            return plan(command, state)
        case ReviewFundRecord():
            return review(command, state)
        case VerifyFundRecord():
            return verify(command, state)
        case RenewFundCommittee():
            return renew(command, state)
        case LinkProducerGroup():
            return link(command, state)
        case UnlinkProducerGroup():
            return unlink(command, state)
        case _:
            assert_never(command)


def _establish(command: EstablishFund, state: Fund) -> Decision:
    """The same fund once more is a no-op; another name or date for it is refused."""
    if len(command.area) != 8:
        return NOT_A_VILLAGE
    if command.kind is FundKind.POVERTY and command.number != 1:
        return ONE_A_VILLAGE
    if state.fund_id:
        return [] if (state.name_th, state.on) == (command.name_th, command.on) else ESTABLISHED
    return [
        FundEstablished(
            area=command.area,
            on=command.on,
            fund_id=command.fund_id,
            kind=command.kind,
            number=command.number,
            name_th=command.name_th,
        )
    ]


def evolve(state: Fund, event: FundEvent) -> Fund:
    """The fund after the event."""
    match event:
        case FundEstablished():
            return Fund(event.fund_id, event.kind, event.area, event.name_th, event.on)
        case FundLevelAssessed():
            return assessed(state, event)
        case DevelopmentPlanPrepared():
            return planned(state, event)
        case FundRecordReviewed():
            return reviewed(state, event)
        case FundRecordVerified():
            return verified(state, event)
        case FundCommitteeRenewed():
            return renewed(state, event)
        case ProducerGroupLinked():
            return linked(state, event)
        case ProducerGroupUnlinked():
            return unlinked(state, event)
        case _:
            assert_never(event)


FUND = Aggregate(
    name="fund",
    initial=Fund(),
    decide=decide,
    evolve=evolve,
    events=frozenset(
        {
            FundEstablished,
            FundLevelAssessed,
            DevelopmentPlanPrepared,
            FundRecordReviewed,
            FundRecordVerified,
            FundCommitteeRenewed,
            ProducerGroupLinked,
            ProducerGroupUnlinked,
        }
    ),
    area=lambda fund: fund.area,
)
