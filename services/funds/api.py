"""The route table of `funds`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from contracts.funds import FundKind, FundLevel
from contracts.ids import id_pattern
from services.chassis.access import Role
from services.chassis.days import Day, PastDay, today
from services.chassis.http import PUBLIC, Part, Reply, Routes, Run, Seen
from services.chassis.known_areas import KnownAreas
from services.chassis.problems import refusal
from services.chassis.sent import PublicCode, PublicText, Sent, TypedArea
from services.chassis.service import Parts
from services.funds.domain.fund import (
    FUND,
    NOT_FOUND,
    AssessFundLevel,
    EstablishFund,
    FundId,
    PrepareDevelopmentPlan,
    RenewFundCommittee,
    ReviewFundRecord,
    VerifyFundRecord,
    fund_stream,
)
from services.funds.views import fund_page

Indicators = Annotated[list[PublicCode], Field(max_length=100)]
OpaqueId = Annotated[str, StringConstraints(pattern=id_pattern("[a-z-]+"))]


class NewFund(Sent):
    """A fund of a village."""

    kind: FundKind
    area: TypedArea
    number: int = Field(default=1, ge=1, le=99)
    name_th: PublicText = Field(min_length=1, max_length=200)
    on: PastDay


class Assessment(Sent):
    """An assessment as the form has it. `assessor` is an opaque id, the caller's where it is left out; `budgeted` and
    `upgraded_before` are of the fiscal year of `on` and of the two before it."""

    level: FundLevel
    database_fiscal_year: int = Field(ge=2400, le=2700)
    form_version: PublicCode
    passed: Indicators = Field(default=[])
    failed: Indicators = Field(default=[])
    assessor: OpaqueId | None = None
    budgeted: bool = False
    upgraded_before: bool = False
    on: PastDay


class Plan(Sent):
    """Failed indicators that have a development plan now."""

    indicators: Indicators = Field(min_length=1)
    on: PastDay


class Check(Sent):
    """The day on which the record was reviewed or verified."""

    on: PastDay


class Term(Sent):
    """A term of office of the committee, decided on `on`; both days are in it."""

    term_start: Day
    term_end: Day
    on: PastDay


routes = Routes("funds")


@routes.command("POST", "/v1/funds", roles={Role.OFFICER}, status=201, summary="Establish a fund")
async def establish(body: NewFund, run: Run, areas: Part[KnownAreas]) -> Reply:
    stream = fund_stream(body.kind, body.area, body.number)
    unless = await areas.refusal(body.area, body.on)
    command = EstablishFund(fund_id=stream, **body.model_dump())
    return await run(FUND, stream, command, created=f"/v1/funds/{stream}", unless=unless)


@routes.command(
    "POST", "/v1/funds/{fund_id}/assessments", roles={Role.OFFICER}, summary="Enter an assessment"
)
async def assess(fund_id: FundId, body: Assessment, run: Run) -> Reply:
    told = body.model_dump() | {"assessor": body.assessor or run.caller.actor}
    return await run(FUND, fund_id, AssessFundLevel(**told))


@routes.command(
    "POST", "/v1/funds/{fund_id}/plans", roles={Role.OFFICER}, summary="A plan for failed indicators"
)
async def plan(fund_id: FundId, body: Plan, run: Run) -> Reply:
    return await run(FUND, fund_id, PrepareDevelopmentPlan(**body.model_dump()))


@routes.command(
    "POST", "/v1/funds/{fund_id}/review", roles={Role.OFFICER}, summary="The yearly review of the record"
)
async def review(fund_id: FundId, body: Check, run: Run) -> Reply:
    return await run(FUND, fund_id, ReviewFundRecord(on=body.on, by=run.by))


@routes.command(
    "POST", "/v1/funds/{fund_id}/verify", roles={Role.APPROVER}, summary="The province verifies the record"
)
async def verify(fund_id: FundId, body: Check, run: Run) -> Reply:
    return await run(FUND, fund_id, VerifyFundRecord(on=body.on, by=run.by))


@routes.command(
    "POST", "/v1/funds/{fund_id}/committee-terms", roles={Role.OFFICER}, summary="Renew the committee's term"
)
async def renew(fund_id: FundId, body: Term, run: Run) -> Reply:
    return await run(FUND, fund_id, RenewFundCommittee(**body.model_dump()))


@routes.query("/v1/funds/{fund_id}", roles=PUBLIC, summary="One fund")
async def one(fund_id: FundId, seen: Seen, parts: Part[Parts]) -> dict[str, Any]:
    held = await parts.handler.state(FUND, fund_id)
    if not held.version:
        raise refusal(NOT_FOUND)
    seen.version(held.version)
    return {"id": fund_id, "version": held.version, **fund_page(held.state, today())}
