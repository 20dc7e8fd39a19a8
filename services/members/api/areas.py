"""The area register over HTTP: register, split, abolish, look up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from pydantic import Field

from contracts.areas import AreaCode, level
from services.chassis.access import Role
from services.chassis.days import Day, PastDay
from services.chassis.handling import CommandHandler
from services.chassis.http import PUBLIC, Part, Reply, Run, Seen
from services.chassis.problems import refusal
from services.chassis.sent import PublicText, Sent, TypedArea
from services.chassis.service import Parts
from services.members.api.table import routes
from services.members.domain.area_register import (
    AREA_REGISTER,
    AbolishArea,
    AreaRegister,
    AreaRow,
    RegisterAreas,
    SplitArea,
    register_stream,
    unknown_area,
)


class NewArea(Sent):
    """One area to register."""

    code: TypedArea
    name_th: PublicText = Field(min_length=1, max_length=120)
    name_en: PublicText = Field(min_length=1, max_length=120)
    valid_from: Day
    assumed: bool = False


class Split(Sent):
    """A split: `into` are areas that are registered already."""

    into: tuple[TypedArea, ...] = Field(min_length=1, max_length=50)
    on: PastDay


class Abolition(Sent):
    """An abolition, with the area that takes over."""

    successor: TypedArea | None = None
    on: PastDay


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


@routes.command("POST", "/v1/areas", roles={Role.OFFICER}, status=201, summary="Register an area")
async def register(body: NewArea, run: Run) -> Reply:
    row = AreaRow(**body.model_dump())
    stream = register_stream(body.code)
    return await run(AREA_REGISTER, stream, RegisterAreas(rows=(row,)), created=f"/v1/areas/{body.code}")


@routes.command("POST", "/v1/areas/{code}/split", roles={Role.OFFICER}, summary="Split an area")
async def split(code: AreaCode, body: Split, run: Run) -> Reply:
    return await run(AREA_REGISTER, register_stream(code), SplitArea(code=code, into=body.into, on=body.on))


@routes.command("POST", "/v1/areas/{code}/abolish", roles={Role.OFFICER}, summary="Abolish an area")
async def abolish(code: AreaCode, body: Abolition, run: Run, parts: Part[Parts]) -> Reply:
    command = AbolishArea(code=code, successor=body.successor, on=body.on)
    heir = body.successor
    unless = None if heir is None else (await register_of(parts.handler, heir)).open_at(heir, body.on)
    return await run(AREA_REGISTER, register_stream(code), command, unless=unless)


@routes.query("/v1/areas/{code}", roles=PUBLIC, summary="One area, with its history")
async def one(code: AreaCode, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(AREA_REGISTER, register_stream(code))
    area = held.state.areas.get(code)
    if area is None:
        raise refusal(replace(unknown_area(code), kind="missing"))
    seen.version(held.version)
    return {"code": code, "level": level(code), **asdict(area)}
