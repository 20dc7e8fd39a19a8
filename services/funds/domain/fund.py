"""A community fund: it is established in a village (F_part4b_kpi.md §2: one กข.คจ. fund a village, L6047)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.areas import AreaCode
from contracts.funds import FundEstablished, FundKind
from contracts.ids import id_pattern, stream_id
from services.chassis.decider import Aggregate, Command, Decision, Refused


class EstablishFund(Command):
    """Enter a fund that exists from `on`. `number` is which of its kind in the village it is."""

    fund_id: str
    kind: FundKind
    area: AreaCode
    number: int = Field(default=1, ge=1, le=99)
    name_th: str = Field(min_length=1, max_length=200)
    on: date


@dataclass(frozen=True, slots=True)
class Fund:
    """What is known of a fund."""

    area: str = ""
    name_th: str = ""
    on: date = date.min


def fund_stream(kind: FundKind, area: str, number: int) -> str:
    """Kind, village code and number are the fund's natural key; its name may be typed in two ways."""
    return stream_id("fund", kind, area, number)


FundId = Annotated[str, StringConstraints(pattern=id_pattern("fund"))]

NOT_FOUND = Refused("fund-not-found", "ไม่พบกองทุนนี้", "There is no such fund.", kind="missing")
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


def decide(command: EstablishFund, state: Fund) -> Decision:
    """The same fund once more is a no-op; another name or date for it is refused."""
    if len(command.area) != 8:
        return NOT_A_VILLAGE
    if command.kind is FundKind.POVERTY and command.number != 1:
        return ONE_A_VILLAGE
    if state.area:
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


def evolve(state: Fund, event: FundEstablished) -> Fund:  # noqa: ARG001 - every decider has both
    """The fund after the event."""
    return Fund(event.area, event.name_th, event.on)


FUND = Aggregate(
    name="fund",
    initial=Fund(),
    decide=decide,
    evolve=evolve,
    events=frozenset({FundEstablished}),
    area=lambda fund: fund.area,
)
