"""Growth targets over HTTP."""

from __future__ import annotations

from services.chassis.access import Role
from services.chassis.decider import Refused
from services.chassis.http import PUBLIC, Part
from services.chassis.service import Parts
from services.members.api.areas import register_of
from services.members.api.table import desk
from services.members.domain.growth_target import (
    GROWTH_TARGET,
    SetGrowthTarget,
    TargetKey,
)

path = "/v1/growth-targets/{network}/{area}/{fiscal_year}"


async def in_register(target: SetGrowthTarget, parts: Part[Parts]) -> Refused | None:
    """The area is in the register, and was open on the day of the base."""
    return (await register_of(parts.handler, target.area)).open_at(target.area, target.base_date)


target = desk.about(GROWTH_TARGET, TargetKey, path, readers=PUBLIC)
target.puts(SetGrowthTarget, roles={Role.APPROVER}, checks={"area": in_register})
