"""A growth target: members of an area grow by a percentage on a recorded base (seed 000 §10.2: +5 % on FY2564)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pydantic import Field

from contracts.areas import AreaCode
from contracts.ids import stream_id
from contracts.members import GrowthTargetSet, Network
from services.chassis.decider import (
    Command,
    Decision,
    FiscalYear,
    Happened,
    Key,
    Refused,
    Today,
    aggregate_of,
)


class TargetKey(Key):
    """เป้าหมายการเพิ่มสมาชิก · A growth target"""

    network: Network
    """เครือข่าย · network"""
    area: AreaCode
    """พื้นที่ · area"""
    fiscal_year: FiscalYear
    """ปีงบประมาณ · fiscal year"""

    @property
    def stream(self) -> str:
        """See `Key.stream`."""
        return target_stream(self.network, self.area, self.fiscal_year)


class SetGrowthTarget(TargetKey, Command):
    """กำหนดเป้าหมายการเพิ่มสมาชิก · Set the growth target of an area

    Or change it. The base is recorded with its date: a growth without a baseline cannot be computed.
    """

    base_value: int = Field(ge=0, le=100_000_000)
    """จำนวนสมาชิกฐาน · members at the base"""
    base_date: Happened
    """วันที่ของค่าฐาน · date of the base"""
    percent: int = Field(ge=0, le=1000)
    """เพิ่มร้อยละ · percent to grow"""
    on: Today


@dataclass(frozen=True, slots=True)
class GrowthTarget:
    """The target in force, if one was set."""

    area: str = ""
    target: int | None = None
    base_value: int = 0
    base_date: date = date.min


def target_stream(network: Network, area: str, fiscal_year: int) -> str:
    """One target a network, area and fiscal year."""
    return stream_id("growth-target", network, area, fiscal_year)


def grown(base: int, percent: int) -> int:
    """ceil(base × (100 + percent) / 100) in integers: 3,348 and 5 % give 3,516 (G_networks.md §1.7, §5.3 rule 1)."""
    return -(-base * (100 + percent) // 100)


NO_TARGET = Refused("no-target", "ยังไม่ได้กำหนดเป้าหมาย", "No target was set.", kind="missing")


def set_target(command: SetGrowthTarget, state: GrowthTarget) -> Decision:
    """A target that is in force already is a no-op."""
    target = grown(command.base_value, command.percent)
    if (target, command.base_value, command.base_date) == (state.target, state.base_value, state.base_date):
        return []
    return [GrowthTargetSet(**command.model_dump(), target=target, was_target=state.target)]


def in_force(_: GrowthTarget, event: GrowthTargetSet) -> GrowthTarget:
    """The target after the event."""
    return GrowthTarget(event.area, event.target, event.base_value, event.base_date)


GROWTH_TARGET = aggregate_of(
    "growth-target",
    GrowthTarget(),
    absent=NO_TARGET,
    area=lambda target: target.area,
    decides=(set_target,),
    evolves=(in_force,),
)
