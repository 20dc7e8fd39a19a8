"""Growth targets over HTTP."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from contracts.areas import AreaCode
from contracts.members import Network
from services.chassis.access import Role
from services.chassis.days import PastDay, today
from services.chassis.http import PUBLIC, FiscalYear, Part, Reply, Run, Seen
from services.chassis.problems import refusal
from services.chassis.sent import Sent
from services.chassis.service import Parts
from services.members.api.areas import register_of
from services.members.api.table import routes
from services.members.domain.growth_target import GROWTH_TARGET, NO_TARGET, SetGrowthTarget, target_stream


class Target(Sent):
    """A target with the base that it grows from."""

    base_value: int = Field(ge=0, le=100_000_000)
    base_date: PastDay
    percent: int = Field(ge=0, le=1000)


path = "/v1/growth-targets/{network}/{area}/{fiscal_year}"


@routes.command("PUT", path, roles={Role.APPROVER}, summary="Set the growth target of an area")
async def put(
    network: Network, area: AreaCode, fiscal_year: FiscalYear, body: Target, run: Run, parts: Part[Parts]
) -> Reply:
    command = SetGrowthTarget(
        network=network, area=area, fiscal_year=fiscal_year, on=today(), **body.model_dump()
    )
    unless = (await register_of(parts.handler, area)).open_at(area, body.base_date)
    return await run(GROWTH_TARGET, target_stream(network, area, fiscal_year), command, unless=unless)


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
