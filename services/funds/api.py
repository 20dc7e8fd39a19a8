"""The route table of `funds`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from contracts.funds import FundKind
from services.chassis.access import Role
from services.chassis.days import PastDay
from services.chassis.http import PUBLIC, Part, Reply, Routes, Run, Seen
from services.chassis.known_areas import KnownAreas
from services.chassis.problems import refusal
from services.chassis.sent import PublicText, Sent, TypedArea
from services.chassis.service import Parts
from services.funds.domain.fund import FUND, NOT_FOUND, EstablishFund, FundId, fund_stream


class NewFund(Sent):
    """A fund of a village."""

    kind: FundKind
    area: TypedArea
    number: int = Field(default=1, ge=1, le=99)
    name_th: PublicText = Field(min_length=1, max_length=200)
    on: PastDay


routes = Routes("funds")


@routes.command("POST", "/v1/funds", roles={Role.OFFICER}, status=201, summary="Establish a fund")
async def establish(body: NewFund, run: Run, areas: Part[KnownAreas]) -> Reply:
    stream = fund_stream(body.kind, body.area, body.number)
    unless = await areas.refusal(body.area, body.on)
    command = EstablishFund(fund_id=stream, **body.model_dump())
    return await run(FUND, stream, command, created=f"/v1/funds/{stream}", unless=unless)


@routes.query("/v1/funds/{fund_id}", roles=PUBLIC, summary="One fund")
async def one(fund_id: FundId, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(FUND, fund_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    seen.version(held.version)
    fund = held.state
    return {
        "id": fund_id,
        "version": held.version,
        "area": fund.area,
        "name_th": fund.name_th,
        "on": fund.on,
    }
