"""Growth targets over HTTP."""

from __future__ import annotations

from typing import Any

from contracts.areas import AreaCode
from contracts.members import Network
from services.chassis.access import Role
from services.chassis.decider import Refused
from services.chassis.http import PUBLIC, FiscalYear, Part, Seen
from services.chassis.problems import refusal
from services.chassis.service import Parts
from services.members.api.areas import register_of
from services.members.api.table import desk, routes
from services.members.domain.growth_target import (
    GROWTH_TARGET,
    NO_TARGET,
    SetGrowthTarget,
    TargetKey,
    target_stream,
)

path = "/v1/growth-targets/{network}/{area}/{fiscal_year}"


async def in_register(target: SetGrowthTarget, parts: Part[Parts]) -> Refused | None:
    """The area is in the register, and was open on the day of the base."""
    return (await register_of(parts.handler, target.area)).open_at(target.area, target.base_date)


target = desk.about(GROWTH_TARGET, TargetKey, path)
target.puts(SetGrowthTarget, roles={Role.APPROVER}, checks={"area": in_register})


@routes.query(path, roles=PUBLIC, summary="The growth target of an area")
async def get(
    network: Network, area: AreaCode, fiscal_year: FiscalYear, seen: Seen, parts: Part[Parts]
) -> dict[str, Any]:
    held = await parts.handler.state(GROWTH_TARGET, target_stream(network, area, fiscal_year))
    if held.state.target is None:
        raise refusal(NO_TARGET)
    seen.version(held.version)
    return {
        "network": network,
        "area": area,
        "fiscal_year": fiscal_year,
        "version": held.version,
        "target": held.state.target,
        "base_value": held.state.base_value,
        "base_date": held.state.base_date,
    }
