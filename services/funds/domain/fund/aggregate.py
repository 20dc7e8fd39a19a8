"""The fund as one aggregate: it is established, and every command and event goes to the file of its step."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from contracts.funds import FundEstablished, FundKind
from services.chassis.decider import Command, Decision, Happened, Refused, aggregate_of
from services.funds.domain.fund import committee, level, producers, record
from services.funds.domain.fund.state import NOT_FOUND, Fund, FundKey


class EstablishFund(FundKey, Command):
    """จัดตั้งกองทุน · Establish a fund

    Enter a fund that exists from `on`.
    """

    name_th: str = Field(min_length=1, max_length=200)
    """ชื่อกองทุน · name of the fund"""
    on: Happened
    """มีอยู่ตั้งแต่วันที่ · exists from"""

    def mistakes(self) -> Iterator[Refused]:
        """A fund is a village's, and a village has one poverty fund."""
        if len(self.area) != 8:
            yield NOT_A_VILLAGE
        if self.kind is FundKind.POVERTY and self.number != 1:
            yield ONE_A_VILLAGE


NOT_A_VILLAGE = Refused(
    "fund-needs-a-village",
    "กองทุนต้องระบุรหัสหมู่บ้าน ๘ หลัก",
    "A fund needs a village's 8-digit code.",
    kind="invalid",
    field="area",
)
ONE_A_VILLAGE = Refused(
    "one-poverty-fund-a-village",
    "กองทุน กข.คจ. มีได้หมู่บ้านละหนึ่งกองทุน",
    "A village has one poverty-alleviation fund.",
    kind="invalid",
    rule="003 L6047",
    field="number",
)
ESTABLISHED = Refused("fund-established", "กองทุนนี้มีอยู่แล้ว", "This fund is established already.")


def establish(command: EstablishFund, state: Fund) -> Decision:
    """The same fund once more is a no-op; another name or date for it is refused."""
    if state.fund_id:
        return [] if (state.name_th, state.on) == (command.name_th, command.on) else ESTABLISHED
    return [
        FundEstablished(
            area=command.area,
            on=command.on,
            fund_id=command.stream,
            kind=command.kind,
            number=command.number,
            name_th=command.name_th,
        )
    ]


def established(_: Fund, event: FundEstablished) -> Fund:
    """The fund as it begins."""
    return Fund(event.fund_id, event.kind, event.area, event.name_th, event.on)


FUND = aggregate_of(
    "fund",
    Fund(),
    absent=NOT_FOUND,
    area=lambda fund: fund.area,
    decides=(
        establish, level.assess, level.plan, record.review, record.verify, committee.renew, producers.link, producers.unlink,
    ),
    evolves=(
        established, level.assessed, level.planned, record.reviewed, record.verified, committee.renewed, producers.linked,
        producers.unlinked,
    ),
)  # fmt: skip
