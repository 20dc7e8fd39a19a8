"""The route table of `otop`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from contracts.ids import id_pattern
from contracts.otop import ApplicationChannel, ProducerCategory
from services.chassis.access import Caller, Role
from services.chassis.days import PastDay, today
from services.chassis.http import BY_CALLER, Part, Reply, Routes, Run, Seen
from services.chassis.known_areas import KnownAreas
from services.chassis.problems import refusal
from services.chassis.sent import PublicCode, PublicText, Sent, TypedArea
from services.chassis.service import Parts
from services.otop.domain.producer import (
    NOT_FOUND,
    PRODUCER,
    ApplyAsProducer,
    CertifyProducer,
    DismissAppeal,
    FileAppeal,
    GiveDistrictOpinion,
    ProducerId,
    RefuseRegistration,
    ResubmitApplication,
    ReturnApplication,
    RevokeRegistration,
    UpholdAppeal,
    producer_stream,
)
from services.otop.views import producer_page

Reasons = Annotated[tuple[PublicCode, ...], Field(max_length=20)]


class NewApplication(Sent):
    """A producer's application. `registration_ref` is the office's running number of the paper or online form."""

    registration_ref: PublicText = Field(pattern=r"^[0-9A-Za-z/-]{1,40}$")
    category: ProducerCategory
    channel: ApplicationChannel
    area: TypedArea
    fund_id: Annotated[str, StringConstraints(pattern=id_pattern("fund"))] | None = None
    on: PastDay


class Step(Sent):
    """The day of a step."""

    on: PastDay


class StepWithReasons(Step):
    """A step with its reasons, as codes: a sentence about a producer may be about a person."""

    reasons: Reasons


class Opinion(Step):
    """What the district's committee said at its meeting on `on`."""

    agreed: bool
    reasons: Reasons = ()


class Certificate(Step):
    """The registration, and when the province announced it."""

    registration_number: PublicCode
    announced_on: PastDay


class Refusal(StepWithReasons):
    """A refusal, and when its letter reached the producer."""

    letter: PublicCode
    notified_on: PastDay


class Revocation(StepWithReasons):
    """A revocation, and the number of the department's order."""

    order: PublicCode


routes = Routes("otop")
OFFICER, APPROVER = {Role.OFFICER}, {Role.APPROVER}


@routes.command("POST", "/v1/producers", roles=OFFICER, status=201, summary="A producer applies")
async def apply(body: NewApplication, run: Run, areas: Part[KnownAreas]) -> Reply:
    stream = producer_stream(body.area, body.registration_ref)
    unless = await areas.refusal(body.area, body.on)
    told = body.model_dump(exclude={"registration_ref"})
    command = ApplyAsProducer(producer_id=stream, by=run.by, **told)
    return await run(PRODUCER, stream, command, created=f"/v1/producers/{stream}", unless=unless)


@routes.command(
    "POST", "/v1/producers/{producer_id}/return", roles=OFFICER, summary="Return an incomplete request"
)
async def give_back(producer_id: ProducerId, body: StepWithReasons, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, ReturnApplication(**body.model_dump()))


@routes.command(
    "POST", "/v1/producers/{producer_id}/resubmit", roles=OFFICER, summary="A returned request comes again"
)
async def resubmit(producer_id: ProducerId, body: Step, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, ResubmitApplication(**body.model_dump()))


@routes.command(
    "POST",
    "/v1/producers/{producer_id}/district-opinion",
    roles=OFFICER,
    summary="The district's committee agrees or does not",
)
async def give_opinion(producer_id: ProducerId, body: Opinion, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, GiveDistrictOpinion(by=run.by, **body.model_dump()))


@routes.command(
    "POST", "/v1/producers/{producer_id}/certify", roles=APPROVER, summary="The province certifies"
)
async def certify(producer_id: ProducerId, body: Certificate, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, CertifyProducer(by=run.by, **body.model_dump()))


@routes.command(
    "POST", "/v1/producers/{producer_id}/refuse", roles=APPROVER, summary="The province refuses, with reasons"
)
async def refuse(producer_id: ProducerId, body: Refusal, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, RefuseRegistration(by=run.by, **body.model_dump()))


@routes.command(
    "POST",
    "/v1/producers/{producer_id}/appeal",
    roles=OFFICER,
    summary="The producer appeals to the Governor",
)
async def appeal(producer_id: ProducerId, body: Step, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, FileAppeal(by=run.by, **body.model_dump()))


@routes.command(
    "POST",
    "/v1/producers/{producer_id}/appeal/uphold",
    roles=APPROVER,
    summary="The Governor upholds the appeal",
)
async def uphold(producer_id: ProducerId, body: Certificate, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, UpholdAppeal(by=run.by, **body.model_dump()))


@routes.command(
    "POST",
    "/v1/producers/{producer_id}/appeal/dismiss",
    roles=APPROVER,
    summary="The Governor dismisses the appeal",
)
async def dismiss(producer_id: ProducerId, body: StepWithReasons, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, DismissAppeal(by=run.by, **body.model_dump()))


@routes.command(
    "POST",
    "/v1/producers/{producer_id}/revoke",
    roles=APPROVER,
    summary="The province revokes on the department's order",
)
async def revoke(producer_id: ProducerId, body: Revocation, run: Run) -> Reply:
    return await run(PRODUCER, producer_id, RevokeRegistration(by=run.by, **body.model_dump()))


@routes.query(
    "/v1/producers/{producer_id}",
    roles={Role.OFFICER, Role.APPROVER, Role.AUDITOR},
    scope=BY_CALLER,
    summary="One producer",
)
async def one(producer_id: ProducerId, caller: Caller, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(PRODUCER, producer_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    caller.require_area(held.state.area)
    seen.version(held.version)
    return {"id": producer_id, "version": held.version, **producer_page(held.state, today())}
