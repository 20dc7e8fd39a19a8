"""The area register: register, split, abolish, look up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from contracts.areas import AreaCode, level
from services.chassis.access import Role
from services.chassis.decider import Refused
from services.chassis.handling import CommandHandler
from services.chassis.http import PUBLIC, Part, Seen
from services.chassis.problems import refusal
from services.chassis.service import Parts
from services.members.api.table import desk, routes
from services.members.domain.area_register import (
    AREA_REGISTER,
    AbolishArea,
    AreaKey,
    AreaRegister,
    RegisterArea,
    SplitArea,
    register_stream,
    unknown_area,
)


async def register_of(handler: CommandHandler, code: str) -> AreaRegister:
    """The register of the area's province; cached, and read again where the area is not in it."""
    return (await registers_of(handler, [code]))[code[:2]]


async def registers_of(handler: CommandHandler, codes: Iterable[str]) -> Mapping[str, AreaRegister]:
    """The registers that hold these areas, by province; each is read again at most once, however many are not in it."""
    by_province: dict[str, set[str]] = {}
    for code in codes:
        by_province.setdefault(code[:2], set()).add(code)
    registers: dict[str, AreaRegister] = {}
    for province, wanted in by_province.items():
        held = await handler.state(AREA_REGISTER, register_stream(province), fresh=False)
        if not held.state.areas.keys() >= wanted:
            held = await handler.proven(AREA_REGISTER, register_stream(province))
        registers[province] = held.state
    return registers


async def heir_open(abolish: AbolishArea, parts: Part[Parts]) -> Refused | None:
    """The successor is in the register, and open on the day."""
    heir = abolish.successor
    return None if heir is None else (await register_of(parts.handler, heir)).open_at(heir, abolish.on)


OFFICER = {Role.OFFICER}

area = desk.about(AREA_REGISTER, AreaKey, "/v1/areas/{code}", listed=False, answers="none")
area.opens(RegisterArea, roles=OFFICER)
area.takes(SplitArea, roles=OFFICER)
area.takes(AbolishArea, roles=OFFICER, checks={"successor": heir_open})


@routes.query("/v1/areas/{code}", roles=PUBLIC, summary="One area, with its history")
async def one(code: AreaCode, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(AREA_REGISTER, register_stream(code))
    area = held.state.areas.get(code)
    if area is None:
        raise refusal(replace(unknown_area(code), kind="missing"))
    seen.version(held.version)
    return {"code": code, "level": level(code), **asdict(area)}
