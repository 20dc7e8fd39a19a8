"""The route table of `otop`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from contracts.otop import ApplicationChannel, ProducerCategory
from services.chassis.access import Caller, Role
from services.chassis.days import PastDay
from services.chassis.http import BY_CALLER, Part, Reply, Routes, Run, Seen
from services.chassis.known_areas import KnownAreas
from services.chassis.problems import refusal
from services.chassis.sent import PublicText, Sent, TypedArea
from services.chassis.service import Parts
from services.otop.domain.producer import NOT_FOUND, PRODUCER, ApplyAsProducer, ProducerId, producer_stream


class NewApplication(Sent):
    """A producer's application. `registration_ref` is the office's running number of the paper or online form."""

    registration_ref: PublicText = Field(pattern=r"^[0-9A-Za-z/-]{1,40}$")
    category: ProducerCategory
    channel: ApplicationChannel
    area: TypedArea
    on: PastDay


routes = Routes("otop")


@routes.command("POST", "/v1/producers", roles={Role.OFFICER}, status=201, summary="A producer applies")
async def apply(body: NewApplication, run: Run, areas: Part[KnownAreas]) -> Reply:
    stream = producer_stream(body.area, body.registration_ref)
    unless = await areas.refusal(body.area, body.on)
    command = ApplyAsProducer(producer_id=stream, **body.model_dump(exclude={"registration_ref"}))
    return await run(PRODUCER, stream, command, created=f"/v1/producers/{stream}", unless=unless)


@routes.query(
    "/v1/producers/{producer_id}", roles={Role.OFFICER, Role.AUDITOR}, scope=BY_CALLER, summary="One producer"
)
async def one(producer_id: ProducerId, caller: Caller, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(PRODUCER, producer_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    caller.require_area(held.state.area)
    seen.version(held.version)
    return {"id": producer_id, "version": held.version, "area": held.state.area}
